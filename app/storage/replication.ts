import type { Collection, Filter, UpdateFilter } from 'mongodb';
import type { E164, MailboxId, MessageId, Reference } from '../core/ids.ts';
import type { Message, Origin } from '../core/message/message.ts';
import { messageFingerprint, type MessageRegister } from '../core/replication/message-register.ts';
import { wordTokens } from '../core/search/message-tokens.ts';
import type {
  Lease,
  NewReplica,
  ProfileSeen,
  ReplicaState,
  ReplicationStore,
  SaidReplica,
  Visit,
  Watched,
} from '../ports/replication.ts';
import type { Connection } from './connection.ts';
import { isDuplicate, isOnlyDuplicates } from './faults.ts';
import type { MailboxDocument } from './mailbox-document.ts';
import { insertMany } from './insert-many.ts';
import { Purged } from './purged.ts';
import { Visitors } from './visitors.ts';
import { fromDocument, originKey } from './message-document.ts';
import {
  keyOf,
  type LeaseDocument,
  newDocument,
  type ProfileDocument,
  profileOf,
  type Replicated,
  seenKey,
  stateFields,
  stateOf,
  unchanged,
  type VisitDocument,
  visitsOf,
  withRegister,
} from './replication-documents.ts';

/** The field `sync` of messages, and the collections `profiles`, `visits`, `leases` and `purged`. */
export class Replication implements ReplicationStore {
  readonly #connection: Connection;
  readonly #messages: Collection<Replicated>;
  readonly #mailboxes: Collection<MailboxDocument>;
  readonly #profiles: Collection<ProfileDocument>;
  readonly #visits: Collection<VisitDocument>;
  readonly #leases: Collection<LeaseDocument>;
  readonly #visitors: Visitors;
  readonly #purged: Purged;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#messages = connection.database.collection('messages');
    this.#mailboxes = connection.database.collection('mailboxes');
    this.#profiles = connection.database.collection('profiles');
    this.#visits = connection.database.collection('visits');
    this.#leases = connection.database.collection('leases');
    this.#visitors = new Visitors(connection);
    this.#purged = new Purged(connection);
  }

  foreign(prefix: string, after: string | undefined, limit: number): Promise<readonly Watched[]> {
    const from = after === undefined ? { $gte: prefix } : { $gt: after };
    const filter = { numbers: { $elemMatch: { ...from, $lt: `${prefix}:` } } };
    return this.#watched('replication.foreign', filter, limit);
  }

  async watched(numbers: readonly E164[]): Promise<readonly Watched[]> {
    if (numbers.length === 0) return [];
    return this.#watched('replication.watched', { numbers: { $in: [...numbers] } }, numbers.length);
  }

  async #watched(operation: string, filter: Filter<MailboxDocument>, limit: number): Promise<Watched[]> {
    const projection = { numbers: 1, tally: 1, version: 1, status: 1, textsStopped: 1, counts: 1, usage: 1 };
    const found = await this.#connection.run(operation, () =>
      this.#mailboxes
        .find(filter, { projection, sort: { numbers: 1 }, limit, batchSize: limit + 1 })
        .toArray(),
    );
    return found.map((one) => ({
      id: one._id as MailboxId,
      number: one.numbers[0] as E164,
      mark: JSON.stringify([one.tally, one.version, one.status, one.textsStopped, one.counts, one.usage]),
    }));
  }

  async *states(mailbox: MailboxId): AsyncIterable<ReplicaState> {
    // All at once: a mailbox is as large as its quota lets it be.
    const all = await this.#connection.run('replication.states', () =>
      this.#messages.find({ mailbox }, { projection: stateFields, batchSize: 10_000 }).toArray(),
    );
    yield* all.map(stateOf);
  }

  async state(id: MessageId): Promise<ReplicaState | undefined> {
    const found = await this.#connection.run('replication.state', () =>
      this.#messages.findOne({ _id: id }, { projection: stateFields }),
    );
    return found === null ? undefined : stateOf(found);
  }

  async statesOf(ids: readonly MessageId[]): Promise<readonly ReplicaState[]> {
    if (ids.length === 0) return [];
    const found = await this.#connection.run('replication.statesOf', () =>
      this.#messages
        .find({ _id: { $in: [...ids] } }, { projection: stateFields, batchSize: ids.length + 1 })
        .toArray(),
    );
    return found.map(stateOf);
  }

  async clashes(origins: readonly Origin[], references: readonly Reference[]) {
    const keys = new Map(origins.map((origin) => [originKey(origin.network, origin.id), origin]));
    const [byOrigin, byReference] = await Promise.all([
      this.#having('origin', [...keys.keys()]),
      this.#having('reference', references),
    ]);
    return {
      origins: byOrigin.flatMap(({ origin }) => keys.get(origin) ?? []),
      references: byReference.map(({ reference }) => reference as Reference),
    };
  }

  async #having(field: 'origin' | 'reference', values: readonly string[]): Promise<Replicated[]> {
    if (values.length === 0) return [];
    return this.#connection.run('replication.clashes', () =>
      this.#messages
        .find({ [field]: { $in: [...values] } }, { projection: { [field]: 1 }, batchSize: values.length + 1 })
        .toArray(),
    );
  }

  async insertAll(messages: readonly NewReplica[]): Promise<readonly ('inserted' | 'taken')[]> {
    const documents = messages.map(newDocument);
    const taken = await insertMany(this.#connection, 'replication.insertAll', this.#messages, documents);
    return messages.map((_, i) => (taken.has(i) ? 'taken' : 'inserted'));
  }

  async insert(
    message: Message,
    register: MessageRegister,
    peer: { readonly name: string; readonly has: string },
    words?: readonly string[],
  ): Promise<'inserted' | 'taken'> {
    const document = newDocument({ message, register, peer, words });
    return this.#connection.run('replication.insert', async () => {
      try {
        await this.#messages.insertOne(document);
        return 'inserted';
      } catch (error) {
        if (isDuplicate(error)) return 'taken';
        throw error;
      }
    });
  }

  async apply(
    seen: ReplicaState,
    register: MessageRegister,
    peer: { readonly name: string; readonly has: string },
    given: SaidReplica = register,
  ) {
    const key = messageFingerprint(register);
    const { state, urgent, heardAt, deletedAt } = register;
    const { transcript, times } = given;
    const trashed = state.value === 'deleted';
    const at = deletedAt === undefined ? undefined : new Date(deletedAt);
    const said = transcript !== undefined && transcript !== seen.transcript;
    const timed = transcript !== undefined && times !== seen.times;
    const changed = said || timed || state.value !== seen.state || urgent.value !== seen.urgent;
    const words = said ? [...(given.words ?? wordTokens(transcript))] : [];
    const set = {
      state: state.value,
      'sync.key': key,
      'sync.register': register,
      [`sync.acked.${peer.name}`]: peer.has,
      ...(urgent.value ? { urgent: true } : {}),
      ...(heardAt === undefined ? {} : { heardAt: new Date(heardAt) }),
      ...(trashed && at !== undefined ? { deletedAt: at } : {}),
      ...(transcript === undefined ? {} : { transcript }),
      ...(transcript === undefined || times === undefined ? {} : { times }),
    };
    const unset = {
      ...(urgent.value ? {} : { urgent: '' }),
      ...(trashed ? {} : { deletedAt: '' }),
      // They would be of the words that were here.
      ...(transcript === undefined || times !== undefined ? {} : { times: '' }),
    };
    const update = {
      $set: set,
      ...(Object.keys(unset).length === 0 ? {} : { $unset: unset }),
      ...(changed ? { $inc: { version: 1 } } : {}),
      ...(trashed && seen.state !== 'deleted' && at !== undefined ? { $min: { sweepAt: at } } : {}),
      ...(words.length === 0 ? {} : { $addToSet: { words: { $each: words } } }),
    } as UpdateFilter<Replicated>;
    const before = await this.#connection.run('replication.apply', () =>
      this.#messages.findOneAndUpdate(unchanged(seen), update, { returnDocument: 'before' }),
    );
    if (before === null) return undefined;
    const version = before.version + (changed ? 1 : 0);
    const after = withRegister(before, register, { ...given, version });
    return { before: fromDocument(before), after: fromDocument(after) };
  }

  async acknowledge(peer: string, messages: Parameters<ReplicationStore['acknowledge']>[1]): Promise<void> {
    if (messages.length === 0) return;
    const writes = messages.map(({ seen, register, epoch }) => {
      const key = messageFingerprint(register);
      const filter = { _id: seen.id, 'sync.key': keyOf(seen) } as Filter<Replicated>;
      const $set = { 'sync.key': key, 'sync.register': register, [`sync.acked.${peer}`]: `${epoch}${key}` };
      return { updateOne: { filter, update: { $set } } };
    });
    await this.#connection.run('replication.acknowledge', () =>
      this.#messages.bulkWrite(writes, { ordered: false }),
    );
  }

  purged(ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>> {
    return this.#purged.amongst(ids);
  }

  purgedOf(mailbox: MailboxId, limit: number): Promise<readonly MessageId[]> {
    return this.#purged.ofMailbox(mailbox, limit);
  }

  forgetNotices(messages: readonly MessageId[]): Promise<void> {
    return this.#visitors.forgetNotices(messages);
  }

  owes(mailbox: MailboxId, messages: readonly MessageId[]): Promise<boolean> {
    return this.#visitors.owes(mailbox, messages);
  }

  forgetVisitor(mailbox: MailboxId, number: E164): Promise<number> {
    return this.#visitors.forgetVisitor(mailbox, number);
  }

  async profile(number: E164): Promise<ProfileSeen | undefined> {
    const found = await this.#connection.run('replication.profile', () =>
      this.#profiles.findOne({ _id: number }),
    );
    return found === null ? undefined : profileOf(found);
  }

  async profiles(numbers: readonly E164[]): Promise<ReadonlyMap<E164, ProfileSeen>> {
    if (numbers.length === 0) return new Map();
    const found = await this.#connection.run('replication.profiles', () =>
      this.#profiles.find({ _id: { $in: [...numbers] } }, { batchSize: numbers.length + 1 }).toArray(),
    );
    return new Map(found.map((one) => [one._id as E164, profileOf(one)]));
  }

  async putProfile(number: E164, before: ProfileSeen | undefined, next: ProfileSeen): Promise<boolean> {
    const { register, acked, leaving } = next;
    const document = {
      key: seenKey(next),
      register: JSON.stringify(register),
      acked: { ...acked },
      ...(leaving === undefined ? {} : { leaving }),
    };
    return this.#connection.run('replication.putProfile', async () => {
      if (before !== undefined) {
        const filter = { _id: number, key: seenKey(before) };
        return (await this.#profiles.replaceOne(filter, document)).matchedCount > 0;
      }
      try {
        await this.#profiles.insertOne({ _id: number, ...document });
        return true;
      } catch (error) {
        if (isOnlyDuplicates(error) || isDuplicate(error)) return false;
        throw error;
      }
    });
  }

  async removeProfile(number: E164): Promise<void> {
    await this.#connection.run('replication.removeProfile', () => this.#profiles.deleteOne({ _id: number }));
  }

  async visit(number: E164): Promise<Visit | undefined> {
    const found = await this.#connection.run('replication.visit', () =>
      this.#visits.findOne({ _id: number }),
    );
    return found === null ? undefined : visitsOf(found)[0];
  }

  async visitsOf(numbers: readonly E164[]): Promise<readonly Visit[]> {
    if (numbers.length === 0) return [];
    const found = await this.#connection.run('replication.visitsOf', () =>
      this.#visits.find({ _id: { $in: [...numbers] } }, { batchSize: numbers.length + 1 }).toArray(),
    );
    return found.flatMap((one) => visitsOf(one).slice(0, 1));
  }

  async putVisit({ number, earlier = [], ...visit }: Visit): Promise<void> {
    const document = { ...visit, ...(earlier.length === 0 ? {} : { earlier: [...earlier] }) };
    await this.#connection.run('replication.putVisit', () =>
      this.#visits.replaceOne({ _id: number }, document, { upsert: true }),
    );
  }

  async visits(node: string | undefined): Promise<readonly Visit[]> {
    // An open range is one too, so that the index is used.
    const filter = { node: node ?? { $gt: '' } };
    const found = await this.#connection.run('replication.visits', () => this.#visits.find(filter).toArray());
    return found.flatMap(visitsOf);
  }

  async visitPage(after: E164 | undefined, limit: number): Promise<readonly Visit[]> {
    const filter = { _id: { $gt: after ?? '' }, node: { $gt: '' } };
    const found = await this.#connection.run('replication.visitPage', () =>
      this.#visits.find(filter, { sort: { _id: 1 }, limit }).toArray(),
    );
    return found.flatMap(visitsOf);
  }

  async endVisit(number: E164, node: string): Promise<boolean> {
    return this.#connection.run('replication.endVisit', async () => {
      const found = await this.#visits.findOne({ _id: number, node });
      if (found === null) return false;
      const [next, ...earlier] = found.earlier ?? [];
      const update: UpdateFilter<VisitDocument> =
        next === undefined
          ? { $unset: { node: '', since: '', ending: '', earlier: '' }, $currentDate: { ended: true } }
          : { $set: { ...next, earlier } };
      const same = { _id: number, node, since: found.since } as Filter<VisitDocument>;
      const { matchedCount } = await this.#visits.updateOne(same, update);
      return matchedCount > 0;
    });
  }

  async putHome(number: E164, told: Date): Promise<void> {
    await this.#connection.run('replication.putHome', async () => {
      const filter: Filter<VisitDocument> = { _id: number, node: { $exists: false } };
      const update: UpdateFilter<VisitDocument> = { $max: { told }, $currentDate: { ended: true } };
      try {
        await this.#visits.updateOne(filter, update, { upsert: true });
      } catch (error) {
        // There is a visit.
        if (!isDuplicate(error)) throw error;
      }
    });
  }

  async lastTold(number: E164): Promise<Date | undefined> {
    const found = await this.#connection.run('replication.lastTold', () =>
      this.#visits.findOne({ _id: number }, { projection: { told: 1 } }),
    );
    return found?.told;
  }

  async lease(name: string): Promise<Lease | undefined> {
    const found = await this.#connection.run('replication.lease', () => this.#leases.findOne({ _id: name }));
    return found === null ? undefined : { holder: found.holder, beat: found.beat };
  }

  async takeLease(name: string, before: Lease | undefined, holder: string): Promise<Lease | undefined> {
    const next = { holder, beat: (before?.beat ?? 0) + 1 };
    return this.#connection.run('replication.takeLease', async () => {
      if (before !== undefined) {
        const { matchedCount } = await this.#leases.updateOne({ _id: name, ...before }, { $set: next });
        return matchedCount > 0 ? next : undefined;
      }
      try {
        await this.#leases.insertOne({ _id: name, ...next });
        return next;
      } catch (error) {
        if (isDuplicate(error)) return undefined;
        throw error;
      }
    });
  }

  async giveUpLease(name: string, lease: Lease): Promise<void> {
    await this.#connection.run('replication.giveUpLease', () =>
      this.#leases.deleteOne({ _id: name, ...lease }),
    );
  }
}
