import type { Collection, Document } from 'mongodb';
import type { DeliveryId } from '../core/ids.ts';
import type { Delivery, DeliveryStore } from '../ports/store.ts';
import type { Connection } from './connection.ts';
import { isDuplicate } from './faults.ts';
import { nextDue, takeFirst } from './take-first.ts';

interface DeliveryDocument extends Omit<Delivery, 'id'> {
  _id: string;
  /** When a worker may take it: its due time, or the end of the lease of the one that has it. Absent when all is done. */
  workAt?: Date;
  /** Asked for while it was under way. */
  again?: true;
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
    const taken = await this.#connection.run('deliveries.takeDue', (deadline) =>
      takeFirst(this.#deliveries, 'workAt', {
        now,
        deadline,
        update: { $set: lease, $inc: { tries: 1 } },
        returnDocument: 'after',
      }),
    );
    if (!taken) return undefined;
    const { _id, workAt: _workAt, again: _again, ...rest } = taken;
    return { id: _id as DeliveryId, ...rest };
  }

  async ask(delivery: Delivery): Promise<void> {
    const upsert = () =>
      this.#deliveries.updateOne({ _id: delivery.id }, askedAgain(delivery), { upsert: true });
    await this.#connection.run('deliveries.ask', () =>
      // Of two that make it at once one fails, and finds the other's then.
      upsert().catch((error: unknown) => {
        if (isDuplicate(error)) return upsert();
        throw error;
      }),
    );
  }

  async done(id: DeliveryId, now: Date): Promise<boolean> {
    const before = await this.#connection.run('deliveries.done', () =>
      this.#deliveries.findOneAndUpdate({ _id: id }, over('done', now), { returnDocument: 'before' }),
    );
    return before?.again === true;
  }

  async putOff(id: DeliveryId, due: Date, why: string): Promise<void> {
    const set = { status: 'pending' as const, due, workAt: due, lastError: why };
    await this.#connection.run('deliveries.putOff', () =>
      this.#deliveries.updateOne({ _id: id, status: 'calling' }, { $set: set, $inc: { tries: -1 } }),
    );
  }

  async extend(id: DeliveryId, now: Date, leaseMs: number): Promise<void> {
    const workAt = new Date(now.getTime() + leaseMs);
    await this.#connection.run('deliveries.extend', () =>
      this.#deliveries.updateOne({ _id: id, status: 'calling' }, { $set: { workAt } }),
    );
  }

  async failed(id: DeliveryId, due: Date | undefined, error: string, anew?: Date): Promise<void> {
    const change =
      due === undefined
        ? [...over('dead', anew), { $set: { lastError: { $literal: error } } }]
        : { $set: { status: 'pending' as const, due, workAt: due, lastError: error } };
    await this.#connection.run('deliveries.failed', () =>
      this.#deliveries.updateOne({ _id: id, status: { $ne: 'done' } }, change),
    );
  }

  async nextDue(): Promise<Date | undefined> {
    return this.#connection.run('deliveries.nextDue', () => nextDue(this.#deliveries, 'workAt'));
  }
}

/** One that is under way is marked; one that waits keeps its time unless it has become urgent; else it begins anew. */
function askedAgain({ id: _id, status: _status, due, created, urgent, ...rest }: Delivery): Document[] {
  const calling = { $eq: ['$status', 'calling'] };
  const open = { $in: [{ $ifNull: ['$status', ''] }, ['calling', 'pending']] };
  const keeps = urgent === true ? calling : open;
  const hurried = urgent === true ? true : { $and: [open, { $eq: ['$urgent', true] }] };
  return [
    {
      $set: {
        ...rest,
        status: { $cond: [calling, 'calling', 'pending'] },
        tries: { $cond: [open, '$tries', 0] },
        due: { $cond: [keeps, '$due', due] },
        workAt: { $cond: [keeps, '$workAt', due] },
        created: { $cond: [open, '$created', created] },
        urgent: hurried,
        again: { $cond: [calling, true, '$$REMOVE'] },
      },
    },
  ];
}

/** Ends one, or begins it anew if it was asked for again while it was under way. */
function over(as: 'done' | 'dead', anew: Date | undefined): Document[] {
  const again = { $and: [{ $eq: ['$again', true] }, anew !== undefined] };
  return [
    {
      $set: {
        status: { $cond: [again, 'pending', as] },
        due: { $cond: [again, anew ?? null, '$due'] },
        workAt: { $cond: [again, anew ?? null, '$$REMOVE'] },
        tries: { $cond: [again, 0, '$tries'] },
        again: '$$REMOVE',
      },
    },
  ];
}
