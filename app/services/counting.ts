/**
 * Raises the counters of mailboxes a moment after their messages are in, those of many messages in one write: a write for
 * each would cost as much as the message itself. Counters are derived, and a crash in between is made good: while
 * counters are raised late there is a note of this controller in the store, and whoever finds one that was left counts the
 * mailboxes of that time anew.
 */
import type { MailboxId } from '../core/ids.ts';
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

export interface CountingDeps {
  readonly store: { readonly counting: CountingStore; readonly mailboxes: Pick<MailboxStore, 'recount'> };
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** These counters may be wrong still: count once more, later. */
  readonly onDoubt: (mailbox: MailboxId) => void;
}

export interface Counting {
  /** Whether counters of a message that is made now may be raised late. It is made sure in the background that they may soon. */
  covered(): boolean;
  /** Raises the counters within a moment; returns at once. Only for messages made while `covered`. */
  raise(mailbox: MailboxId, change: CountChange): void;
  /** Raises what waits. Never rejects: what cannot be raised is counted anew later. */
  flush(): Promise<void>;
  /** Counts anew for controllers that died. @param all also for those that may be running: once, at the start */
  repair(all: boolean): Promise<void>;
  /** Raises what waits and takes the note back. */
  stop(): Promise<void>;
}

export function createCounting(deps: CountingDeps): Counting {
  const { store, clock, log } = deps;
  const controller = deps.random.uuid();
  const waiting = new Map<string, Raise>();
  let covering: Date | undefined;
  let noting = false;
  let writing: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

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
  const write = async (): Promise<void> => {
    while (waiting.size > 0) {
      const batch = [...waiting.values()];
      waiting.clear();
      try {
        await store.counting.raise(batch);
      } catch (error) {
        log.warn('counters not raised; they are counted anew', { error, count: batch.length });
        for (const { mailbox } of batch) deps.onDoubt(mailbox);
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
  const recountFor = async (at: Date): Promise<void> => {
    const from = new Date(at.getTime() - marginMs);
    const mailboxes = await store.counting.mailboxesOf(from, new Date(at.getTime() + coverMs + marginMs));
    await flush();
    for (const mailbox of mailboxes) {
      await store.mailboxes.recount(mailbox);
      // A controller that lives may have been about to raise them.
      deps.onDoubt(mailbox);
    }
    if (mailboxes.length > 0) log.info('mailboxes are counted anew', { count: mailboxes.length });
  };
  return {
    covered() {
      const age = covering === undefined ? Infinity : clock.now().getTime() - covering.getTime();
      if (age > coverMs / 2) void note();
      return age >= 0 && age < coverMs;
    },
    raise(mailbox, change) {
      const key = `${mailbox} ${change.kind}`;
      const before = waiting.get(key)?.change;
      waiting.set(key, { mailbox, change: before === undefined ? change : sum(before, change) });
      timer ??= setTimeout(() => void flush(), gatherMs);
    },
    flush,
    async repair(all) {
      for (const noted of await store.counting.noted()) {
        if (noted.controller === controller) continue;
        const left = clock.now().getTime() - noted.at.getTime() > leftMs;
        if (left || all) await recountFor(noted.at);
        if (left) await store.counting.forget(noted);
      }
    },
    async stop() {
      await flush();
      if (covering !== undefined) await store.counting.forget({ controller, at: covering });
      covering = undefined;
    },
  };
}

function sum(one: CountChange, other: CountChange): CountChange {
  const add = (name: 'new' | 'old' | 'urgent') => (one[name] ?? 0) + (other[name] ?? 0);
  return { kind: one.kind, new: add('new'), old: add('old'), urgent: add('urgent') };
}
