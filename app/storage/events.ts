import type { Collection } from 'mongodb';
import type { EventBatch, EventStore } from '../ports/events.ts';
import type { Connection } from './connection.ts';
import { isDuplicate } from './faults.ts';

type EventDocument = Omit<EventBatch, 'number'> & { _id: number };

/** The collection `events`: one document a batch. Its key is the number: that there is one of each is the store's own word. */
export class Events implements EventStore {
  readonly #connection: Connection;
  readonly #events: Collection<EventDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#events = connection.database.collection('events');
  }

  async last(): Promise<number> {
    const found = await this.#connection.run('events.last', () =>
      // An open beginning is a range too: FerretDB reads by an index only where the filter names it.
      this.#events.findOne({ _id: { $gt: 0 } }, { sort: { _id: -1 }, projection: { _id: 1 } }),
    );
    return found?._id ?? 0;
  }

  async append({ number, ...rest }: EventBatch): Promise<boolean> {
    return this.#connection.run('events.append', async () => {
      try {
        await this.#events.insertOne({ _id: number, ...rest });
        return true;
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        return false;
      }
    });
  }

  async after(number: number, limit: number): Promise<EventBatch[]> {
    const found = await this.#connection.run('events.after', () =>
      this.#events
        .find({ _id: { $gt: number } }, { sort: { _id: 1 }, limit, batchSize: limit + 1 })
        .toArray(),
    );
    return found.map(({ _id, ...rest }) => ({ number: _id, ...rest }));
  }

  async removeBefore(at: Date): Promise<void> {
    const last = await this.last();
    // The last stays, however old: the next number comes from it. That is why there is no TTL.
    await this.#connection.run('events.removeBefore', () =>
      this.#events.deleteMany({ at: { $lt: at }, _id: { $lt: last } }),
    );
  }
}
