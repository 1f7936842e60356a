/**
 * Raises the counters of mailboxes a moment after their messages are in, those of many messages in one write: a write for
 * each would cost as much as the message itself. Counters are derived, and a crash in between is made good: while
 * counters are raised late there is a note of this controller in the store, and whoever finds one that was left counts the
 * mailboxes of that time anew, until they are found right. Whatever else made counters wrong is found by going round: a few
 * mailboxes are counted each time.
 */
import type { MailboxId } from '../core/ids.ts';
import { sumOf } from '../core/mailbox/sum-of.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { CountingStore, Raise } from '../ports/counting.ts';
import type { Log } from '../ports/log.ts';
import type { CountChange, MailboxStore } from '../ports/store.ts';

/** So long changes are gathered, in milliseconds. */
const gatherMs = 200;
/** So long a note covers what is made after it, in milliseconds; it is renewed at half of that. */
const coverMs = 20_000;
/** A message may reach the store so long after its id was made, in milliseconds, and clocks may differ a little. */
const marginMs = 10_000;
/** A controller that has not renewed its note for so long is counted for and its note removed, in milliseconds. */
const leftMs = 120_000;
/** Mailboxes counted at each time on the way round. */
const roundStep = 50;
/** Least time between two steps of the way round, in milliseconds: what is in doubt is counted more often. */
const roundMs = 50_000;

export interface CountingDeps {
  readonly store: {
    readonly counting: CountingStore;
    readonly mailboxes: Pick<MailboxStore, 'recount' | 'list'>;
  };
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Its counters may have changed by counting anew. */
  readonly onCounted: (mailbox: MailboxId) => void;
  /** There is no such mailbox any more, and a message was just put into it. */
  readonly onMissing?: (mailbox: MailboxId) => void;
}

export interface Counting {
  /** Whether counters of a message that is made now may be raised late. It is made sure in the background that they may soon. */
  covered(): boolean;
  /** Raises the counters within a moment; returns at once. Only for messages made while `covered`. */
  raise(mailbox: MailboxId, change: CountChange): void;
  /** Raises what waits. Never rejects: what cannot be raised is counted anew later. */
  flush(): Promise<void>;
  /** These counters may be wrong: `repair` counts them, until it has found them right. */
  doubt(mailbox: MailboxId): void;
  /**
   * Counts anew what is in doubt, for controllers that died, and some mailboxes more, all in turn.
   * @param all also for those that may be running: once, at the start
   * @returns whether doubts are left, to be counted after some seconds
   */
  repair(all: boolean): Promise<boolean>;
  /** Raises what waits and takes the note back, unless others are to find doubts by it. */
  stop(): Promise<void>;
}

export function createCounting(deps: CountingDeps): Counting {
  const { store, clock, log } = deps;
  const controller = deps.random.uuid();
  const doubts = new Set<MailboxId>();
  const raises = createRaises(deps, (mailbox) => doubts.add(mailbox));
  let covering: Date | undefined;
  let noting = false;

  const note = async (): Promise<void> => {
    if (noting) return;
    noting = true;
    const at = clock.now();
    try {
      await store.counting.note(controller, at);
      covering = at;
    } catch (error) {
      log.debug('counters are raised at once', { error });
    } finally {
      noting = false;
    }
  };
  /**
   * Whether its counters were right. If not, somebody may just have been raising them: they are in doubt, and not to be
   * counted again before that must be over.
   */
  const count = async (mailbox: MailboxId): Promise<boolean> => {
    await raises.flush();
    // Before the counting: who doubts meanwhile is heard.
    const doubted = doubts.delete(mailbox);
    try {
      const counted = await store.mailboxes.recount(mailbox);
      if (counted?.corrected === true) doubts.add(mailbox);
      if (doubted || counted?.corrected === true) deps.onCounted(mailbox);
    } catch (error) {
      doubts.add(mailbox);
      throw error;
    }
    return !doubts.has(mailbox);
  };
  /** Whether all counters that a controller with such a note may have left wrong are right. */
  const countFor = async (at: Date): Promise<boolean> => {
    const from = new Date(at.getTime() - marginMs);
    const mailboxes = await store.counting.mailboxesOf(from, new Date(at.getTime() + coverMs + marginMs));
    let wrong = 0;
    for (const mailbox of mailboxes) if (doubts.has(mailbox) || !(await count(mailbox))) wrong += 1;
    if (wrong > 0) log.info('mailboxes are counted anew', { count: wrong });
    return wrong === 0;
  };
  const goRound = createRound(deps, async (id) => {
    if (!doubts.has(id)) await count(id);
  });
  return {
    covered() {
      const age = covering === undefined ? Infinity : clock.now().getTime() - covering.getTime();
      // While there are doubts a note stays as it is: whoever comes after a crash finds them by it.
      if (age > coverMs / 2 && (covering === undefined || doubts.size === 0)) void note();
      return age >= 0 && age < coverMs;
    },
    raise: (mailbox, change) => raises.add(mailbox, change),
    flush: () => raises.flush(),
    doubt(mailbox) {
      doubts.add(mailbox);
    },
    async repair(all) {
      const doubted = [...doubts];
      for (const mailbox of doubted) await count(mailbox);
      for (const noted of await store.counting.noted()) {
        if (noted.controller === controller) continue;
        const left = clock.now().getTime() - noted.at.getTime() > leftMs;
        const right = (left || all) && (await countFor(noted.at));
        if (left && right) await store.counting.forget(noted);
      }
      await goRound();
      return doubts.size > 0;
    },
    async stop() {
      await raises.flush();
      if (covering !== undefined && doubts.size === 0)
        await store.counting.forget({ controller, at: covering });
      covering = undefined;
    },
  };
}

/** A step on the way round all mailboxes, if it is time for one. */
function createRound(
  { store, clock }: Pick<CountingDeps, 'store' | 'clock'>,
  count: (mailbox: MailboxId) => Promise<void>,
): () => Promise<void> {
  let last: MailboxId | undefined;
  let steppedAt: number | undefined;
  return async () => {
    const now = clock.now().getTime();
    if (steppedAt !== undefined && Math.abs(now - steppedAt) < roundMs) return;
    steppedAt = now;
    const some = await store.mailboxes.list(last, roundStep);
    for (const { id } of some) await count(id);
    last = some.length < roundStep ? undefined : some.at(-1)?.id;
  };
}

/** What waits to be raised, by mailbox and kind. @param onFailed called for what may be raised or not */
function createRaises(
  { store, log, onMissing }: Pick<CountingDeps, 'store' | 'log' | 'onMissing'>,
  onFailed: (mailbox: MailboxId) => void,
) {
  const waiting = new Map<string, Raise>();
  let writing: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const write = async (): Promise<void> => {
    while (waiting.size > 0) {
      const batch = [...waiting.values()];
      waiting.clear();
      try {
        for (const mailbox of await store.counting.raise(batch)) onMissing?.(mailbox);
      } catch (error) {
        log.warn('counters not raised; they are counted anew', { error, count: batch.length });
        for (const { mailbox } of batch) onFailed(mailbox);
      }
    }
  };
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    while (waiting.size > 0 || writing !== undefined) {
      writing ??= write().finally(() => (writing = undefined));
      await writing;
    }
  };
  return {
    flush,
    add(mailbox: MailboxId, change: CountChange): void {
      const key = `${mailbox} ${change.kind}`;
      const before = waiting.get(key)?.change;
      waiting.set(key, { mailbox, change: before === undefined ? change : sumOf(before, change) });
      timer ??= setTimeout(() => void flush(), gatherMs);
    },
  };
}
