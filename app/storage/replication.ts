import type { Collection, Filter, UpdateFilter } from 'mongodb';
import type { E164, MailboxId, MessageId } from '../core/ids.ts';
import type { Message } from '../core/message/message.ts';
import { messageFingerprint, type MessageRegister } from '../core/replication/message-register.ts';
import { profileFingerprint, type ProfileRegister } from '../core/replication/profile-register.ts';
import { wordTokens } from '../core/search/message-tokens.ts';
import type { ReplicaState, ProfileSeen, ReplicationStore, Visit, Watched } from '../ports/replication.ts';
import type { Connection } from './connection.ts';
import { isDuplicate, isOnlyDuplicates } from './faults.ts';
import type { MailboxDocument } from './mailbox-document.ts';
import { fromDocument, toDocument, type MessageDocument } from './message-document.ts';

/** Beside a message: what is known of its flags, and who has acknowledged what. */
interface SyncDocument {
  /** The fingerprint of the register, to write over this one alone. */
  key: string;
  register: MessageRegister;
  acked: Record<string, string>;
}

type Replicated = MessageDocument & { sync?: SyncDocument };

interface ProfileDocument {
  _id: string;
  key: string;
  /** As text: its names are paths. */
  register: string;
  acked: Record<string, string>;
  leaving?: Date;
}

interface VisitDocument {
  _id: string;
  /** Absent: they are home, and only the time of the last report is remembered. */
  node?: string;
  since?: Date;
  ending?: Date;
  earlier?: { node: string; since: Date }[];
  told?: Date;
  /** When the last visit was over. */
  ended?: Date;
}

const stateFields = {
  mailbox: 1,
  state: 1,
  urgent: 1,
  heardAt: 1,
  deletedAt: 1,
  transcript: 1,
  received: 1,
  bytes: 1,
  'pending.kind': 1,
  sync: 1,
} as const;

/** The field `sync` of messages, and the collections `profiles` and `visits`. */
export class Replication implements ReplicationStore {
  readonly #connection: Connection;
  readonly #messages: Collection<Replicated>;
  readonly #mailboxes: Collection<MailboxDocument>;
  readonly #profiles: Collection<ProfileDocument>;
  readonly #visits: Collection<VisitDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#messages = connection.database.collection('messages');
    this.#mailboxes = connection.database.collection('mailboxes');
    this.#profiles = connection.database.collection('profiles');
    this.#visits = connection.database.collection('visits');
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

  async insert(
    message: Message,
    register: MessageRegister,
    peer: { readonly name: string; readonly has: string },
    words?: readonly string[],
  ): Promise<'inserted' | 'taken'> {
    const key = messageFingerprint(register);
    const document = {
      ...toDocument(message, words),
      sync: { key, register, acked: { [peer.name]: peer.has } },
    };
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
  ) {
    const key = messageFingerprint(register);
    const { state, urgent, heardAt, deletedAt, transcript } = register;
    const trashed = state.value === 'deleted';
    const at = deletedAt === undefined ? undefined : new Date(deletedAt);
    const changed = state.value !== seen.state || urgent.value !== seen.urgent;
    const words = transcript !== undefined && transcript !== seen.transcript ? wordTokens(transcript) : [];
    const set = {
      state: state.value,
      'sync.key': key,
      'sync.register': register,
      [`sync.acked.${peer.name}`]: peer.has,
      ...(urgent.value ? { urgent: true } : {}),
      ...(heardAt === undefined ? {} : { heardAt: new Date(heardAt) }),
      ...(trashed && at !== undefined ? { deletedAt: at } : {}),
      ...(transcript === undefined ? {} : { transcript }),
    };
    const unset = { ...(urgent.value ? {} : { urgent: '' }), ...(trashed ? {} : { deletedAt: '' }) };
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
    const { urgent: _urgent, ...rest } = before;
    const after = { ...rest, state: state.value, ...(urgent.value ? { urgent: true as const } : {}) };
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

  async forgetNotices(messages: readonly MessageId[]): Promise<void> {
    if (messages.length === 0) return;
    await this.#connection.run('replication.forgetNotices', () =>
      this.#connection.database.collection('notifications').deleteMany({ message: { $in: [...messages] } }),
    );
  }

  async profile(number: E164): Promise<ProfileSeen | undefined> {
    const found = await this.#connection.run('replication.profile', () =>
      this.#profiles.findOne({ _id: number }),
    );
    if (found === null) return undefined;
    const { register, acked, leaving } = found;
    return {
      register: JSON.parse(register) as ProfileRegister,
      acked,
      ...(leaving === undefined ? {} : { leaving }),
    };
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
}

function seenKey({ register, acked, leaving }: ProfileSeen): string {
  return JSON.stringify([profileFingerprint(register), acked, leaving?.getTime() ?? null]);
}

/** One, or none if they are home. */
function visitsOf({ _id, node, since, ended: _ended, ...rest }: VisitDocument): Visit[] {
  return node === undefined || since === undefined ? [] : [{ number: _id as E164, node, since, ...rest }];
}

function keyOf({ seen }: ReplicaState): string | null {
  return seen === undefined ? null : messageFingerprint(seen);
}

function unchanged(seen: ReplicaState): Filter<Replicated> {
  const { id, state, urgent } = seen;
  const filter = { _id: id, state, urgent: urgent ? true : { $ne: true }, 'sync.key': keyOf(seen) };
  return filter as Filter<Replicated>;
}

function stateOf(found: Replicated): ReplicaState {
  const { heardAt, deletedAt, transcript } = found;
  return {
    id: found._id as MessageId,
    mailbox: found.mailbox as MailboxId,
    state: found.state,
    urgent: found.urgent === true,
    ...(heardAt === undefined ? {} : { heardAt }),
    ...(deletedAt === undefined ? {} : { deletedAt }),
    ...(transcript === undefined ? {} : { transcript }),
    received: found.received,
    bytes: found.bytes ?? 0,
    pending: (found.pending ?? []).map(({ kind }) => kind),
    seen: found.sync?.register,
    acked: found.sync?.acked ?? {},
  };
}
