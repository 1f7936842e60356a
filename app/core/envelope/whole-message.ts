/**
 * The self-contained form of a message, as message.xsd (namespace `urn:answerback:message:1`) describes it: what lies beside
 * the envelope, then the envelope, with the bytes of all parts inline. Archive, export and transfer between nodes use it.
 * The bytes are written and read beside the text that is around them, so that no text is ever as long as a film.
 */
import type { E164, MailboxId, MediaId, Reference } from '../ids.ts';
import type { Hold } from '../mailbox/mailbox.ts';
import type { Envelope, Message, StoredPart } from '../message/message.ts';
import { builder, envelopeOf, maxEnvelopeCharacters, writeEnvelope } from './envelope.ts';
import { decodeBase64 } from './base64.ts';
import { cutContents, type CutDocument } from './cut-contents.ts';
import {
  asCount,
  asFlag,
  asIdentifier,
  asInstant,
  blank,
  childless,
  cleanText,
  count,
  identifier,
  instant,
  matched,
  mediaType,
  oneOf,
  sha256,
} from './values.ts';
import { invalid, parseXml, type XmlElement } from './xml-element.ts';

const namespace = 'urn:answerback:message:1';
const states = ['new', 'heard', 'saved', 'deleted'] as const;
/** Most parts kept in less space, as of parts of an envelope. */
const mostKept = 1000;

const attributes = [
  'mailbox',
  'reference',
  'referenceExpires',
  'state',
  'urgent',
  'version',
  'expires',
  'heardAt',
  'deletedAt',
  'accessedAt',
] as const;

/** A part that is kept in less space, with the SHA-256 of how it is kept in lower-case hexadecimal. */
export interface KeptPart extends StoredPart {
  readonly sha256: string;
}

/** What changes beside the envelope of a message and must live on. Work that is still to be done for it stays behind. */
export interface Beside extends Pick<
  Message,
  'reference' | 'referenceExpires' | 'urgent' | 'state' | 'version' | 'expires'
> {
  /** Own number of the mailbox that it lies in now. */
  readonly mailbox: E164;
  readonly heardAt?: Date;
  readonly deletedAt?: Date;
  readonly accessedAt?: Date;
  readonly hold?: Hold;
  readonly transcript?: string;
  readonly kept: readonly KeptPart[];
}

export interface WholeMessage {
  readonly envelope: Envelope;
  readonly beside: Beside;
}

/** Bytes that lie inline, or are to: those of a part as it came, or as it is kept. */
export interface Inline {
  readonly media: MediaId;
  readonly contentType: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A message as the store has it, and how its parts are kept. */
export function wholeMessage(message: Message, mailbox: E164, kept: readonly KeptPart[]): WholeMessage {
  const { envelope, reference, referenceExpires, urgent, state, version, expires } = message;
  const { heardAt, deletedAt, accessedAt, hold, transcript } = message;
  return {
    envelope,
    beside: {
      mailbox,
      reference,
      referenceExpires,
      urgent,
      state,
      version,
      expires,
      ...(heardAt === undefined ? {} : { heardAt }),
      ...(deletedAt === undefined ? {} : { deletedAt }),
      ...(accessedAt === undefined ? {} : { accessedAt }),
      ...(hold === undefined ? {} : { hold }),
      ...(transcript === undefined ? {} : { transcript }),
      kept,
    },
  };
}

/**
 * The message as a store may take it in, with no work to be done. Whoever takes one in from elsewhere gives its media ids of
 * their own first: those in the document may be another message's here.
 */
export function messageOf({ envelope, beside }: WholeMessage, mailbox: MailboxId): Message {
  const { mailbox: _number, kept, ...rest } = beside;
  const stored = kept.map(({ sha256: _sha256, ...part }): StoredPart => part);
  return {
    id: envelope.id,
    envelope,
    ...rest,
    mailbox,
    ...(stored.length === 0 ? { tier: 'live' } : { tier: 'compressed', stored }),
    pending: [],
  };
}

/** What is inline, in the order of the document: parts as they are kept, then the others as they came. */
export function inlinesOf({ envelope, beside }: WholeMessage): Inline[] {
  const kept = new Set(beside.kept.map(({ of }) => of));
  return [...beside.kept, ...envelope.parts.filter((_, i) => !kept.has(i))];
}

/**
 * Writes all but the bytes: one text more than there are inlines; the base64 of each lies between two of them.
 * @throws Fault `invalid` if it could not be read back
 */
export function writeWhole(whole: WholeMessage): string[] {
  const { envelope, beside } = whole;
  const keptParts = new Set(beside.kept.map(({ of }) => of));
  const asTheyCame = envelope.parts.filter((_, i) => !keptParts.has(i));
  const empty = new Map(asTheyCame.map(({ media }) => [media, '']));
  checkKept(whole);
  const xml = writeEnvelope(envelope, empty);
  const head = xml.indexOf('?>') + 2;
  if (xml.length > maxEnvelopeCharacters) throw invalid('the envelope is too long');
  const inner = builder.build({ beside: besideTree(beside) }) + xml.slice(head);
  // No value holds a bare `<`: what looks like the element is the element.
  const texts = `${xml.slice(0, head)}<message xmlns="${namespace}">${inner}</message>`.split('<content/>');
  if (texts.length !== inlinesOf(whole).length + 1) throw invalid('two parts have the same media');
  const last = texts.length - 1;
  return texts.map((text, i) => `${i > 0 ? '</content>' : ''}${text}${i < last ? '<content>' : ''}`);
}

function besideTree(beside: Beside) {
  const { mailbox, reference, urgent, state, version, hold, transcript, kept } = beside;
  const times = (['referenceExpires', 'expires', 'heardAt', 'deletedAt', 'accessedAt'] as const).flatMap(
    (name) => (beside[name] === undefined ? [] : [[`@${name}`, instant(beside[name])]]),
  );
  return {
    '@mailbox': cleanText(mailbox),
    '@reference': cleanText(reference),
    '@state': state,
    '@urgent': String(urgent),
    '@version': count(version),
    ...(Object.fromEntries(times) as Record<string, string>),
    ...(hold === undefined
      ? {}
      : {
          hold: {
            '@since': instant(hold.since),
            ...(hold.why === undefined ? {} : { '@why': cleanText(hold.why) }),
          },
        }),
    ...(transcript === undefined ? {} : { transcript: { '#text': cleanLines(transcript) } }),
    kept: kept.map((part) => ({
      '@of': count(part.of),
      '@media': identifier(part.media),
      '@contentType': matched(cleanText(part.contentType), mediaType, 'contentType'),
      '@bytes': count(part.bytes),
      ...(part.encoding === undefined ? {} : { '@encoding': part.encoding }),
      '@sha256': matched(part.sha256, sha256, 'sha256'),
      content: '',
    })),
  };
}

/** Makes text fit for XML 1.0 (section 2.2); it may have several lines, which end as XML has it (section 2.11). */
function cleanLines(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/(?![\t\n])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD');
}

/** An inline as it was read: its characters are looked at when its bytes are asked for. */
export interface ReadInline extends Inline {
  /**
   * Yields now and then while it works; checks form and length. Whether the SHA-256 is right is for others to say.
   * @throws Fault `invalid`
   */
  decode(): Generator<undefined, Uint8Array, undefined>;
}

/**
 * Reads the self-contained form. Inline bytes are found but not looked at yet.
 * @throws Fault `invalid`, not temporary, for anything that is not exactly such a document
 */
export function readWhole(document: Uint8Array): WholeMessage & { readonly inlines: readonly ReadInline[] } {
  const cut = cutContents(document);
  const root = parseXml(cut.rest, cut.rest.length);
  if (root.name !== 'message') throw invalid('the document element is not a message');
  root.allow('xmlns');
  if (root.text('xmlns') !== namespace) throw invalid('the namespace is another one');
  blank(root);
  const [beside, envelope, ...more] = root.children;
  if (beside?.name !== 'beside' || envelope === undefined || more.length > 0)
    throw invalid('a message is what lies beside, and an envelope');
  const whole = { beside: readBeside(beside), envelope: envelopeOf(envelope) };
  checkKept(whole);
  if (writeEnvelope(whole.envelope).length > maxEnvelopeCharacters) throw invalid('the envelope is too long');
  return { ...whole, inlines: joined(whole, envelope, cut) };
}

function joined(whole: WholeMessage, envelope: XmlElement, cut: CutDocument): ReadInline[] {
  const kept = new Set(whole.beside.kept.map(({ of }) => of));
  const inline = envelope.children
    .filter(({ name }) => name === 'part')
    .map((one) => one.children.length > 0);
  if (inline.some((has, i) => has === kept.has(i))) throw invalid('a part has no content, or two');
  const wanted = inlinesOf(whole);
  if (cut.contents.length !== wanted.length) throw invalid('a content is where none may be');
  return wanted.map(({ media, contentType, bytes, sha256 }, i) => ({
    media,
    contentType,
    bytes,
    sha256,
    *decode() {
      const found = yield* decodeBase64(cut.contents[i] ?? new Uint8Array());
      if (found.length !== bytes) throw invalid('a content is not as long as its part says');
      return found;
    },
  }));
}

function readBeside(beside: XmlElement): Beside {
  beside.allow(...attributes);
  blank(beside);
  const names = beside.children.map(({ name }) => `${name},`).join('');
  if (!/^(hold,)?(transcript,)?(kept,)*$/.test(names)) throw invalid('the elements are not in their order');
  const one = (name: string) => beside.children.find((child) => child.name === name);
  const hold = one('hold');
  const transcript = one('transcript');
  const heardAt = beside.optional('heardAt', asInstant);
  const deletedAt = beside.optional('deletedAt', asInstant);
  const accessedAt = beside.optional('accessedAt', asInstant);
  return {
    mailbox: beside.read('mailbox', asIdentifier) as E164,
    reference: beside.read('reference', asIdentifier) as Reference,
    referenceExpires: beside.read('referenceExpires', asInstant),
    urgent: beside.read('urgent', asFlag),
    state: beside.read('state', oneOf(states)),
    version: beside.read('version', asCount),
    expires: beside.read('expires', asInstant),
    ...(heardAt === undefined ? {} : { heardAt }),
    ...(deletedAt === undefined ? {} : { deletedAt }),
    ...(accessedAt === undefined ? {} : { accessedAt }),
    ...(hold === undefined ? {} : { hold: readHold(hold) }),
    ...(transcript === undefined ? {} : { transcript: readTranscript(transcript) }),
    kept: beside.children.filter(({ name }) => name === 'kept').map(readKept),
  };
}

function readHold(hold: XmlElement): Hold {
  const why = childless(hold).allow('since', 'why').optional('why', String);
  return { since: hold.read('since', asInstant), ...(why === undefined ? {} : { why }) };
}

function readTranscript(transcript: XmlElement): string {
  if (transcript.allow().children.length > 0) throw invalid('a transcript has elements');
  return transcript.content;
}

function readKept(kept: XmlElement): KeptPart {
  blank(kept.allow('of', 'media', 'contentType', 'bytes', 'encoding', 'sha256'));
  const [content, ...more] = kept.children;
  if (content?.name !== 'content' || more.length > 0) throw invalid('a kept part has not one content');
  childless(content.allow());
  const encoding = kept.optional('encoding', oneOf(['deflate']));
  return {
    of: kept.read('of', asCount),
    media: kept.read('media', asIdentifier) as MediaId,
    contentType: matched(kept.text('contentType'), mediaType, 'contentType'),
    bytes: kept.read('bytes', asCount),
    ...(encoding === undefined ? {} : { encoding }),
    sha256: matched(kept.text('sha256'), sha256, 'sha256'),
  };
}

/** Each is of a part that there is, and of one part there is one at most. */
function checkKept({ envelope, beside: { kept } }: WholeMessage): void {
  const of = new Set(kept.map((part) => part.of));
  if (of.size !== kept.length || kept.length > mostKept) throw invalid('a part is kept twice');
  if (kept.some((part) => !Number.isInteger(part.of) || part.of >= envelope.parts.length))
    throw invalid('a part that there is not is kept');
}
