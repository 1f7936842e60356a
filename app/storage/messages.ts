import type { Collection, Filter, FindOptions } from 'mongodb';
import { Fault } from '../core/errors.ts';
import type { MailboxId, MessageId, Reference } from '../core/ids.ts';
import type { Message, MessageState, PendingKind } from '../core/message/message.ts';
import type { InsertResult, ListOptions, MessageStore } from '../ports/store.ts';
import type { Connection } from './connection.ts';
import { duplicateIndex, isDuplicate } from './faults.ts';
import { fromDocument, originKey, toDocument, type MessageDocument } from './message-document.ts';
import * as steps from './pending-steps.ts';

/** The collection `messages`. Every write is one update of one document. */
export class Messages implements MessageStore {
  readonly #connection: Connection;
  readonly #messages: Collection<MessageDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#messages = connection.database.collection('messages');
  }

  async insert(message: Message): Promise<InsertResult> {
    const document = toDocument(message);
    return this.#connection.run('messages.insert', async () => {
      try {
        await this.#messages.insertOne(document);
        return { kind: 'inserted' };
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        // Which of several taken keys is named differs between servers: ask for the one that matters first.
        const first = await this.#messages.findOne({ origin: document.origin });
        if (first) return { kind: 'duplicate', message: fromDocument(first) };
        if (duplicateIndex(error) === 'reference') return { kind: 'reference-taken' };
        throw error;
      }
    });
  }

  get(id: MessageId): Promise<Message | undefined> {
    return this.#findOne('messages.get', { _id: id });
  }

  byReference(reference: Reference): Promise<Message | undefined> {
    return this.#findOne('messages.byReference', { reference });
  }

  byOrigin(network: string, id: string): Promise<Message | undefined> {
    return this.#findOne('messages.byOrigin', { origin: originKey(network, id) });
  }

  async list(mailbox: MailboxId, options: ListOptions): Promise<Message[]> {
    const { states, limit } = options;
    if (limit < 1) return [];
    const filter = { mailbox, ...(states ? { state: { $in: [...states] } } : {}) };
    const query = { sort: { received: -1 }, limit } as const;
    const found = await this.#connection.run('messages.list', () =>
      this.#messages.find(filter, { ...query, batchSize: limit + 1 }).toArray(),
    );
    return found.map(fromDocument);
  }

  next(
    mailbox: MailboxId,
    states: readonly MessageState[],
    after: Date | undefined,
  ): Promise<Message | undefined> {
    const filter = { mailbox, state: { $in: [...states] }, ...(after ? { received: { $gt: after } } : {}) };
    return this.#findOne('messages.next', filter, { sort: { received: 1 } });
  }

  async setState(id: MessageId, state: MessageState, at: Date, from?: readonly MessageState[]) {
    const heard = state === 'heard';
    const before = await this.#connection.run('messages.setState', () =>
      this.#messages.findOneAndUpdate(
        {
          _id: id,
          state: from === undefined ? { $ne: state } : { $in: from.filter((one) => one !== state) },
        },
        // $min keeps the first time it was heard.
        { $set: { state }, $inc: { version: 1 }, ...(heard ? { $min: { heardAt: at } } : {}) },
        { returnDocument: 'before' },
      ),
    );
    if (before) {
      const heardAt = heard && !(before.heardAt && before.heardAt <= at) ? { heardAt: at } : {};
      const after = { ...before, state, version: before.version + 1, ...heardAt };
      return { before: fromDocument(before), after: fromDocument(after) };
    }
    const unchanged = await this.get(id);
    return unchanged && { before: unchanged, after: unchanged };
  }

  async envelopeXml(id: MessageId): Promise<string | undefined> {
    const found = await this.#connection.run('messages.envelopeXml', () =>
      this.#messages.findOne({ _id: id }, { projection: { _id: 0, envelope: 1 } }),
    );
    return found?.envelope;
  }

  async takePending(now: Date, leaseMs: number) {
    const until = new Date(now.getTime() + leaseMs);
    const before = await this.#connection.run('messages.takePending', () =>
      this.#messages.findOneAndUpdate({ pendingDue: { $exists: true, $lte: now } }, steps.leaseFirst(until), {
        sort: { pendingDue: 1 },
        returnDocument: 'before',
      }),
    );
    if (!before) return undefined;
    const taken = steps.firstDue(before.pending);
    const pending = before.pending.map((step, i) => (i === taken ? steps.leased(step, until) : step));
    const message = fromDocument({ ...before, pending });
    const step = message.pending[taken];
    if (!step) throw new Fault('store-failed', 'Store: pendingDue without a step', { temporary: false });
    return { message, step };
  }

  async takePendingOf(id: MessageId, now: Date, leaseMs: number) {
    const until = new Date(now.getTime() + leaseMs);
    const before = await this.#connection.run('messages.takePendingOf', () =>
      this.#messages.findOneAndUpdate({ _id: id, pendingDue: { $lte: now } }, steps.leaseAllDue(now, until), {
        returnDocument: 'before',
      }),
    );
    if (!before) return undefined;
    const pending = before.pending.map((step) => (step.at <= now ? steps.leased(step, until) : step));
    const message = fromDocument({ ...before, pending });
    return { message, steps: message.pending.filter((_, i) => (before.pending[i]?.at ?? until) <= now) };
  }

  async finishPending(id: MessageId, kinds: readonly PendingKind[]): Promise<void> {
    await this.#connection.run('messages.finishPending', () =>
      this.#messages.updateOne({ _id: id }, steps.removeKinds(kinds)),
    );
  }

  async delayPending(id: MessageId, kind: PendingKind, due: Date, error: string): Promise<void> {
    await this.#connection.run('messages.delayPending', () =>
      this.#messages.updateOne({ _id: id, 'pending.kind': kind }, steps.delayKind(kind, due, error)),
    );
  }

  async nextPendingDue(): Promise<Date | undefined> {
    const found = await this.#connection.run('messages.nextPendingDue', () =>
      this.#messages.findOne(
        { pendingDue: { $exists: true } },
        { sort: { pendingDue: 1 }, projection: { _id: 0, pendingDue: 1 } },
      ),
    );
    return found?.pendingDue;
  }

  async #findOne(
    operation: string,
    filter: Filter<MessageDocument>,
    options?: FindOptions,
  ): Promise<Message | undefined> {
    const found = await this.#connection.run(operation, () => this.#messages.findOne(filter, options));
    return found ? fromDocument(found) : undefined;
  }
}
