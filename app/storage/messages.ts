import type { Collection, Filter, FindOptions } from 'mongodb';
import { Fault } from '../core/errors.ts';
import type { MailboxId, MessageId, Reference } from '../core/ids.ts';
import { briefOf, type MessageBrief } from '../core/message/brief.ts';
import type { Derived, Message, MessageState, PendingKind } from '../core/message/message.ts';
import type { BesideTranscript } from '../core/message/spoken.ts';
import { wordTokens } from '../core/search/message-tokens.ts';
import type { MessageSearch } from '../ports/message-search.ts';
import type { InsertResult, ListOptions, MessageFilter, MessageStore } from '../ports/store.ts';
import type { Connection } from './connection.ts';
import { duplicateIndex, isDuplicate } from './faults.ts';
import {
  briefFields,
  fromBrief,
  fromDocument,
  notCondemned,
  originKey,
  toDocument,
  type MessageDocument,
} from './message-document.ts';
import { listBriefs, listMessages } from './message-list.ts';
import { searchMessages } from './message-search.ts';
import * as steps from './pending-steps.ts';
import { Purged } from './purged.ts';
import { nextDue, takeFirst } from './take-first.ts';

/** The collection `messages`. Every write is one update of one document. */
export class Messages implements MessageStore {
  readonly #connection: Connection;
  readonly #messages: Collection<MessageDocument>;
  readonly #purged: Purged;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#purged = new Purged(connection);
    this.#messages = connection.database.collection('messages');
  }

  async insert(message: Message, words?: readonly string[]): Promise<InsertResult> {
    const document = toDocument(message, words);
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

  async getAll(ids: readonly MessageId[]): Promise<Message[]> {
    if (ids.length === 0) return [];
    const found = await this.#connection.run('messages.getAll', () =>
      this.#messages.find({ _id: { $in: [...ids] } }, { batchSize: ids.length + 1 }).toArray(),
    );
    return found.map(fromDocument);
  }

  byReference(reference: Reference): Promise<Message | undefined> {
    return this.#findOne('messages.byReference', { reference });
  }

  byOrigin(network: string, id: string): Promise<Message | undefined> {
    return this.#findOne('messages.byOrigin', { origin: originKey(network, id) });
  }

  async list(mailbox: MailboxId, options: ListOptions): Promise<Message[]> {
    if (options.limit < 1) return [];
    const found = await this.#connection.run('messages.list', () =>
      listMessages(this.#messages, mailbox, options),
    );
    return found.map(fromDocument);
  }

  async briefs(mailbox: MailboxId, options: ListOptions): Promise<MessageBrief[]> {
    if (options.limit < 1) return [];
    return this.#connection.run('messages.briefs', async () =>
      this.#inFull(await listBriefs(this.#messages, mailbox, options)),
    );
  }

  async searchBriefs(search: MessageSearch): Promise<MessageBrief[]> {
    if (search.limit < 1) return [];
    return this.#connection.run('messages.searchBriefs', async () =>
      this.#inFull(await searchMessages(this.#messages, search, briefFields)),
    );
  }

  /** Documents from before there were briefs are read whole. */
  async #inFull(found: readonly MessageDocument[]): Promise<MessageBrief[]> {
    const briefs = found.map(fromBrief);
    const old = found.filter((_, i) => briefs[i] === undefined).map(({ _id }) => _id);
    if (old.length === 0) return briefs.filter((one) => one !== undefined);
    const whole = await this.#messages.find({ _id: { $in: old } }).toArray();
    const byId = new Map(whole.map((document) => [document._id, briefOf(fromDocument(document))]));
    return found.flatMap(({ _id }, i) => briefs[i] ?? byId.get(_id) ?? []);
  }

  async next(
    mailbox: MailboxId,
    filter: MessageFilter,
    after: Message | undefined,
  ): Promise<Message | undefined> {
    const [found] = await this.list(mailbox, { ...filter, ...(after ? { after } : {}), limit: 1 });
    return found;
  }

  async previous(mailbox: MailboxId, filter: MessageFilter, before: Message): Promise<Message | undefined> {
    const [found] = await this.list(mailbox, { ...filter, before, limit: 1 });
    return found;
  }

  async search(search: MessageSearch): Promise<Message[]> {
    if (search.limit < 1) return [];
    const found = await this.#connection.run('messages.search', () => searchMessages(this.#messages, search));
    return found.map(fromDocument);
  }

  async setState(
    id: MessageId,
    state: MessageState,
    at: Date,
    from?: readonly MessageState[],
    version?: number,
  ) {
    const heard = state === 'heard';
    const deleted = state === 'deleted';
    const before = await this.#connection.run('messages.setState', () =>
      this.#messages.findOneAndUpdate(
        {
          _id: id,
          ...notCondemned,
          state: from === undefined ? { $ne: state } : { $in: from.filter((one) => one !== state) },
          ...(version === undefined ? {} : { version }),
        },
        {
          $set: { state, ...(deleted ? { deletedAt: at } : {}) },
          $inc: { version: 1 },
          // $min keeps the first time it was heard.
          ...(heard ? { $min: { heardAt: at } } : {}),
          // When its time in the trash ends its class says: automatic management looks at it.
          ...(deleted ? { $min: { sweepAt: at } } : { $max: { accessedAt: at } }),
          ...(deleted ? {} : { $unset: { deletedAt: '' as const } }),
        },
        { returnDocument: 'before' },
      ),
    );
    if (before) {
      const { deletedAt: _gone, ...kept } = before;
      const heardAt = heard && !(before.heardAt && before.heardAt <= at) ? { heardAt: at } : {};
      const swept = kept.sweepAt && kept.sweepAt < at ? kept.sweepAt : at;
      const accessed = kept.accessedAt && kept.accessedAt > at ? kept.accessedAt : at;
      const set = deleted ? { deletedAt: at, sweepAt: swept } : { accessedAt: accessed };
      const after = { ...kept, state, version: before.version + 1, ...heardAt, ...set };
      return { before: fromDocument(before), after: fromDocument(after) };
    }
    const unchanged =
      deleted || version !== undefined
        ? await this.#findOne('messages.get', { _id: id, ...notCondemned })
        : await this.#touched(id, at);
    return unchanged && { before: unchanged, after: unchanged };
  }

  async touch(id: MessageId, at: Date): Promise<boolean> {
    const { matchedCount } = await this.#connection.run('messages.touch', () =>
      this.#messages.updateOne({ _id: id }, { $max: { accessedAt: at } }),
    );
    return matchedCount > 0;
  }

  async #touched(id: MessageId, at: Date): Promise<Message | undefined> {
    const after = await this.#connection.run('messages.touch', () =>
      this.#messages.findOneAndUpdate(
        { _id: id, ...notCondemned },
        { $max: { accessedAt: at } },
        { returnDocument: 'after' },
      ),
    );
    return after ? fromDocument(after) : undefined;
  }

  async setUrgent(id: MessageId, urgent: boolean, version?: number) {
    const before = await this.#connection.run('messages.setUrgent', () =>
      this.#messages.findOneAndUpdate(
        {
          _id: id,
          urgent: urgent ? { $ne: true } : true,
          ...(version === undefined ? {} : { version }),
        },
        { ...(urgent ? { $set: { urgent } } : { $unset: { urgent: '' as const } }), $inc: { version: 1 } },
        { returnDocument: 'before' },
      ),
    );
    const found = before ? fromDocument(before) : await this.get(id);
    return (
      found && { before: found, after: before ? { ...found, urgent, version: found.version + 1 } : found }
    );
  }

  async move(id: MessageId, from: MailboxId, to: MailboxId): Promise<boolean> {
    const { matchedCount } = await this.#connection.run('messages.move', () =>
      this.#messages.updateOne({ _id: id, mailbox: from }, { $set: { mailbox: to }, $inc: { version: 1 } }),
    );
    return matchedCount > 0;
  }

  async setTranscript(
    id: MessageId,
    transcript: string,
    more: BesideTranscript = {},
  ): Promise<Message | undefined> {
    const { times, words = wordTokens(transcript) } = more;
    const after = await this.#connection.run('messages.setTranscript', () =>
      this.#messages.findOneAndUpdate(
        { _id: id, transcript: { $exists: false } },
        {
          $set: { transcript, ...(times === undefined ? {} : { times }) },
          // From now on it is found by them too.
          $addToSet: { words: { $each: [...words] } },
          $inc: { version: 1 },
        },
        { returnDocument: 'after' },
      ),
    );
    return after ? fromDocument(after) : this.get(id);
  }

  async withoutWords(mailbox: MailboxId, limit: number): Promise<Message[]> {
    if (limit < 1) return [];
    const found = await this.#connection.run('messages.withoutWords', () =>
      this.#messages
        .find({ mailbox, words: { $exists: false } }, { hint: 'mailbox', limit, batchSize: limit + 1 })
        .toArray(),
    );
    return found.map(fromDocument);
  }

  async addWords(id: MessageId, words: readonly string[]): Promise<void> {
    const [filter, update] =
      words.length === 0
        ? [{ _id: id, words: { $exists: false } }, { $set: { words: [] } }]
        : [{ _id: id }, { $addToSet: { words: { $each: [...words] } } }];
    await this.#connection.run('messages.addWords', () => this.#messages.updateOne(filter, update));
  }

  async addDerived(id: MessageId, derived: Derived, lookBy?: Date): Promise<boolean> {
    const look = lookBy === undefined ? {} : { $min: { sweepAt: lookBy } };
    return this.#connection.run('messages.addDerived', async () => {
      // One write by itself: an older one of the same media is replaced in place, else it is added.
      const replaced = await this.#messages.updateOne(
        { _id: id, 'derived.media': derived.media },
        { $set: { 'derived.$': derived }, ...look },
      );
      if (replaced.matchedCount > 0) return true;
      const added = await this.#messages.updateOne(
        { _id: id, 'derived.media': { $ne: derived.media } },
        { $push: { derived }, ...look },
      );
      return added.matchedCount > 0;
    });
  }

  async remove(id: MessageId, trace?: 'none'): Promise<Message | undefined> {
    if (trace !== 'none') await this.#purged.noteIfShared(id);
    const removed = await this.#connection.run('messages.remove', () =>
      this.#messages.findOneAndDelete({ _id: id }),
    );
    return removed ? fromDocument(removed) : undefined;
  }

  async envelopeXml(id: MessageId): Promise<string | undefined> {
    const found = await this.#connection.run('messages.envelopeXml', () =>
      this.#messages.findOne({ _id: id }, { projection: { _id: 0, envelope: 1 } }),
    );
    return found?.envelope;
  }

  async takePending(now: Date, leaseMs: number) {
    const until = new Date(now.getTime() + leaseMs);
    const before = await this.#connection.run('messages.takePending', (deadline) =>
      takeFirst(this.#messages, 'workAt', {
        now,
        deadline,
        update: steps.leaseFirst(until),
        returnDocument: 'before',
      }),
    );
    if (!before) return undefined;
    const taken = steps.firstDue(before.pending);
    const pending = before.pending.map((step, i) => (i === taken ? steps.leased(step, until) : step));
    const message = fromDocument({ ...before, pending });
    const step = message.pending[taken];
    if (!step) throw new Fault('store-failed', 'Store: workAt without a step', { temporary: false });
    return { message, step };
  }

  async takePendingOf(id: MessageId, now: Date, leaseMs: number) {
    const until = new Date(now.getTime() + leaseMs);
    const before = await this.#connection.run('messages.takePendingOf', () =>
      this.#messages.findOneAndUpdate({ _id: id, workAt: { $lte: now } }, steps.leaseAllDue(now, until), {
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

  async extendPending(id: MessageId, kind: PendingKind, until: Date): Promise<void> {
    await this.#connection.run('messages.extendPending', () =>
      this.#messages.updateOne({ _id: id, 'pending.kind': kind }, steps.extendKind(kind, until)),
    );
  }

  async nextPendingDue(): Promise<Date | undefined> {
    return this.#connection.run('messages.nextPendingDue', () => nextDue(this.#messages, 'workAt'));
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
