/**
 * A message as the store may see it. What is not in `hidden` below stays readable: numbers, times, kind, sizes, types and states,
 * by which messages are listed, counted, billed and removed.
 */
import type { Message, Part } from '../core/message/message.ts';
import { messageTokens, wordTokens } from '../core/search/message-tokens.ts';
import { isTemporary } from '../core/errors.ts';
import { blindToken, isSealedText, openText, sealText } from './field.ts';
import type { OpenKey, Openers } from './keyring.ts';
import { broken } from './faults.ts';
import type { Said } from './transcript-mark.ts';

/** What is sealed of an envelope, by short names: it is in every message. */
interface Hidden {
  /** Subject. */
  readonly s?: string;
  /** Sender's name and address. */
  readonly n?: string;
  readonly a?: string;
  /** What a fax's far station calls itself. */
  readonly f?: string;
  /** Of each part: digest, and name. A digest alone would tell what a short text says to whoever tries some. */
  readonly p: readonly (readonly [sha256: string, name?: string])[];
  /** Names of what was left out. */
  readonly o?: readonly (string | null)[];
}

/** In place of a digest that is sealed. */
const noDigest = '0'.repeat(64);

export interface SealedMessage {
  readonly message: Message;
  /** What it is found by. */
  readonly words: readonly string[];
}

export function sealMessage(key: OpenKey, open: Message): SealedMessage {
  const { envelope, transcript, times, archived, unreadable: _, ...rest } = open;
  const { id } = open;
  const { subject: _subject, from, fax, omitted, parts, ...shown } = envelope;
  const { name: _name, address: _address, ...sender } = from;
  const message = {
    ...rest,
    envelope: {
      ...shown,
      from: sender,
      parts: parts.map(({ name: _none, ...part }) => ({ ...part, sha256: noDigest })),
      ...(fax === undefined ? {} : { fax: { rate: fax.rate, mode: fax.mode } }),
      ...(omitted === undefined ? {} : { omitted: omitted.map(({ name: _none, ...one }) => one) }),
    },
    sealed: sealText(key, aboutEnvelope(id), JSON.stringify(hiddenOf(open))),
    ...(transcript === undefined ? {} : { transcript: sealTranscript(key, id, transcript) }),
    ...(times === undefined ? {} : { times: sealTimes(key, id, times) }),
    ...(archived === undefined ? {} : { archived: sealArchived(key, id, archived) }),
  };
  return { message, words: blindWords(key, messageTokens(open)) };
}

export function sealTranscript(key: OpenKey, id: Message['id'], transcript: string): string {
  return sealText(key, `transcript/${id}`, transcript);
}

export function sealTimes(key: OpenKey, id: Message['id'], times: string): string {
  return sealText(key, `times/${id}`, times);
}

export function sealArchived<A extends { readonly sha256: string }>(
  key: OpenKey,
  id: Message['id'],
  archived: A,
): A {
  return { ...archived, sha256: sealText(key, `archived/${id}`, archived.sha256) };
}

/** Numbers stay as they are: they stand beside them in every message. */
export function blindWords(key: OpenKey, tokens: readonly string[]): string[] {
  return tokens.map((token) => (isNumberToken(token) ? token : blindToken(key, token)));
}

export function blindTranscript(key: OpenKey, transcript: string): string[] {
  return blindWords(key, wordTokens(transcript));
}

export function isNumberToken(token: string): boolean {
  return /^@\+?\d+$/.test(token);
}

/**
 * The message as it was sealed; one that never was is answered as it is. What cannot be opened for good is `unreadable`, without
 * what was sealed: its time and sender are known, it can be listed and removed, and nobody takes it for something else.
 * @throws Fault `key-unavailable`, `store-unavailable`: temporary
 */
export async function openMessage(
  keys: Openers,
  message: Message,
  onUnreadable: (error: unknown) => void,
): Promise<Message> {
  const { sealed, transcript: _transcript, times: _times, archived, ...rest } = message;
  if (sealed === undefined && !isSealedText(archived?.sha256 ?? '')) return message;
  try {
    const there = archived && { ...archived, sha256: await openDigest(keys, message.id, archived.sha256) };
    if (sealed === undefined) return { ...message, ...(there === undefined ? {} : { archived: there }) };
    const hidden = parseHidden(
      await openText(keys, aboutEnvelope(message.id), sealed),
      message.envelope.parts.length,
    );
    const said = await openWordsOf(keys, message);
    return {
      ...rest,
      envelope: withHidden(message.envelope, hidden),
      ...said,
      ...(there === undefined ? {} : { archived: there }),
    };
  } catch (error) {
    if (isTemporary(error)) throw error;
    onUnreadable(error);
    return { ...rest, ...(archived === undefined ? {} : { archived }), unreadable: true };
  }
}

/** One that was archived without encryption has it as it is. */
async function openDigest(keys: Openers, id: Message['id'], sha256: string): Promise<string> {
  return isSealedText(sha256) ? openText(keys, `archived/${id}`, sha256) : sha256;
}

type Words = Pick<Message, 'id' | 'transcript' | 'times'>;

async function openWordsOf(
  keys: Openers,
  { id, transcript, times }: Words,
): Promise<Pick<Message, 'transcript' | 'times'>> {
  const words = await openWords(keys, `transcript/${id}`, transcript);
  const said = await openWords(keys, `times/${id}`, times);
  return {
    ...(words === undefined ? {} : { transcript: words }),
    ...(said === undefined ? {} : { times: said }),
  };
}

/** What was said, where nothing else of a message is of use; `undefined`: nothing that can be opened. */
export async function openSaid(keys: Openers, message: Words): Promise<Said | undefined> {
  if (message.transcript === undefined) return undefined;
  try {
    const { transcript, ...times } = await openWordsOf(keys, message);
    return transcript === undefined ? undefined : { transcript, ...times };
  } catch (error) {
    if (isTemporary(error)) throw error;
    return undefined;
  }
}

/** A controller without encryption may have written one beside. */
async function openWords(keys: Openers, about: string, text?: string): Promise<string | undefined> {
  return text !== undefined && isSealedText(text) ? openText(keys, about, text) : text;
}

function aboutEnvelope(id: Message['id']): string {
  return `envelope/${id}`;
}

function hiddenOf({ envelope }: Message): Hidden {
  const { subject, from, fax, omitted, parts } = envelope;
  const names = omitted?.map(({ name }) => name ?? null);
  return {
    ...(subject === undefined ? {} : { s: subject }),
    ...(from.name === undefined ? {} : { n: from.name }),
    ...(from.address === undefined ? {} : { a: from.address }),
    ...(fax?.station === undefined ? {} : { f: fax.station }),
    p: parts.map(({ sha256, name }) => (name === undefined ? [sha256] : [sha256, name])),
    ...(names?.some((name) => name !== null) ? { o: names } : {}),
  };
}

/** What has a right tag was written here; another count of parts is another envelope. */
function parseHidden(text: string, parts: number): Hidden {
  const hidden = JSON.parse(text) as Hidden;
  if (hidden.p.length !== parts) throw broken('the envelope is another one');
  return hidden;
}

function withHidden(envelope: Message['envelope'], { s, n, a, f, p, o }: Hidden): Message['envelope'] {
  const { from, fax, omitted, parts, related, ...rest } = envelope;
  return {
    ...rest,
    from: {
      ...(from.number === undefined ? {} : { number: from.number }),
      ...(a === undefined ? {} : { address: a }),
      ...(n === undefined ? {} : { name: n }),
      private: from.private,
    },
    parts: parts.map((part, i) => withPart(part, p[i])),
    ...(related === undefined ? {} : { related }),
    ...(s === undefined ? {} : { subject: s }),
    ...(fax === undefined ? {} : { fax: f === undefined ? fax : { station: f, ...fax } }),
    ...(omitted === undefined
      ? {}
      : { omitted: omitted.map((one, i) => ({ ...one, ...(o?.[i] ? { name: o[i] } : {}) })) }),
  };
}

function withPart(part: Part, [sha256 = noDigest, name]: readonly [string?, string?] = []): Part {
  return { ...part, ...(name === undefined ? {} : { name }), sha256 };
}
