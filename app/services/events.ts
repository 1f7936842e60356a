/**
 * What happens, told at once to whoever follows: what this controller writes as soon as it is written, what others wrote
 * when it is looked for, five times a second while anybody follows and never else. All are told in the one order.
 */
import type { AppEvent, Occurred } from '../core/event/event.ts';
import type { EventPlace } from '../core/event/place.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { EventBatch, EventStore } from '../ports/events.ts';
import type { Log } from '../ports/log.ts';
import { createEventWriter } from './event-writer.ts';

const lookMs = 200;
/** The same while the store is away. */
const awayMs = 1000;
const readAtOnce = 100;
/** Index of a place behind a whole batch, however many events it has. */
const whole = 999_999;

/** `reset`: what was before the place is not known any more; `over`: nothing more comes, follow anew. */
export type Told =
  | { readonly kind: 'event'; readonly place: EventPlace; readonly event: Occurred }
  | { readonly kind: 'reset'; readonly place: EventPlace }
  | { readonly kind: 'over' };

export interface Following {
  /** All before it has been told. */
  readonly place: EventPlace;
  end(): void;
}

export interface Events {
  /** Costs whoever calls it next to nothing, and never fails. */
  publish(event: AppEvent): void;
  /**
   * Tells what happens from the place on, or from now.
   * @throws Fault if the store is away
   */
  follow(from: EventPlace | undefined, told: (one: Told) => void): Promise<Following>;
  /** Called with each batch that this controller has written. */
  onOwn(told: (batch: EventBatch) => void): void;
  /** Writes what waits and ends all that follow. */
  stop(): Promise<void>;
}

export interface EventsDeps {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

interface Follower {
  readonly told: (one: Told) => void;
  /** The last batch that it knows all of; below that of the others it is still reading. */
  batch: number;
  index: number;
  live: boolean;
}

export function createEvents(deps: EventsDeps): Events {
  const { store, log } = deps;
  const followers = new Set<Follower>();
  const own: ((batch: EventBatch) => void)[] = [];
  /** The last batch that is known here. */
  let known = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let beginning: Promise<void> | undefined;
  let reading: Promise<void> | undefined;
  let sought: string | undefined;
  let away = false;
  let stopped = false;

  /** Each batch once, in order. */
  const note = (batch: EventBatch): void => {
    if (batch.number <= known) return;
    const gap = batch.number > known + 1;
    known = batch.number;
    for (const one of followers) if (one.live) tell(one, batch, gap);
    if (batch.key !== sought) return;
    sought = undefined;
    for (const told of own) told(batch);
  };
  const readOn = (): Promise<void> => {
    reading ??= (async () => {
      for (;;) {
        const found = await store.after(known, readAtOnce);
        found.forEach(note);
        if (found.length < readAtOnce) return;
      }
    })().finally(() => (reading = undefined));
    return reading;
  };
  const look = async (): Promise<void> => {
    try {
      await readOn();
      away = false;
    } catch (error) {
      if (!away) log.warn('events of other controllers wait for the store', { error });
      away = true;
    }
    timer = undefined;
    schedule();
  };
  const schedule = (): void => {
    if (followers.size === 0 || stopped) beginning = undefined;
    else timer ??= setTimeout(() => void look(), away ? awayMs : lookMs);
  };
  const begin = (): Promise<void> => {
    beginning ??= store.last().then(
      (last) => {
        known = last;
        schedule();
      },
      (error: unknown) => {
        beginning = undefined;
        throw error;
      },
    );
    return beginning;
  };
  const writer = createEventWriter({
    ...deps,
    known: () => known,
    seek: (key) => (sought = key),
    landed: () => sought === undefined,
    onWritten: note,
    async catchUp(uncertain) {
      // Without followers nobody needs to know what was written, only how far it goes.
      if (followers.size === 0 && !uncertain) known = await store.last();
      else await readOn();
    },
  });
  const end = (follower: Follower): void => void followers.delete(follower);
  return {
    publish: (event) => writer.publish(event),
    onOwn: (told) => void own.push(told),
    async follow(from, told) {
      const follower: Follower = { told, batch: 0, index: 0, live: false };
      followers.add(follower);
      try {
        await begin();
        if (from !== undefined) await readUpTo(store, follower, from, () => known);
      } catch (error) {
        followers.delete(follower);
        throw error;
      }
      if (from === undefined) toldUpTo(follower, known);
      schedule();
      return {
        get place() {
          return { batch: follower.batch, index: follower.index };
        },
        end: () => end(follower),
      };
    },
    async stop() {
      await writer.stop();
      stopped = true;
      clearTimeout(timer);
      for (const follower of followers) follower.told({ kind: 'over' });
      followers.clear();
    },
  };
}

function tell(follower: Follower, batch: EventBatch, gap: boolean, skipped = 0): void {
  if (batch.number <= follower.batch) return;
  const { number, events } = batch;
  follower.batch = number;
  if (gap) follower.told({ kind: 'reset', place: { batch: number - 1, index: whole } });
  for (let i = skipped; i < events.length; i += 1) {
    const event = events[i];
    follower.index = i + 1;
    if (event !== undefined) follower.told({ kind: 'event', place: { batch: number, index: i + 1 }, event });
  }
  follower.index = events.length;
  if (batch.lost === true) follower.told({ kind: 'reset', place: { batch: number, index: events.length } });
}

/** From the place to what all know here. The batch of the place is read again: part of it may be behind the place. */
async function readUpTo(
  store: EventStore,
  follower: Follower,
  from: EventPlace,
  known: () => number,
): Promise<void> {
  const reset = (): void => {
    toldUpTo(follower, known());
    follower.told({ kind: 'reset', place: { batch: follower.batch, index: whole } });
  };
  follower.batch = Math.max(0, from.batch - 1);
  let skipped = from.batch === 0 ? 0 : from.index;
  let first = true;
  while (first || follower.batch < known()) {
    const found = await store.after(follower.batch, readAtOnce);
    // A place that this store never gave, or whose events are gone.
    if (first && found.length === 0 && from.batch === 0 && known() === 0) break;
    if (found[0]?.number !== follower.batch + 1) return reset();
    first = false;
    for (const batch of found) {
      if (batch.number !== follower.batch + 1) return reset();
      tell(follower, batch, false, skipped);
      skipped = 0;
    }
  }
  // At once: what is noted from now on is told.
  follower.live = true;
}

function toldUpTo(follower: Follower, batch: number): void {
  [follower.batch, follower.index, follower.live] = [batch, whole, true];
}
