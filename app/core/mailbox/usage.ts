/**
 * What messages take of a mailbox's quota. A message's share follows from what is written in it alone, so that the sum of a
 * mailbox can be counted as messages come, change and go, and be counted anew at any time.
 */
import type { Envelope, Message, Part } from '../message/message.ts';
import type { MailboxCounts, MailboxUsage } from './mailbox.ts';
import { applyState } from './state.ts';

/** What each message counts besides its parts, in bytes: about what its document takes, whatever is written in it. */
export const envelopeBytes = 1024;

export const noUsage: MailboxUsage = { bytes: 0, seconds: 0, archived: 0 };

type SizedPart = Pick<Part, 'bytes' | 'durationMs'>;

/** What a message with these parts takes as it comes. Each second of sound and video that has begun counts. */
export function usageOfParts(parts: readonly SizedPart[]): MailboxUsage {
  const ms = parts.reduce((sum, { durationMs = 0 }) => sum + Math.max(0, durationMs), 0);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, envelopeBytes);
  return { bytes, seconds: Math.ceil(ms / 1000), archived: 0 };
}

export type Using = Pick<Message, 'state' | 'tier' | 'stored'> & {
  readonly envelope: Pick<Envelope, 'parts'>;
};

/**
 * What a message takes where it lies: its parts as they are kept, compressed or not; nothing once it is in the archive. What was
 * made of it (`derived`) counts nothing: nobody asked to keep it, and it may be made again.
 */
export function sizeOf({
  envelope,
  tier,
  stored = [],
}: Omit<Using, 'state'>): Pick<MailboxUsage, 'bytes' | 'seconds'> {
  if (tier === 'archived') return { bytes: 0, seconds: 0 };
  const kept = envelope.parts.map((part, i) => ({
    ...part,
    bytes: stored.find(({ of }) => of === i)?.bytes ?? part.bytes,
  }));
  const { bytes, seconds } = usageOfParts(kept);
  return { bytes, seconds };
}

/** What a message takes of the quota. Whoever deletes one has its room at once; what lies in the trash is summed apart. */
export function usageOf(message: Using): MailboxUsage {
  const { bytes, seconds } = sizeOf(message);
  if (message.state === 'deleted') return bytes === 0 ? noUsage : { ...noUsage, trash: bytes };
  return { bytes, seconds, archived: message.tier === 'archived' ? 1 : 0 };
}

/** What a mailbox takes in all, in bytes. */
export function heldBytes({ bytes, trash = 0 }: MailboxUsage = noUsage): number {
  return bytes + trash;
}

/** What is added to a mailbox's counters and usage. */
export type Effect = MailboxCounts & MailboxUsage & Pick<Envelope, 'kind'>;

export type Counted = Using &
  Pick<Message, 'urgent'> & { readonly envelope: Pick<Envelope, 'kind' | 'parts'> };

/**
 * What the counters and the usage of a mailbox gain when one of its messages comes (no `before`), becomes another, or is gone
 * (no `after`).
 */
export function effectOf(before: undefined, after: Counted): Effect;
export function effectOf(before: Counted, after: Counted | undefined): Effect;
export function effectOf(before: Counted | undefined, after: Counted | undefined): Effect {
  const lost = shareOf(before);
  const gained = shareOf(after);
  const trash = (gained.trash ?? 0) - (lost.trash ?? 0);
  return {
    kind: (after ?? before)?.envelope.kind ?? 'voice',
    new: gained.new - lost.new,
    old: gained.old - lost.old,
    urgent: gained.urgent - lost.urgent,
    bytes: gained.bytes - lost.bytes,
    seconds: gained.seconds - lost.seconds,
    archived: gained.archived - lost.archived,
    ...(trash === 0 ? {} : { trash }),
  };
}

function shareOf(message: Counted | undefined): MailboxCounts & MailboxUsage {
  return {
    ...applyState(undefined, message?.state, message?.urgent),
    ...(message === undefined ? noUsage : usageOf(message)),
  };
}
