/** What automatic management does with one message, and when it has to look at it again. */
import type { Hold } from '../mailbox/mailbox.ts';
import type { Message, MessageState, Tier } from '../message/message.ts';
import type { ClassOfService } from '../profile/class-of-service.ts';

export const dayMs = 86_400_000;

/** What is kept by a legal hold is looked at again after so many days: its end makes it due at once, and this if that was missed. */
export const heldDays = 30;

/** What of a class rules this: the class of the moment. */
export type RetentionRules = Pick<
  ClassOfService,
  'retentionDays' | 'trashDays' | 'compressAfterDays' | 'archiveAfterDays' | 'memoryBytes'
>;

/** What is judged of a message. */
export interface RetentionFacts {
  readonly state: MessageState;
  readonly tier: Tier;
  readonly received: Date;
  readonly expires: Date;
  readonly heardAt?: Date;
  readonly deletedAt?: Date;
  readonly accessedAt?: Date;
  readonly hold?: Hold;
  /** Whether forms that were made of it are kept beside it. */
  readonly forms: boolean;
}

export type Judgement =
  /** Removed for good, with all that was made of it. */
  | { readonly kind: 'purge'; readonly why: 'expired' | 'trash' }
  /** It would be purged, and a legal hold keeps it. */
  | { readonly kind: 'held' }
  /** Kept in less space from now on; forms that were made of it go, and are made again when they are asked for. */
  | { readonly kind: 'compress' }
  /** Nothing yet. */
  | { readonly kind: 'wait'; readonly until: Date };

/** @param mailboxHeld whether a legal hold is on its whole mailbox */
export function judge(
  message: RetentionFacts,
  mailboxHeld: boolean,
  rules: RetentionRules,
  now: Date,
): Judgement {
  const held = mailboxHeld || message.hold !== undefined;
  const trash = trashEnds(message, rules);
  const expired = message.expires <= now;
  if (expired || (trash !== undefined && trash <= now)) {
    if (held) return { kind: 'held' };
    return { kind: 'purge', why: expired ? 'expired' : 'trash' };
  }
  // What is evidence stays as it came: sound in less space is other sound.
  const compress = held ? undefined : compressedFrom(message, rules);
  if (compress !== undefined && compress <= now) return { kind: 'compress' };
  return { kind: 'wait', until: earliest([message.expires, trash, compress]) };
}

/** Before this nothing is to be done with the message, as long as its class stays as it is. */
export function nextLook(message: RetentionFacts, rules: RetentionRules): Date {
  return earliest([message.expires, trashEnds(message, rules), compressedFrom(message, rules)]);
}

/**
 * Until when a message is kept. What was promised at its deposit holds; a class that keeps its messages longer since then keeps
 * this one longer too.
 */
export function keptUntil(
  { received, expires }: Pick<RetentionFacts, 'received' | 'expires'>,
  { retentionDays }: Pick<RetentionRules, 'retentionDays'>,
): Date {
  const now = later(received, retentionDays);
  return now > expires ? now : expires;
}

/** When it was last of use to somebody. */
export function lastAccess({
  received,
  heardAt,
  accessedAt,
}: Pick<RetentionFacts, 'received' | 'heardAt' | 'accessedAt'>): Date {
  return [heardAt, accessedAt].reduce<Date>(
    (last, at) => (at !== undefined && at > last ? at : last),
    received,
  );
}

export function retentionFacts(
  message: Omit<Message, 'envelope'> & { readonly envelope: Pick<Message['envelope'], 'received'> },
): RetentionFacts {
  const { state, tier, expires, heardAt, deletedAt, accessedAt, hold, derived = [] } = message;
  return {
    state,
    tier,
    received: message.envelope.received,
    expires,
    forms: derived.length > 0,
    ...(heardAt === undefined ? {} : { heardAt }),
    ...(deletedAt === undefined ? {} : { deletedAt }),
    ...(accessedAt === undefined ? {} : { accessedAt }),
    ...(hold === undefined ? {} : { hold }),
  };
}

function trashEnds({ state, deletedAt }: RetentionFacts, { trashDays }: RetentionRules): Date | undefined {
  return state === 'deleted' && deletedAt !== undefined ? later(deletedAt, trashDays) : undefined;
}

/** What lies in the trash goes soon, and what lies in the archive takes no room. */
function compressedFrom(message: RetentionFacts, { compressAfterDays }: RetentionRules): Date | undefined {
  const { state, tier, forms } = message;
  const smaller = tier === 'live' || (tier === 'compressed' && forms);
  if (compressAfterDays === undefined || !smaller || state === 'deleted') return undefined;
  return later(lastAccess(message), compressAfterDays);
}

export function later(at: Date, days: number): Date {
  return new Date(at.getTime() + days * dayMs);
}

function earliest(times: readonly (Date | undefined)[]): Date {
  return new Date(Math.min(...times.flatMap((at) => (at === undefined ? [] : [at.getTime()]))));
}
