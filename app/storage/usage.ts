import type { Collection } from 'mongodb';
import type { StopStore, UsageStore } from '../ports/usage.ts';
import type { Connection } from './connection.ts';
import { isDuplicate } from './faults.ts';

interface UsageDocument {
  /** The key. */
  _id: string;
  n: number;
  /** The server removes the document then (TTL index). */
  expires: Date;
}

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
