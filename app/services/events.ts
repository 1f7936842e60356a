/**
 * What happens, told at once to whoever follows: what this controller writes as soon as it is written, what others wrote
 * when it is looked for, five times a second while anybody follows and never else. All are told in the one order.
 */
import type { AppEvent, Occurred } from '../core/event/event.ts';
import type { EventPlace } from '../core/event/place.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { EventBatch, EventStore } from '../ports/events.ts';
import type { Log } from '../ports/log.ts';
import { createEventWriter, type EventWriter } from './event-writer.ts';

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
  const feed = new EventFeed(deps);
  return {
    publish: (event) => feed.publish(event),
    follow: (from, told) => feed.follow(from, told),
    onOwn: (told) => feed.onOwn(told),
    stop: () => feed.stop(),
  };
}

/** Batches in their order, to those who follow here. */
class EventFeed implements Events {
  readonly #deps: EventsDeps;
  readonly #followers = new Set<Follower>();
  readonly #own: ((batch: EventBatch) => void)[] = [];
  readonly #writer: EventWriter;
  /** The last batch that is known here. */
  #known = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #beginning: Promise<void> | undefined;
  #reading: Promise<void> | undefined;
  #sought: string | undefined;
  #away = false;
  #stopped = false;

  constructor(deps: EventsDeps) {
    this.#deps = deps;
    this.#writer = createEventWriter({
      ...deps,
      known: () => this.#known,
      followed: () => this.#followers.size + this.#own.length > 0,
      seek: (key) => (this.#sought = key),
      landed: () => this.#sought === undefined,
      onWritten: (batch) => this.#note(batch),
      catchUp: (uncertain) => this.#catchUp(uncertain),
    });
  }

  publish(event: AppEvent): void {
    this.#writer.publish(event);
  }

  onOwn(told: (batch: EventBatch) => void): void {
    this.#own.push(told);
  }

  async follow(from: EventPlace | undefined, told: (one: Told) => void): Promise<Following> {
    const follower: Follower = { told, batch: 0, index: 0, live: false };
    this.#followers.add(follower);
    try {
      await this.#begin();
      if (from !== undefined) await readUpTo(this.#deps.store, follower, from, () => this.#known);
    } catch (error) {
      this.#followers.delete(follower);
      throw error;
    }
    if (from === undefined) toldUpTo(follower, this.#known);
    this.#schedule();
    return {
      get place() {
        return { batch: follower.batch, index: follower.index };
      },
      end: () => void this.#followers.delete(follower),
    };
  }

  async stop(): Promise<void> {
    await this.#writer.stop();
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const follower of this.#followers) follower.told({ kind: 'over' });
    this.#followers.clear();
  }

  /** Each batch once, in order. */
  #note(batch: EventBatch): void {
    if (batch.number <= this.#known) return;
    const gap = batch.number > this.#known + 1;
    this.#known = batch.number;
    for (const one of this.#followers) if (one.live) tell(one, batch, gap);
    if (batch.key !== this.#sought) return;
    this.#sought = undefined;
    for (const told of this.#own) told(batch);
  }

  #readOn(): Promise<void> {
    this.#reading ??= this.#readAll().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    for (;;) {
      const found = await this.#deps.store.after(this.#known, readAtOnce);
      for (const batch of found) this.#note(batch);
      if (found.length < readAtOnce) return;
    }
  }

  async #look(): Promise<void> {
    try {
      await this.#readOn();
      this.#away = false;
    } catch (error) {
      if (!this.#away) this.#deps.log.warn('events of other controllers wait for the store', { error });
      this.#away = true;
    }
    this.#timer = undefined;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#followers.size === 0 || this.#stopped) this.#beginning = undefined;
    else this.#timer ??= setTimeout(() => void this.#look(), this.#away ? awayMs : lookMs);
  }

  #begin(): Promise<void> {
    this.#beginning ??= this.#deps.store.last().then(
      (last) => {
        this.#known = last;
        this.#schedule();
      },
      (error: unknown) => {
        this.#beginning = undefined;
        throw error;
      },
    );
    return this.#beginning;
  }

  async #catchUp(uncertain: boolean): Promise<void> {
    // Without followers nobody needs to know what was written, only how far it goes.
    const last = this.#followers.size === 0 && !uncertain ? await this.#deps.store.last() : undefined;
    // Whoever came meanwhile is told what was written meanwhile.
    if (last === undefined || this.#followers.size > 0) await this.#readOn();
    else this.#known = last;
  }
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
