import { MongoBulkWriteError, type Collection } from 'mongodb';
import { takesAt, type Counted, type RateCounter } from '../core/rate/rates.ts';
import type { RatesTaken, StopStore, UsageStore } from '../ports/usage.ts';
import type { Connection } from './connection.ts';
import { isDuplicate, unavailable } from './faults.ts';
import { givingBack, taking } from './rate-updates.ts';

/** A count, or counts of windows. */
interface UsageDocument extends Counted {
  /** The key. */
  _id: string;
  n?: number;
  /** The server removes the document then (TTL index). */
  expires: Date;
}

/** Tries of one that another made at the same time, or that the server removed in between. */
const rounds = 5;
/** Times of those who count at the same moment are no further apart, in milliseconds. */
const apartMs = 1000;

/** The collection `usage`: one counter a key. */
export class Usage implements UsageStore {
  readonly #connection: Connection;
  readonly #usage: Collection<UsageDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#usage = connection.database.collection('usage');
  }

  async take(key: string, limit: number, expires: Date): Promise<boolean> {
    if (limit < 1) return false;
    const upsert = () =>
      this.#usage.updateOne(
        { _id: key, n: { $lt: limit } },
        { $inc: { n: 1 }, $setOnInsert: { expires } },
        { upsert: true },
      );
    return this.#connection.run('usage.take', async () => {
      // The key is there and the limit is reached, or another made the key just now: the second try tells which.
      for (let tries = 1; ; tries += 1) {
        try {
          await upsert();
          return true;
        } catch (error) {
          if (!isDuplicate(error)) throw error;
          if (tries > 1) return false;
        }
      }
    });
  }

  async giveBack(key: string): Promise<void> {
    await this.#connection.run('usage.giveBack', () =>
      this.#usage.updateOne({ _id: key, n: { $gt: 0 } }, { $inc: { n: -1 } }),
    );
  }

  async used(key: string): Promise<number> {
    const found = await this.#connection.run('usage.used', () => this.#usage.findOne({ _id: key }));
    return found?.n ?? 0;
  }

  async takeRates(counters: readonly RateCounter[], now: Date): Promise<RatesTaken> {
    if (counters.length === 0) return { kind: 'taken' };
    return this.#connection.run('usage.takeRates', async () => {
      let next = 0;
      for (let round = 0; round < rounds; round += 1) {
        const stopped = await this.#takeFrom(counters.slice(next), now);
        if (stopped === undefined) return { kind: 'taken' };
        next += stopped;
        const counter = counters[next];
        if (counter === undefined) break;
        // It is there and full, or another made it just now: the document tells which.
        const found = await this.#usage.findOne({ _id: counter.key });
        const until = takesAt(found ?? {}, counter.most, now);
        if (until === undefined) continue;
        await this.#untake(counters.slice(0, next), now);
        return { kind: 'used-up', counter: next, until };
      }
      await this.#untake(counters.slice(0, next), now);
      throw unavailable('usage.takeRates: others were always quicker');
    });
  }

  /**
   * Also of windows that another, whose time is a little later, began just before. The answer is known: what cannot be given back
   * now is over with its window.
   */
  async #untake(counters: readonly RateCounter[], now: Date): Promise<void> {
    if (counters.length === 0) return;
    const keys = counters.map(({ key }) => key);
    const until = new Date(now.getTime() + apartMs);
    await this.#usage.updateMany({ _id: { $in: keys } }, givingBack(until)).catch(() => undefined);
  }

  /** The place of the first that could not be raised. */
  async #takeFrom(counters: readonly RateCounter[], now: Date): Promise<number | undefined> {
    try {
      await this.#usage.bulkWrite(
        counters.map((counter) => ({ updateOne: taking(counter, now) })),
        { ordered: true },
      );
      return undefined;
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError) || !isDuplicate(error)) throw error;
      const [first] = [error.writeErrors].flat();
      return first?.index ?? 0;
    }
  }

  async giveBackRates(keys: readonly string[], taken: Date): Promise<void> {
    if (keys.length === 0) return;
    await this.#connection.run('usage.giveBackRates', () =>
      this.#usage.updateMany({ _id: { $in: [...keys] } }, givingBack(taken)),
    );
  }
}

/** The collection `stops`: one document a number. */
export class Stops implements StopStore {
  readonly #connection: Connection;
  readonly #stops: Collection<{ _id: string; at: Date }>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#stops = connection.database.collection('stops');
  }

  async set(number: string, at: Date | undefined): Promise<void> {
    await this.#connection.run('stops.set', async () => {
      if (at === undefined) await this.#stops.deleteOne({ _id: number });
      else await this.#stops.updateOne({ _id: number }, { $set: { at } }, { upsert: true });
    });
  }

  async has(number: string): Promise<boolean> {
    const found = await this.#connection.run('stops.has', () => this.#stops.findOne({ _id: number }));
    return found !== null;
  }
}
