/** Opens messages by reference and changes their state, with the mailbox counters and the lamp kept true. */
import { isTemporary } from '../core/errors.ts';
import type { E164, MessageId, Reference } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { isOwnedBy } from '../core/mailbox/owner.ts';
import { isPlayable, isPlayableAsItCame, piecesOf } from '../core/message/heard.ts';
import { keptPart } from '../core/message/kept.ts';
import type { Message } from '../core/message/message.ts';
import type { StoredSound } from '../core/prompt/play-item.ts';
import { parseReference } from '../core/reference/reference.ts';
import type { BringResult } from './archiving.ts';
import { changeState, type ChangeDeps } from './change-message.ts';
import { readPart, type PartReader } from './read-part.ts';

/** Access is noted at most once in so long, in milliseconds. */
const accessMs = 3_600_000;

export interface RetrieveDeps extends ChangeDeps {
  readonly archiving?: PartReader['archiving'];
  readonly limits: { readonly maxWrong: number; readonly windowMinutes: number };
}

/** Who asks for a message. */
export interface Asker {
  /** Key that wrong tries count against: the number, or the trunk where there is none. */
  readonly key: string;
  readonly number?: E164;
  /** Whether `number` can be believed: registered phone, trusted trunk or attestation A. */
  readonly trusted: boolean;
}

export type OpenResult =
  | { readonly kind: 'open'; readonly message: Message; readonly mailbox: Mailbox }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'deleted' }
  /** Right, and its mailbox is suspended. */
  | { readonly kind: 'suspended' }
  /** Right, but not asked from the mailbox's own phone. */
  | { readonly kind: 'not-yours'; readonly mailbox: Mailbox }
  /** Too many wrong ones from this caller. */
  | { readonly kind: 'locked' };

export interface Retrieval {
  /** Judges a reference; wrong ones count against the asker over all calls and texts. */
  open(text: string, asker: Asker): Promise<OpenResult>;
  /**
   * All sound of a message, in order, where a telephone can play all that is to be heard of it as it came; `undefined` if not, or if
   * its bytes are gone, damaged, or in the archive.
   */
  sound(message: Message): Promise<StoredSound[] | undefined>;
  /** Notes that it was heard again, read or fetched; returns at once. */
  accessed(message: Message): void;
  /**
   * Brings its parts back where they lie in the archive; others are there at once.
   * @param signal ends the waiting, not the work
   * @throws Fault (temporary) if store or archive is away
   */
  bringBack(message: Message, signal: AbortSignal): Promise<BringResult>;
  /** These answer the message as it is then; `undefined` if it is gone. */
  heard(message: Message): Promise<Message | undefined>;
  save(message: Message): Promise<Message | undefined>;
  remove(message: Message): Promise<Message | undefined>;
  mailboxOf(message: Message): Promise<Mailbox | undefined>;
  message(id: MessageId): Promise<Message | undefined>;
}

export function createRetrieval(deps: RetrieveDeps): Retrieval {
  const { store } = deps;
  return {
    open: (text, asker) => open(deps, text, asker),
    sound: (message) => sound(deps, message),
    accessed: (message) => noteAccess(deps, message),
    bringBack: async (message, signal) =>
      deps.archiving === undefined ? { kind: 'there', message } : deps.archiving.bringBack(message, signal),
    // Only a new message becomes heard: one that was saved or deleted meanwhile stays so.
    heard: (message) => changeState(deps, message, 'heard', ['new']),
    save: (message) => changeState(deps, message, 'saved'),
    remove: (message) => changeState(deps, message, 'deleted'),
    mailboxOf: (message) => store.mailboxes.get(message.mailbox),
    message: (id) => store.messages.get(id),
  };
}

/** Often enough for days that are counted, and no more. */
function noteAccess({ store, clock, log }: RetrieveDeps, { id, accessedAt }: Message): void {
  const now = clock.now();
  if (accessedAt !== undefined && now.getTime() - accessedAt.getTime() < accessMs) return;
  store.messages
    .touch(id, now)
    .catch((error: unknown) => log.debug('access to a message is not noted', { error, message: id }));
}

/** What is damaged is as good as gone. */
async function readOrNone(deps: RetrieveDeps, message: Message, index: number) {
  try {
    return await readPart(deps, message, index);
  } catch (error) {
    if (isTemporary(error)) throw error;
    deps.log.error('a part of a message cannot be read', { error, message: message.id });
    return undefined;
  }
}

async function sound(deps: RetrieveDeps, message: Message): Promise<StoredSound[] | undefined> {
  if (message.tier === 'archived' || !isPlayableAsItCame(message)) return undefined;
  const parts = piecesOf(message).flatMap((piece) => (piece.kind === 'part' ? [piece.index] : []));
  const found = await Promise.all(parts.map((index) => readOrNone(deps, message, index)));
  const sounds = found.flatMap((content, i): StoredSound[] => {
    const id = keptPart(message, parts[i] ?? 0)?.media;
    if (content === undefined || id === undefined || !isPlayable(content.contentType)) return [];
    return [{ id, contentType: content.contentType, bytes: content.bytes }];
  });
  return sounds.length === parts.length && sounds.length > 0 ? sounds : undefined;
}

async function open(deps: RetrieveDeps, text: string, asker: Asker): Promise<OpenResult> {
  const { store, clock } = deps;
  const now = clock.now();
  const windowMs = deps.limits.windowMinutes * 60_000;
  const reference = parseReference(text);
  const callerKey = `caller:${asker.key}`;
  const [wrongSoFar, message] = await Promise.all([
    store.attempts.count(callerKey, now, windowMs),
    reference === undefined ? undefined : store.messages.byReference(reference satisfies Reference),
  ]);
  if (wrongSoFar >= deps.limits.maxWrong) return { kind: 'locked' };
  const mailbox = message === undefined ? undefined : await store.mailboxes.get(message.mailbox);
  if (message === undefined || mailbox === undefined || !isOwnedBy(mailbox, asker)) {
    // Counted before it is answered: of a thousand guesses at once, no more than the limit learn anything.
    if ((await store.attempts.fail(callerKey, now, windowMs)) > deps.limits.maxWrong)
      return { kind: 'locked' };
    if (message === undefined) return { kind: 'wrong' };
    // No failure: what guards the message now is the mailbox's PIN, whose tries are counted.
    await store.attempts.undo(callerKey, now);
    return mailbox === undefined ? { kind: 'deleted' } : { kind: 'not-yours', mailbox };
  }
  if (mailbox.status === 'suspended') return { kind: 'suspended' };
  const over = message.state === 'deleted' ? 'deleted' : isExpired(message, now) ? 'expired' : undefined;
  if (over !== undefined) {
    // Counted apart: owners who ask for what they had must not lock themselves out.
    await store.attempts.fail(`over:${asker.key}`, now, windowMs);
    return { kind: over };
  }
  if (mailbox.status === 'provisional') await store.mailboxes.activate(mailbox.id);
  return { kind: 'open', message, mailbox };
}

function isExpired(message: Message, now: Date): boolean {
  return message.referenceExpires <= now || message.expires <= now;
}
