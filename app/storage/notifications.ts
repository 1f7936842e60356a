import type { Collection, Filter, UpdateFilter } from 'mongodb';
import type { MailboxId, MessageId, NotificationId } from '../core/ids.ts';
import type { GatewayName } from '../core/profile/class-of-service.ts';
import type { Notification, NotificationStore } from '../ports/store.ts';
import type { Connection, Deadline } from './connection.ts';
import { isDuplicate } from './faults.ts';
import { nextDue, takeFirst } from './take-first.ts';

interface NotificationDocument extends Omit<Notification, 'id'> {
  _id: string;
  /** When a worker may take it: its due time, or the end of the lease of the one that has it. Absent when all is done. */
  workAt?: Date;
  /** When it was given up. */
  deadSince?: Date;
}

const workable: ReadonlySet<Notification['status']> = new Set(['pending', 'sending', 'failed']);

/** The collection `notifications`. */
export class Notifications implements NotificationStore {
  readonly #connection: Connection;
  readonly #notifications: Collection<NotificationDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#notifications = connection.database.collection('notifications');
  }

  /** One that is made as `sending` is held by its maker until it is due. */
  async ensure(notification: Notification): Promise<{ notification: Notification; created: boolean }> {
    const { id, ...rest } = notification;
    const work = workable.has(rest.status) ? { workAt: rest.due } : {};
    return this.#connection.run('notifications.ensure', async () => {
      try {
        await this.#notifications.insertOne({ _id: id, ...rest, ...work });
        return { notification, created: true };
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        const { message, kind, gateway, to } = rest;
        const first = await this.#notifications.findOne({ message, kind, gateway, to });
        if (!first) throw error;
        return { notification: fromDocument(first), created: false };
      }
    });
  }

  async about(message: MessageId): Promise<Notification[]> {
    const found = await this.#connection.run('notifications.about', () =>
      this.#notifications.find({ message }).toArray(),
    );
    return found.map(fromDocument);
  }

  take(id: NotificationId, now: Date, leaseMs: number) {
    return this.#take('notifications.take', now, leaseMs, async (update) =>
      this.#notifications.findOneAndUpdate({ _id: id, workAt: { $lte: now } }, update, {
        returnDocument: 'before',
      }),
    );
  }

  takeDue(now: Date, leaseMs: number) {
    return this.#take('notifications.takeDue', now, leaseMs, (update, deadline) =>
      takeFirst(this.#notifications, 'workAt', { now, deadline, update, returnDocument: 'before' }),
    );
  }

  async sent(id: NotificationId, at: Date, providerId: string | undefined): Promise<void> {
    const set = { status: 'sent' as const, sentAt: at, ...(providerId === undefined ? {} : { providerId }) };
    // A report may have been quicker than this note: what it said stays.
    await this.#update('notifications.sent', { _id: id, status: { $ne: 'delivered' } }, set);
  }

  async forget(id: NotificationId): Promise<void> {
    await this.#connection.run('notifications.forget', () =>
      this.#notifications.deleteOne({ _id: id, kind: 'event' }),
    );
  }

  async failed(id: NotificationId, due: Date | undefined, error: string): Promise<void> {
    if (due === undefined) return this.#giveUp('notifications.failed', { _id: id }, error);
    return this.#connection.run('notifications.failed', async () => {
      const set = { status: 'failed' as const, due, workAt: due, lastError: error };
      await this.#notifications.updateOne({ _id: id }, { $set: set });
    });
  }

  async report(
    gateway: GatewayName,
    providerId: string,
    status: 'delivered' | 'failed',
    error = 'the network reported a failure',
  ): Promise<void> {
    const filter = { providerId, gateway };
    if (status === 'delivered') return this.#update('notifications.report', filter, { status });
    // Reports may come in any order; a delivered text is not made a failed one.
    return this.#giveUp('notifications.report', { ...filter, status: { $ne: 'delivered' } }, error);
  }

  async latestSent(to: string, before?: Date): Promise<Notification | undefined> {
    const found = await this.#connection.run('notifications.latestSent', () =>
      this.#notifications.findOne(
        {
          to,
          sentAt: { $exists: true, ...(before === undefined ? {} : { $lte: before }) },
          kind: { $in: ['notice', 'summary', 'reminder'] },
          status: { $in: ['sent', 'delivered'] },
        },
        { sort: { sentAt: -1 } },
      ),
    );
    return found ? fromDocument(found) : undefined;
  }

  async ofMailbox(
    mailbox: MailboxId,
    { after, limit }: { readonly after?: Pick<Notification, 'id' | 'created'>; readonly limit: number },
  ): Promise<Notification[]> {
    if (limit < 1) return [];
    const isAfter = ({ created, id }: Notification): boolean =>
      after === undefined || created < after.created || id < after.id;
    for (let most = after === undefined ? limit : limit + 4; ; most *= 4) {
      // Those of the very millisecond are asked for again and left out here.
      const filter = { mailbox, ...(after === undefined ? {} : { created: { $lte: after.created } }) };
      const found = await this.#connection.run('notifications.ofMailbox', () =>
        this.#notifications
          .find(filter, { hint: 'mailbox', sort: { created: -1, _id: -1 }, limit: most, batchSize: most + 1 })
          .toArray(),
      );
      const beyond = found.map(fromDocument).filter(isAfter);
      if (beyond.length >= limit || found.length < most) return beyond.slice(0, limit);
    }
  }

  async written(mailbox: MailboxId, to: string, limit: number): Promise<Notification[]> {
    if (limit < 1) return [];
    const found = await this.#connection.run('notifications.written', () =>
      this.#notifications
        .find({ to, sentAt: { $exists: true }, mailbox, kind: 'message' }, { sort: { sentAt: -1 }, limit })
        .toArray(),
    );
    return found.map(fromDocument);
  }

  async byToken(token: string): Promise<Notification | undefined> {
    const found = await this.#connection.run('notifications.byToken', () =>
      // With `$exists`, or FerretDB does not use the partial index.
      this.#notifications.findOne({ token: { $exists: true, $eq: token } }),
    );
    return found ? fromDocument(found) : undefined;
  }

  async deadLetters(limit: number): Promise<Notification[]> {
    if (limit < 1) return [];
    const found = await this.#connection.run('notifications.deadLetters', () =>
      this.#notifications
        .find({ deadSince: { $exists: true } }, { sort: { deadSince: -1 }, limit })
        .toArray(),
    );
    return found.map(fromDocument);
  }

  revive(id: NotificationId, due: Date): Promise<boolean> {
    const set = { status: 'pending' as const, tries: 0, due, workAt: due };
    return this.#ofDead('notifications.revive', id, { $set: set, $unset: { deadSince: '' } });
  }

  drop(id: NotificationId): Promise<boolean> {
    return this.#ofDead('notifications.drop', id, { $unset: { deadSince: '' } });
  }

  async #ofDead(
    operation: string,
    id: NotificationId,
    update: UpdateFilter<NotificationDocument>,
  ): Promise<boolean> {
    const result = await this.#connection.run(operation, () =>
      this.#notifications.updateOne({ _id: id, deadSince: { $exists: true } }, update),
    );
    return result.matchedCount > 0;
  }

  async nextDue(): Promise<Date | undefined> {
    return this.#connection.run('notifications.nextDue', () => nextDue(this.#notifications, 'workAt'));
  }

  async #take(
    operation: string,
    now: Date,
    leaseMs: number,
    change: (
      update: UpdateFilter<NotificationDocument>,
      deadline: Deadline,
    ) => Promise<NotificationDocument | null | undefined>,
  ) {
    const lease = { status: 'sending' as const, workAt: new Date(now.getTime() + leaseMs) };
    const before = await this.#connection.run(operation, (deadline) =>
      change({ $set: lease, $inc: { tries: 1 } }, deadline),
    );
    if (!before) return undefined;
    const notification = fromDocument({ ...before, ...lease, tries: before.tries + 1 });
    return { notification, uncertain: before.status === 'sending' };
  }

  async #update(
    operation: string,
    filter: Filter<NotificationDocument>,
    set: Partial<NotificationDocument>,
  ): Promise<void> {
    await this.#connection.run(operation, () =>
      this.#notifications.updateOne(filter, { $set: set, $unset: { workAt: '', deadSince: '' } }),
    );
  }

  async #giveUp(operation: string, filter: Filter<NotificationDocument>, lastError: string): Promise<void> {
    const set = { status: 'dead' as const, lastError, deadSince: this.#connection.now() };
    await this.#connection.run(operation, () =>
      this.#notifications.updateOne(filter, { $set: set, $unset: { workAt: '' } }),
    );
  }
}

function fromDocument(document: NotificationDocument): Notification {
  const { _id, workAt: _workAt, deadSince: _deadSince, ...rest } = document;
  return { id: _id as NotificationId, ...rest };
}
