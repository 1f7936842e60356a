import type { Collection } from 'mongodb';
import type { E164 } from '../core/ids.ts';
import type { Connection } from './connection.ts';

interface FreedDocument {
  /** The number. */
  _id: string;
  at: Date;
}

/** The collection `freed`: numbers that were taken from a mailbox, for whoever still shows something at them. */
export class FreedNumbers {
  readonly #connection: Connection;
  readonly #freed: Collection<FreedDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#freed = connection.database.collection('freed');
  }

  /** Before they are taken: a crash in between leaves a note too many, never one too few. */
  async note(numbers: readonly E164[], at: Date): Promise<void> {
    if (numbers.length === 0) return;
    const writes = numbers.map((number) => ({
      updateOne: { filter: { _id: number }, update: { $max: { at } }, upsert: true },
    }));
    await this.#connection.run('freed.note', () => this.#freed.bulkWrite(writes, { ordered: false }));
  }

  async since(at: Date): Promise<E164[]> {
    const found = await this.#connection.run('freed.since', () =>
      this.#freed.find({ at: { $gte: at } }, { sort: { at: 1 } }).toArray(),
    );
    return found.map(({ _id }) => _id as E164);
  }
}
