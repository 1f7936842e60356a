/**
 * The messages of a store of any size, each as it follows from its number, so that a small store is like a large one. Now nothing is
 * due for automatic management; half a day later two thirds of a hundredth are, and a day later mailboxes with the third.
 */
import { createHash } from 'node:crypto';
import type { E164, MailboxId, MediaId, MessageId, Reference } from '../../app/core/ids.ts';
import type { Message, MessageState, Part } from '../../app/core/message/message.ts';
import type { ClassOfService, MessageKind } from '../../app/core/profile/class-of-service.ts';
import { makeReference } from '../../app/core/reference/reference.ts';
import { later, nextLook, retentionFacts } from '../../app/core/retention/judge.ts';

export const perMailbox = 5;
/** Messages inserted at once. */
export const batch = 2500;
/** Messages that have words, of a hundred; words of each, and words that there are. */
const withWords = 30;
const wordsEach = 8;
const vocabulary = 20_000;
/** Seconds of the sound of a message. */
export const seconds = 4;
/** Media that what is not due shares. */
export const sharedMedia = 8;

const states: readonly MessageState[] = ['new', 'heard', 'saved', 'new', 'heard', 'saved', 'saved', 'new'];
const kinds: readonly MessageKind[] = [...Array<MessageKind>(17).fill('voice'), 'text', 'text', 'fax'];

/** What is to be done with a message when half a day has gone, or a day. */
type Fate = 'stays' | 'purge' | 'archive' | 'compress';

export function referenceOf(i: number): Reference {
  // Spread over all, as references drawn at random are; the factor and 10⁹ have no common divisor.
  return makeReference(String((123_456_789 + i * 791_903) % 1e9).padStart(9, '0'));
}

export function mailboxNumber(box: number): E164 {
  return `+1202${String(box).padStart(7, '0')}` as E164;
}

export function mailboxIdOf(box: number): MailboxId {
  return uuidOf('mailbox', box) as MailboxId;
}

/** Every mailbox has one at least; the rest go more to some than to others, and none to those that go to the archive as a whole. */
export function boxOf(i: number, mailboxes: number): number {
  if (i % perMailbox === 0 || fateOf(i) === 'archive') return Math.trunc(i / perMailbox);
  const box = Math.trunc(mailboxes * spread(i) ** 1.3);
  return isSmall(box) ? box + 1 : box;
}

/** Whether a mailbox is over its memory allocation. */
export function isSmall(box: number): boolean {
  return fateOf(box * perMailbox) === 'archive';
}

/** The word of this rank: 0 is the commonest. */
export function wordOf(rank: number): string {
  return `word${rank.toString(36)}`;
}

/**
 * One of a hundred, in turn. All of a mailbox that is over its memory allocation go to the archive together, which is why of 1500
 * messages there are five next to each other.
 */
export function fateOf(i: number): Fate {
  const place = i % 1500;
  if (place < perMailbox) return 'archive';
  if (place % 300 === 107) return 'purge';
  return place % 300 === 207 ? 'compress' : 'stays';
}

export interface Making {
  readonly profiles: { readonly usual: ClassOfService; readonly small: ClassOfService };
  readonly now: Date;
  readonly mailboxes: number;
  readonly sha256: string;
  readonly bytes: number;
}

/** A message that its deposit and all that came after it would have left so. */
export function messageOf(i: number, making: Making): Message {
  const { now, profiles } = making;
  const fate = fateOf(i);
  const kind = fate === 'stays' ? (kinds[i % kinds.length] ?? 'voice') : 'voice';
  const { received, expires } = times(i, fate, making);
  const box = boxOf(i, making.mailboxes);
  const id = uuidOf('message', i) as MessageId;
  const text = kind === 'text';
  const words = fate === 'stays' && (text || spread(i + 0.5) * 100 < withWords) ? said(i) : undefined;
  const media = (fate === 'stays' ? `shared ${i % sharedMedia}` : `sip:${id}`) as MediaId;
  const message: Message = {
    id,
    mailbox: mailboxIdOf(box),
    reference: referenceOf(i),
    referenceExpires: expires,
    envelope: {
      id,
      kind,
      origin: { network: text ? 'sms' : 'sip', id },
      from: { number: `+1303${String(Math.trunc(spread(i * 3) * 40_000)).padStart(7, '0')}`, private: false },
      to: mailboxNumber(box),
      received,
      urgent: i % 23 === 0,
      confidential: false,
      cut: false,
      parts: [{ media, ...contentOf(kind), bytes: making.bytes, sha256: making.sha256 }],
    },
    urgent: i % 23 === 0,
    state: fate === 'stays' ? (states[i % states.length] ?? 'new') : 'saved',
    tier: 'live',
    version: 1,
    expires,
    ...(words === undefined ? {} : { transcript: words }),
    pending: [],
  };
  const profile = fate === 'archive' ? profiles.small : profiles.usual;
  const sweepAt = nextLook(retentionFacts(message), profile);
  if (sweepAt <= now) throw new Error(`message ${i} (${fate}) is due already`);
  return { ...message, sweepAt };
}

/** Of texts and faxes only the type is true: nobody asks for their bytes. */
function contentOf(kind: MessageKind): Pick<Part, 'contentType' | 'durationMs' | 'pages'> {
  if (kind === 'text') return { contentType: 'text/plain; charset=utf-8' };
  if (kind === 'fax') return { contentType: 'image/tiff', pages: 1 };
  return { contentType: 'audio/PCMU', durationMs: seconds * 1000 };
}

/** Received in the last fifty days; what has a fate meets it half a day from now. */
function times(i: number, fate: Fate, { now, profiles }: Making): { received: Date; expires: Date } {
  const { compressAfterDays = 60, retentionDays } = profiles.usual;
  const received = later(now, fate === 'compress' ? 0.5 - compressAfterDays : -1 - spread(i + 0.25) * 49);
  if (fate === 'archive') return { received: later(now, -45), expires: later(now, retentionDays - 45) };
  return { received, expires: fate === 'purge' ? later(now, 0.5) : later(received, retentionDays) };
}

/** What a message with words says, and the others would. */
export function said(i: number): string {
  const one = (k: number): string => wordOf(Math.trunc(vocabulary * spread(i * wordsEach + k + 0.75) ** 3));
  return Array.from({ length: wordsEach }, (_, k) => one(k)).join(' ');
}

/** From 0 to 1, the same for the same number. */
export function spread(i: number): number {
  let x = Math.imul(Math.trunc(i * 4) ^ 0x9e37_79b9, 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

/** An id as `randomUUID` makes them (RFC 9562), the same for the same number. */
function uuidOf(of: string, i: number): string {
  const hex = createHash('md5').update(`${of} ${i}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
