import type { QueueName } from '../core/metrics/catalog.ts';
import type { GatewayName } from '../core/profile/class-of-service.ts';
import type { Addressee, QueueReading, QueueReadings, QueueStore } from '../ports/queues.ts';
import type { Connection } from './connection.ts';

/** Where each queue lies, and the field that says when an entry may be taken: a lease moves it into the future. */
const queues: Readonly<Record<QueueName, readonly [collection: string, field: string]>> = {
  steps: ['messages', 'pendingDue'],
  notifications: ['notifications', 'workAt'],
  deliveries: ['deliveries', 'workAt'],
  arrivals: ['arrivals', 'workAt'],
  faxes: ['faxes', 'workAt'],
};

interface Told {
  readonly gateway: GatewayName;
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

  async addressees(gateway: GatewayName, most: number): Promise<ReadonlyMap<string, Addressee>> {
    const notifications = this.#connection.database.collection<Told>('notifications');
    const projection = { _id: 0, gateway: 1, to: 1, created: 1 } as const;
    const [waiting, dead] = await this.#connection.run('queues.addressees', () =>
      Promise.all([
        notifications
          .find({ workAt: { $exists: true } }, { sort: { workAt: 1 }, limit: most, projection })
          .toArray(),
        notifications
          .find({ deadSince: { $exists: true } }, { sort: { deadSince: -1 }, limit: most, projection })
          .toArray(),
      ]),
    );
    const found = new Map<string, Addressee>();
    const of = (to: string): Addressee => found.get(to) ?? { waiting: 0, deadLetters: 0 };
    for (const { to, created } of waiting.filter((one) => one.gateway === gateway)) {
      const { oldest = created, ...before } = of(to);
      found.set(to, { ...before, waiting: before.waiting + 1, oldest: created < oldest ? created : oldest });
    }
    for (const { to } of dead.filter((one) => one.gateway === gateway))
      found.set(to, { ...of(to), deadLetters: of(to).deadLetters + 1 });
    return found;
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
