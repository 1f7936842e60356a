/** Decides from the times of failures whether another try is judged now. Pure: times come from the store. */

const minute = 60_000;

export interface LockoutRule {
  /** Failures without a wait. */
  readonly free: number;
  /** Wait after each further failure, in milliseconds; the last one holds for all that follow. */
  readonly waitsMs: readonly number[];
  /** How long a failure is remembered, in milliseconds; longer than the longest wait. */
  readonly windowMs: number;
}

const waitsMs = [1, 5, 15, 60, 240, 1440].map((minutes) => minutes * minute);
const windowMs = 7 * 24 * 60 * minute;

/** Of one caller at one mailbox: the third failure in a row is the first that costs a wait. */
export const pairRule: LockoutRule = { free: 3, waitsMs, windowMs };
/** Of one caller at all mailboxes, and of one mailbox by everybody but its owner's own phones. */
export const manyRule: LockoutRule = { free: 10, waitsMs, windowMs };

export type Lockout =
  /** `left`: failures that are still free. */
  { readonly kind: 'open'; readonly left: number } | { readonly kind: 'locked'; readonly until: Date };

/**
 * @param failures times in any order; those out of the rule's window count for nothing, those that another clock put
 * into the future count as of now.
 */
export function lockout(failures: readonly Date[], rule: LockoutRule, now: Date): Lockout {
  const counted = failures
    .map((at) => Math.min(at.getTime(), now.getTime()))
    .filter((at) => at > now.getTime() - rule.windowMs);
  const over = counted.length - rule.free;
  if (over < 0) return { kind: 'open', left: -over };
  const wait = rule.waitsMs[Math.min(over, rule.waitsMs.length - 1)] ?? 0;
  const until = new Date(Math.max(...counted) + wait);
  return until > now ? { kind: 'locked', until } : { kind: 'open', left: 0 };
}

/** The lock that lasts longest; open if none is. */
export function longest(locks: readonly Lockout[]): Lockout {
  const all = locks.toSorted((a, b) => rank(b) - rank(a));
  return all[0] ?? { kind: 'open', left: 0 };
}

/** Locks go before open ones, later ones before earlier; of open ones the nearest to a lock goes first. */
function rank(lock: Lockout): number {
  return lock.kind === 'locked' ? lock.until.getTime() : -lock.left - 1;
}
