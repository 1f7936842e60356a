import type { Collection, Filter, UpdateFilter } from 'mongodb';
import type { E164, MailboxId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type {
  AliasResult,
  CountChange,
  CreateResult,
  FullNewMailbox,
  MailboxChange,
  MailboxPut,
  MailboxStore,
  NewMailbox,
  Recount,
} from '../ports/store.ts';
import type { Connection } from './connection.ts';
import { duplicateIndex, isDuplicate, unavailable } from './faults.ts';
import { changeUpdate, failedWrites, ofVersion, toWrite } from './mailbox-change.ts';
import { FreedNumbers } from './freed-numbers.ts';
import { counters, countUpdate, fromDocument, toDocument, type MailboxDocument } from './mailbox-document.ts';
import { countMessages, sameCounts } from './message-counts.ts';
import type { MessageDocument } from './message-document.ts';

/** Tries to write a recount that no message came in between. */
const recountTries = 5;

/** The collection `mailboxes`. */
export class Mailboxes implements MailboxStore {
  readonly #connection: Connection;
  readonly #mailboxes: Collection<MailboxDocument>;
  readonly #messages: Collection<MessageDocument>;
  readonly #freed: FreedNumbers;

  /** By number, the end of the one that goes first. */
  readonly #firsts = new Map<string, Promise<unknown>>();

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#mailboxes = connection.database.collection('mailboxes');
    this.#messages = connection.database.collection('messages');
    this.#freed = new FreedNumbers(connection);
  }

  async find(number: E164): Promise<Mailbox | undefined> {
    const found = await this.#connection.run('mailboxes.find', () =>
      this.#mailboxes.findOne({ numbers: number }),
    );
    return fromDocument(found);
  }

  async get(id: MailboxId): Promise<Mailbox | undefined> {
    const found = await this.#connection.run('mailboxes.get', () => this.#mailboxes.findOne({ _id: id }));
    return fromDocument(found);
  }

  async byEmail(address: string): Promise<Mailbox[]> {
    const path = 'settings.addresses.email';
    const written = [...new Set([address, address.toLowerCase()])];
    const found = await this.#connection.run('mailboxes.byEmail', () =>
      this.#mailboxes.find({ [path]: { $exists: true, $in: written } }, { limit: 2 }).toArray(),
    );
    return found.map((document) => fromDocument(document));
  }

  async findOrCreate(fresh: NewMailbox, count?: CountChange) {
    const { id, number, origin, classOfService, created } = fresh;
    const { zero, inc } = countUpdate(count);
    const update = {
      $setOnInsert: {
        _id: id,
        numbers: [number],
        origin,
        status: 'provisional' as const,
        classOfService,
        created,
        ...zero,
      },
      ...(inc ? { $inc: inc } : {}),
    };
    const upsert = () =>
      this.#mailboxes.findOneAndUpdate({ numbers: number }, update, {
        upsert: true,
        returnDocument: 'after',
        includeResultMetadata: true,
      });
    const result = await this.#oneFirst(number, (first) =>
      this.#connection.run('mailboxes.findOrCreate', async (deadline) => {
        await first;
        if (deadline.over) throw unavailable('mailboxes.findOrCreate: too late');
        // Of two first calls on different controllers one fails, and finds the other's mailbox then.
        return upsert().catch((error: unknown) => {
          if (isDuplicate(error)) return upsert();
          throw error;
        });
      }),
    );
    const mailbox = fromDocument(result.value) as Mailbox;
    return { mailbox, created: result.lastErrorObject?.['upserted'] !== undefined };
  }

  /**
   * Lets one work on a number alone and the others go when it has ended. Upserts of one new key at once are correct without
   * this, but PostgreSQL finds them in deadlocks, each of which costs a second.
   */
  #oneFirst<T>(number: string, work: (first: Promise<unknown> | undefined) => Promise<T>): Promise<T> {
    const first = this.#firsts.get(number);
    const own = work(first);
    if (first) return own;
    const ended = own.then(
      () => this.#firsts.delete(number),
      () => this.#firsts.delete(number),
    );
    this.#firsts.set(number, ended);
    return own;
  }

  async count(id: MailboxId, change: CountChange): Promise<Mailbox | undefined> {
    const { inc } = countUpdate(change);
    if (inc === undefined) return this.get(id);
    return this.#change('mailboxes.count', { _id: id }, { $inc: inc });
  }

  async recount(id: MailboxId): Promise<Recount | undefined> {
    for (let tries = 1; ; tries += 1) {
      const before = await this.#connection.run('mailboxes.recount', () =>
        this.#mailboxes.findOne({ _id: id }, { projection: { tally: 1 } }),
      );
      if (before === null) return undefined;
      const counted = await this.#connection.run('mailboxes.recount', () =>
        countMessages(this.#messages, id),
      );
      // Written only over the counters that were there before counting; the last try takes what it has.
      const unchanged = tries < recountTries ? { tally: before.tally ?? null } : {};
      const found = await this.#connection.run('mailboxes.recount', () =>
        this.#mailboxes.findOneAndUpdate(
          { _id: id, ...unchanged } as Filter<MailboxDocument>,
          { $set: counted, $inc: { tally: 1 } },
          { returnDocument: 'before' },
        ),
      );
      if (found === null) continue;
      const wrong = fromDocument(found);
      return { mailbox: { ...wrong, ...counted }, corrected: !sameCounts(wrong, counted) };
    }
  }

  async activate(id: MailboxId): Promise<void> {
    await this.#connection.run('mailboxes.activate', () =>
      this.#mailboxes.updateOne({ _id: id, status: 'provisional' }, { $set: { status: 'active' } }),
    );
  }

  async stopTexts(id: MailboxId, at: Date | undefined): Promise<void> {
    const change =
      at === undefined ? { $unset: { textsStopped: '' as const } } : { $set: { textsStopped: at } };
    await this.#connection.run('mailboxes.stopTexts', () => this.#mailboxes.updateOne({ _id: id }, change));
  }

  async create(fresh: FullNewMailbox): Promise<CreateResult> {
    const document = toDocument(fresh);
    return this.#connection.run('mailboxes.create', () =>
      this.#mailboxes
        .insertOne(document)
        .then(() => ({ kind: 'created', mailbox: fromDocument(document) }), takenWhole),
    );
  }

  update(id: MailboxId, change: MailboxChange, version?: number): Promise<Mailbox | undefined> {
    return this.#change('mailboxes.update', { _id: id, ...ofVersion(version) }, changeUpdate(change));
  }

  async addAlias(id: MailboxId, number: E164): Promise<AliasResult> {
    // Not findOneAndUpdate, whose error about a taken number FerretDB gives no code of its own.
    const refused = await this.#connection.run('mailboxes.addAlias', () =>
      this.#mailboxes
        .updateOne(
          { _id: id, numbers: { $ne: number } },
          { $push: { numbers: number }, $inc: { version: 1 } },
        )
        .then(() => undefined, taken),
    );
    if (refused) return refused;
    const mailbox = await this.get(id);
    return mailbox === undefined ? { kind: 'no-mailbox' } : { kind: 'added', mailbox };
  }

  async removeAlias(id: MailboxId, number: E164, at = this.#connection.now()): Promise<Mailbox | undefined> {
    await this.#freed.note([number], at);
    const removed = await this.#change(
      'mailboxes.removeAlias',
      { _id: id, numbers: number, 'numbers.0': { $ne: number } },
      { $pull: { numbers: number }, $inc: { version: 1 } },
    );
    return removed ?? this.get(id);
  }

  async remove(id: MailboxId, at = this.#connection.now()): Promise<boolean> {
    const mailbox = await this.get(id);
    if (mailbox !== undefined) await this.#freed.note([mailbox.number, ...mailbox.aliases], at);
    const { deletedCount } = await this.#connection.run('mailboxes.remove', () =>
      this.#mailboxes.deleteOne({ _id: id }),
    );
    return deletedCount > 0;
  }

  freed(since: Date): Promise<E164[]> {
    return this.#freed.since(since);
  }

  list(after: MailboxId | undefined, limit: number): Promise<Mailbox[]> {
    return this.#page('mailboxes.list', {}, after, limit);
  }

  async findAll(numbers: readonly E164[]): Promise<Mailbox[]> {
    if (numbers.length === 0) return [];
    const found = await this.#connection.run('mailboxes.findAll', () =>
      this.#mailboxes.find({ numbers: { $in: [...numbers] } }, { batchSize: numbers.length + 1 }).toArray(),
    );
    return found.map((document) => fromDocument(document));
  }

  async putAll(puts: readonly MailboxPut[]): Promise<readonly ('done' | 'again')[]> {
    if (puts.length === 0) return [];
    const freed = puts.flatMap((put) => (put.kind === 'change' ? (put.freed ?? []) : []));
    await this.#freed.note(freed, this.#connection.now());
    const writes = puts.map(toWrite);
    return this.#connection.run('mailboxes.putAll', async () => {
      const { failed, matched } = await this.#mailboxes
        .bulkWrite(writes, { ordered: false })
        .then((result) => ({ failed: new Set<number>(), matched: result.matchedCount }), failedWrites);
      const changes = puts.filter(({ kind }, i) => kind === 'change' && !failed.has(i)).length;
      const unsure = matched < changes;
      return puts.map(({ kind }, i) => (failed.has(i) || (unsure && kind === 'change') ? 'again' : 'done'));
    });
  }

  withMessages(after: MailboxId | undefined, limit: number): Promise<Mailbox[]> {
    const some = { $or: counters.map((name) => ({ [`counts.${name}`]: { $gt: 0 } })) };
    return this.#page('mailboxes.withMessages', some, after, limit);
  }

  async #page(
    operation: string,
    filter: Filter<MailboxDocument>,
    after: MailboxId | undefined,
    limit: number,
  ): Promise<Mailbox[]> {
    if (limit < 1) return [];
    const found = await this.#connection.run(operation, () =>
      this.#mailboxes
        .find({ _id: { $gt: after ?? '' }, ...filter }, { sort: { _id: 1 }, limit, batchSize: limit + 1 })
        .toArray(),
    );
    return found.map((document) => fromDocument(document));
  }

  async #change(
    operation: string,
    filter: Filter<MailboxDocument>,
    update: UpdateFilter<MailboxDocument>,
  ): Promise<Mailbox | undefined> {
    const after = await this.#connection.run(operation, () =>
      this.#mailboxes.findOneAndUpdate(filter, update, { returnDocument: 'after' }),
    );
    return fromDocument(after);
  }
}

/** Where a mailbox of this id is there already, its numbers are taken by itself. */
function takenWhole(error: unknown): { readonly kind: 'number-taken' } {
  if (isDuplicate(error)) return { kind: 'number-taken' };
  throw error;
}

function taken(error: unknown): { readonly kind: 'number-taken' } {
  if (isDuplicate(error) && duplicateIndex(error) === 'numbers') return { kind: 'number-taken' };
  throw error;
}
