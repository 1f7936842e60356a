import type { QueueName } from '../core/metrics/catalog.ts';
import type { Addressee, QueueReading, QueueReadings, QueueStore } from '../ports/queues.ts';
import type { Connection } from './connection.ts';

/** Where each queue lies, and the field that says when an entry may be taken: a lease moves it into the future. */
const queues: Readonly<Record<QueueName, readonly [collection: string, field: string]>> = {
  steps: ['messages', 'workAt'],
  notifications: ['notifications', 'workAt'],
  deliveries: ['deliveries', 'workAt'],
  arrivals: ['arrivals', 'workAt'],
  faxes: ['faxes', 'workAt'],
};

interface Told {
  readonly to: string;
  readonly created: Date;
  readonly workAt?: Date;
  readonly deadSince?: Date;
}

/** Looks into several collections, at what their partial indexes hold and nothing else. */
export class Queues implements QueueStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async read(now: Date, most: number): Promise<QueueReadings> {
    const [due, deadLetters] = await this.#connection.run('queues.read', () =>
      Promise.all([
        Promise.all(
          Object.entries(queues).map(async ([name, [collection, field]]) => [
            name,
            await this.#due(collection, field, now, most),
          ]),
        ),
        this.#deadLetters(most),
      ]),
    );
    return { due: Object.fromEntries(due) as QueueReadings['due'], deadLetters };
  }

  async addressee(to: string, most: number): Promise<Addressee> {
    const notifications = this.#connection.database.collection<Told>('notifications');
    const waits = { to, workAt: { $exists: true } } as const;
    const [waiting, oldest, deadLetters] = await this.#connection.run('queues.addressee', () =>
      Promise.all([
        notifications.countDocuments(waits, { limit: most }),
        notifications.findOne(waits, { sort: { created: 1 }, projection: { _id: 0, created: 1 } }),
        notifications.countDocuments({ to, deadSince: { $exists: true } }, { limit: most }),
      ]),
    );
    return { waiting, deadLetters, ...(oldest === null ? {} : { oldest: oldest.created }) };
  }

  /** Without a count of the server's own, which would not stop. */
  async #due(collection: string, field: string, now: Date, most: number): Promise<QueueReading> {
    const found = await this.#connection.database
      .collection(collection)
      .find(
        { [field]: { $exists: true, $lte: now } },
        { sort: { [field]: 1 }, limit: most, projection: { _id: 0, [field]: 1 } },
      )
      .toArray();
    return { count: found.length, oldest: found[0]?.[field] as Date | undefined };
  }

  async #deadLetters(most: number): Promise<number> {
    const found = await this.#connection.database
      .collection('notifications')
      .find(
        { deadSince: { $exists: true } },
        { sort: { deadSince: -1 }, limit: most, projection: { _id: 0, deadSince: 1 } },
      )
      .toArray();
    return found.length;
  }
}
