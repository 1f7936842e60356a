/**
 * Writes events down in the order of all controllers: gathered for a moment, one write at a time, from a bounded queue. Whoever
 * publishes waits for nothing.
 */
import type { AppEvent, Occurred } from '../core/event/event.ts';
import type { EventBatch, EventStore } from '../ports/events.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** Least time from one write to the next while anybody follows here, in milliseconds; the first after a pause goes at once. */
const gatherMs = 25;
/** The same while nobody does and no batch is full, from the first that waits: those at other controllers look five times a second, and each write costs about as much as a message. */
const unfollowedMs = 200;
const mostInBatch = 200;
/** Events that wait while the store is away; of more it is only known that there were some. */
const mostWaiting = 10_000;
const retryMs = 500;
/** So long events are kept, in milliseconds: a page that was away for less misses nothing. */
export const keptMs = 600_000;
/** How often those that are older are removed. */
const cleanMs = 60_000;

export interface EventWriterDeps {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Number of the last batch that is known. */
  readonly known: () => number;
  /** Whether anybody follows here, or hears of each batch. */
  readonly followed: () => boolean;
  /** Looks out for the batch with this key: one whose writing seemed to fail may be there all the same. */
  readonly seek: (key: string) => void;
  /** Whether it is there. */
  readonly landed: () => boolean;
  /** It was written; all before it is known. */
  readonly onWritten: (batch: EventBatch) => void;
  /** A number was taken: finds out how far the others are. @param uncertain ours may be among theirs */
  readonly catchUp: (uncertain: boolean) => Promise<void>;
}

export interface EventWriter {
  publish(event: AppEvent): void;
  /** Settles when all is written, or cannot be. */
  stop(): Promise<void>;
}

export function createEventWriter(deps: EventWriterDeps): EventWriter {
  const { clock, random, log } = deps;
  let queue: Occurred[] = [];
  const mailboxes = new Set<string>();
  let lost = false;
  let stopping = false;
  let writing: Promise<void> | undefined;
  let wrote = 0;
  let cleaned = clock.now().getTime();

  const next = (): EventBatch => {
    const events = queue.slice(0, mostInBatch);
    queue = queue.slice(mostInBatch);
    for (const event of events) if (event.type === 'mailbox.changed') mailboxes.delete(event.mailbox);
    const at = clock.now();
    const batch = {
      number: 0,
      key: random.uuid(),
      at,
      events,
      ...(lost && queue.length === 0 ? { lost } : {}),
    };
    if (queue.length === 0) lost = false;
    return batch;
  };
  const isShort = (): boolean => lost;
  const run = async (): Promise<void> => {
    for (; queue.length > 0 || isShort();) {
      const soon = deps.followed() || queue.length >= mostInBatch;
      const rest = soon ? wrote + gatherMs - performance.now() : unfollowedMs;
      if (rest > 0 && !stopping) await pause(rest);
      // The rest would wait as long once more, each.
      if (!(await write(deps, next(), () => stopping))) queue = [];
      wrote = performance.now();
      const now = clock.now().getTime();
      if (now - cleaned < cleanMs) continue;
      cleaned = now;
      deps.store
        .removeBefore(new Date(now - keptMs))
        .catch((error: unknown) => log.debug('old events stay', { error }));
    }
    writing = undefined;
  };
  const wake = (): void => void (writing ??= Promise.resolve().then(run));
  return {
    publish(event) {
      if (stopping) return;
      if (event.type === 'mailbox.changed' && mailboxes.has(event.mailbox)) return;
      if (queue.length < mostWaiting) {
        if (event.type === 'mailbox.changed') mailboxes.add(event.mailbox);
        queue.push({ ...event, at: clock.now().toISOString() });
      } else lost = true;
      wake();
    },
    async stop() {
      stopping = true;
      await writing;
    },
  };
}

/** Until it is written; at the end one try more, and what does not go then is lost: false. */
async function write(deps: EventWriterDeps, batch: EventBatch, stopping: () => boolean): Promise<boolean> {
  let uncertain = false;
  deps.seek(batch.key);
  for (let tries = 1; !deps.landed(); tries += 1) {
    try {
      const numbered = { ...batch, number: deps.known() + 1 };
      if (await deps.store.append(numbered)) {
        deps.onWritten(numbered);
        return true;
      }
      await deps.catchUp(uncertain);
      // Not at the same moment as the other again.
      if (tries > 1) await pause(Math.min(tries, 10) * Number(deps.random.digits(1)));
    } catch (error) {
      // It may have been written all the same.
      uncertain = true;
      if (tries === 1) deps.log.warn('events wait for the store', { error });
      if (stopping()) return false;
      await pause(retryMs);
    }
  }
  return true;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
