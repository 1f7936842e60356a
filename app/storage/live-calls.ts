import type { Collection } from 'mongodb';
import type { CallsOfController, LiveCallStore } from '../ports/live-calls.ts';
import type { Connection } from './connection.ts';

type LiveCallsDocument = Omit<CallsOfController, 'controller'> & { _id: string };

/** The collection `livecalls`: one document a controller that has calls. */
export class LiveCalls implements LiveCallStore {
  readonly #connection: Connection;
  readonly #calls: Collection<LiveCallsDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#calls = connection.database.collection('livecalls');
  }

  async put({ controller, ...rest }: CallsOfController): Promise<void> {
    await this.#connection.run('liveCalls.put', () =>
      this.#calls.replaceOne({ _id: controller }, rest, { upsert: true }),
    );
  }

  async remove(controller: string): Promise<void> {
    await this.#connection.run('liveCalls.remove', () => this.#calls.deleteOne({ _id: controller }));
  }

  async list(now: Date): Promise<CallsOfController[]> {
    const found = await this.#connection.run('liveCalls.list', () =>
      this.#calls.find({ expires: { $gt: now } }, { sort: { expires: 1 } }).toArray(),
    );
    return found.map(({ _id, ...rest }) => ({ controller: _id, ...rest }));
  }
}
