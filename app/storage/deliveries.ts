import type { Collection } from 'mongodb';
import type { DeliveryId } from '../core/ids.ts';
import type { Delivery, DeliveryStore } from '../ports/store.ts';
import type { Connection } from './connection.ts';
import { isDuplicate } from './faults.ts';

interface DeliveryDocument extends Omit<Delivery, 'id'> {
  _id: string;
  /** When a worker may take it: its due time, or the end of the lease of the one that has it. Absent when all is done. */
  workAt?: Date;
}

/** The collection `deliveries`. */
export class Deliveries implements DeliveryStore {
  readonly #connection: Connection;
  readonly #deliveries: Collection<DeliveryDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#deliveries = connection.database.collection('deliveries');
  }

  async add(delivery: Delivery): Promise<void> {
    const { id, ...rest } = delivery;
    await this.#connection.run('deliveries.add', async () => {
      try {
        await this.#deliveries.insertOne({ _id: id, ...rest, workAt: rest.due });
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
    });
  }

  async takeDue(now: Date, leaseMs: number): Promise<Delivery | undefined> {
    const lease = { status: 'calling' as const, workAt: new Date(now.getTime() + leaseMs) };
    const taken = await this.#connection.run('deliveries.takeDue', () =>
      this.#deliveries.findOneAndUpdate(
        { workAt: { $exists: true, $lte: now } },
        { $set: lease, $inc: { tries: 1 } },
        { sort: { workAt: 1 }, returnDocument: 'after' },
      ),
    );
    if (!taken) return undefined;
    const { _id, workAt: _workAt, ...rest } = taken;
    return { id: _id as DeliveryId, ...rest };
  }

  async done(id: DeliveryId): Promise<void> {
    await this.#connection.run('deliveries.done', () =>
      this.#deliveries.updateOne({ _id: id }, { $set: { status: 'done' }, $unset: { workAt: '' } }),
    );
  }

  async extend(id: DeliveryId, now: Date, leaseMs: number): Promise<void> {
    const workAt = new Date(now.getTime() + leaseMs);
    await this.#connection.run('deliveries.extend', () =>
      this.#deliveries.updateOne({ _id: id, status: 'calling' }, { $set: { workAt } }),
    );
  }

  async failed(id: DeliveryId, due: Date | undefined, error: string): Promise<void> {
    const change =
      due === undefined
        ? { $set: { status: 'dead' as const, lastError: error }, $unset: { workAt: '' as const } }
        : { $set: { status: 'pending' as const, due, workAt: due, lastError: error } };
    await this.#connection.run('deliveries.failed', () =>
      this.#deliveries.updateOne({ _id: id, status: { $ne: 'done' } }, change),
    );
  }

  async nextDue(): Promise<Date | undefined> {
    const found = await this.#connection.run('deliveries.nextDue', () =>
      this.#deliveries.findOne(
        { workAt: { $exists: true } },
        { sort: { workAt: 1 }, projection: { _id: 0, workAt: 1 } },
      ),
    );
    return found?.workAt;
  }
}
