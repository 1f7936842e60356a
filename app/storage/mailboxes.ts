import type { Collection } from 'mongodb';
import type { E164, MailboxId } from '../core/ids.ts';
import type { Mailbox, MailboxCounts } from '../core/mailbox/mailbox.ts';
import type { MailboxStore, NewMailbox } from '../ports/store.ts';
import type { Connection } from './connection.ts';
import { isDuplicate, unavailable } from './faults.ts';
import type { MessageDocument } from './message-document.ts';

interface MailboxDocument {
  _id: string;
  /** Number, then aliases: one unique index serves both, so that no number leads to two mailboxes. */
  numbers: string[];
  origin: Mailbox['origin'];
  status: Mailbox['status'];
  classOfService: string;
  created: Date;
  textsStopped?: Date;
  counts: MailboxCounts;
  byKind?: Mailbox['byKind'];
  settings?: Mailbox['settings'];
}

const counters = ['new', 'old', 'urgent'] as const;
/** Tries to write a recount that no message came in between. */
const recountTries = 5;

/** The collection `mailboxes`. */
export class Mailboxes implements MailboxStore {
  readonly #connection: Connection;
  readonly #mailboxes: Collection<MailboxDocument>;
  readonly #messages: Collection<MessageDocument>;

  /** By number, the end of the one that goes first. */
  readonly #firsts = new Map<string, Promise<unknown>>();

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#mailboxes = connection.database.collection('mailboxes');
    this.#messages = connection.database.collection('messages');
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

  async findOrCreate(fresh: NewMailbox, count: Partial<MailboxCounts> = {}) {
    const { id, number, origin, classOfService, created } = fresh;
    const raised = nonZero(count);
    const absent = counters.filter((name) => !raised.has(name)).map((name) => [`counts.${name}`, 0]);
    const update = {
      $setOnInsert: {
        _id: id,
        numbers: [number],
        origin,
        status: 'provisional' as const,
        classOfService,
        created,
        ...Object.fromEntries(absent),
      },
      ...increments(raised),
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

  async count(id: MailboxId, change: Partial<MailboxCounts>): Promise<Mailbox | undefined> {
    const raised = nonZero(change);
    if (raised.size === 0) return this.get(id);
    const after = await this.#connection.run('mailboxes.count', () =>
      this.#mailboxes.findOneAndUpdate({ _id: id }, increments(raised), { returnDocument: 'after' }),
    );
    return fromDocument(after);
  }

  async recount(id: MailboxId): Promise<Mailbox | undefined> {
    for (let tries = 1; ; tries += 1) {
      const before = await this.get(id);
      if (before === undefined) return undefined;
      const counts = await this.#counted(id);
      // Written only over the counters that were there before counting; the last try takes what it has.
      const unchanged = tries < recountTries ? sameCounts(before.counts) : {};
      const after = await this.#connection.run('mailboxes.recount', () =>
        this.#mailboxes.findOneAndUpdate(
          { _id: id, ...unchanged },
          { $set: { counts } },
          { returnDocument: 'after' },
        ),
      );
      if (after) return fromDocument(after);
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

  async #counted(id: MailboxId): Promise<MailboxCounts> {
    const groups = await this.#connection.run('mailboxes.recount', () =>
      this.#messages
        .aggregate<{ _id: { state: string; urgent?: boolean }; n: number }>([
          { $match: { mailbox: id } },
          { $group: { _id: { state: '$state', urgent: '$urgent' }, n: { $sum: 1 } } },
        ])
        .toArray(),
    );
    const sum = (wanted: (group: { state: string; urgent?: boolean }) => boolean) =>
      groups.filter((group) => wanted(group._id)).reduce((total, group) => total + group.n, 0);
    return {
      new: sum((group) => group.state === 'new'),
      old: sum((group) => group.state === 'heard' || group.state === 'saved'),
      urgent: sum((group) => group.state === 'new' && group.urgent === true),
    };
  }
}

function nonZero(change: Partial<MailboxCounts>): ReadonlyMap<string, number> {
  return new Map(Object.entries(change).filter(([, value]) => value !== 0));
}

function increments(raised: ReadonlyMap<string, number>) {
  if (raised.size === 0) return {};
  return { $inc: Object.fromEntries([...raised].map(([name, value]) => [`counts.${name}`, value])) };
}

function sameCounts(counts: MailboxCounts) {
  return Object.fromEntries(counters.map((name) => [`counts.${name}`, counts[name]]));
}

function fromDocument(document: MailboxDocument | null): Mailbox | undefined {
  if (document === null) return undefined;
  const [number, ...aliases] = document.numbers as E164[];
  const { new: fresh, old, urgent } = document.counts;
  return {
    id: document._id as MailboxId,
    number: number as E164,
    aliases,
    origin: document.origin,
    status: document.status,
    classOfService: document.classOfService,
    created: document.created,
    ...(document.textsStopped === undefined ? {} : { textsStopped: document.textsStopped }),
    counts: { new: fresh, old, urgent },
    byKind: document.byKind ?? {},
    settings: document.settings ?? {},
  };
}
