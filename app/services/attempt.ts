/**
 * Tries of PINs and codes against the waits of core/lockout, over all calls and controllers. A try counts as a failure
 * from its beginning and is taken back when it was right, so that a hundred tries at once are no more than one after the other.
 */
import {
  lockout,
  longest,
  manyRule,
  pairRule,
  type Lockout,
  type LockoutRule,
} from '../core/lockout/lockout.ts';
import { isOwnedBy } from '../core/mailbox/owner.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { AttemptStore, Failures } from '../ports/attempts.ts';
import type { PinAsker } from './authentication-deps.ts';

export interface Attempt {
  readonly at: Date;
  readonly keys: readonly string[];
  /** What it will be if this try is wrong. */
  readonly next: Lockout;
}

export interface Limit {
  readonly key: string;
  readonly rule: LockoutRule;
}

export interface AttemptDeps {
  readonly store: { readonly attempts: AttemptStore };
  readonly clock: Clock;
  readonly log: Log;
}

/** Looks again so often when others try at the same mailbox at the same time; then the try waits its turn. */
const rounds = 20;
const turnMs = 1000;

export function pairKeys(mailbox: Mailbox): string {
  return `pin:${mailbox.id}:`;
}

export function strangersKey(mailbox: Mailbox): string {
  return `pin-strangers:${mailbox.id}`;
}

/**
 * What a try counts against; caller and mailbox together come last. An owner's own phone is not kept out by what
 * strangers do.
 */
function limitsOf(mailbox: Mailbox, asker: PinAsker): Limit[] {
  const pair = { key: `${pairKeys(mailbox)}${asker.key}`, rule: pairRule };
  if (isOwnedBy(mailbox, asker)) return [pair];
  const strangers = { key: strangersKey(mailbox), rule: manyRule };
  // Callers without a number are not one caller.
  if (asker.number === undefined && asker.key.endsWith(':')) return [strangers, pair];
  return [strangers, { key: `pin-caller:${asker.key}`, rule: manyRule }, pair];
}

export type Begun =
  | { readonly kind: 'begun'; readonly attempt: Attempt }
  | Extract<Lockout, { kind: 'locked' }>;

export interface Tries {
  /** Whether a try would be judged now. */
  lockOf(mailbox: Mailbox, asker: PinAsker): Promise<Lockout>;
  /** Begins a try, unless it is locked. `onOpen` is called once it is known that it is not, before it is counted. */
  begin(mailbox: Mailbox, asker: PinAsker, onOpen?: () => void): Promise<Begun>;
  /** Counts one at every limit, unless one of them is locked. */
  count(limits: readonly Limit[]): Promise<Begun>;
  /**
   * It was no failure. `proven`: it was right, so what the caller got wrong before at this mailbox is forgotten too.
   * Nobody waits for it but the next try at the mailbox.
   */
  takeBack(mailbox: { readonly id: string }, attempt: Attempt, how: 'proven' | 'not-judged'): void;
}

export function createTries(deps: AttemptDeps): Tries {
  const { attempts } = deps.store;
  /** By mailbox. */
  const takingBack = new Map<string, Promise<void>>();
  return {
    async lockOf(mailbox, asker) {
      const limits = limitsOf(mailbox, asker);
      await takingBack.get(mailbox.id);
      return judge(limits, await attempts.failures(limits.map(({ key }) => key)), deps.clock.now());
    },
    async begin(mailbox, asker, onOpen) {
      await takingBack.get(mailbox.id);
      return count(limitsOf(mailbox, asker), deps, onOpen);
    },
    count: (limits) => count(limits, deps),
    takeBack(mailbox, attempt, how) {
      const before = takingBack.get(mailbox.id) ?? Promise.resolve();
      const work: Promise<void> = Promise.all([before, takeBack(attempt, how, attempts)])
        .then(() => undefined)
        .catch((error: unknown) =>
          // It stays a failure; those are forgotten in time.
          deps.log.warn('a try is not taken back', { error, mailbox: mailbox.id }),
        )
        .finally(() => {
          if (takingBack.get(mailbox.id) === work) takingBack.delete(mailbox.id);
        });
      takingBack.set(mailbox.id, work);
    },
  };
}

async function count(limits: readonly Limit[], deps: AttemptDeps, onOpen?: () => void): Promise<Begun> {
  const { attempts } = deps.store;
  const keys = limits.map(({ key }) => key);
  for (let round = 0; round < rounds; round += 1) {
    const seen = await attempts.failures(keys);
    const now = deps.clock.now();
    const lock = judge(limits, seen, now);
    if (lock.kind === 'locked') return lock;
    if (round === 0) onOpen?.();
    const at = ownTime(seen, now);
    if (await countAll(limits, seen, at, attempts)) {
      const after = seen.map((one) => ({ ...one, at: [...one.at, at] }));
      return { kind: 'begun', attempt: { at, keys, next: judge(limits, after, now) } };
    }
  }
  return { kind: 'locked', until: new Date(deps.clock.now().getTime() + turnMs) };
}

/** Now, or a little later: no two tries have the same time, so that one can be taken back without the other. */
function ownTime(seen: readonly Failures[], now: Date): Date {
  const last = Math.max(0, ...seen.flatMap(({ at }) => at.map((time) => time.getTime())));
  return last < now.getTime() ? now : new Date(last + 1);
}

async function takeBack(
  attempt: Attempt,
  how: 'proven' | 'not-judged',
  attempts: AttemptStore,
): Promise<void> {
  const others = attempt.keys.slice(0, -1);
  const pair = attempt.keys.at(-1);
  if (pair === undefined) return;
  await Promise.all([
    how === 'proven' ? attempts.clear(pair) : attempts.undo(pair, attempt.at),
    // Those hold failures of others, or at other mailboxes: who knows one PIN must not wash away the guesses at another.
    ...others.map((key) => attempts.undo(key, attempt.at)),
  ]);
}

function judge(limits: readonly Limit[], seen: readonly Failures[], now: Date): Lockout {
  return longest(limits.map(({ rule }, i) => lockout(seen[i]?.at ?? [], rule, now)));
}

/**
 * Counts a failure at every key, or at none if one of them has changed since it was seen. The first key, where many may
 * want to count at once, goes before the others: who loses there has nothing to take back.
 */
async function countAll(
  limits: readonly Limit[],
  seen: readonly Failures[],
  at: Date,
  attempts: AttemptStore,
): Promise<boolean> {
  const count = (i: number): Promise<boolean> =>
    attempts.failIfUnchanged(seen[i] as Failures, at, (limits[i] as Limit).rule.windowMs);
  if (!(await count(0))) return false;
  const counted = [true, ...(await Promise.all(seen.slice(1).map((_, i) => count(i + 1))))];
  if (counted.every(Boolean)) return true;
  const undone = seen.filter((_, i) => counted[i]).map(({ key }) => attempts.undo(key, at));
  await Promise.all(undone);
  return false;
}
