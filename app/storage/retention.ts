import type { AnyBulkWriteOperation, Collection, Filter, FindCursor } from 'mongodb';
import type { MailboxId, MediaId, MessageId } from '../core/ids.ts';
import type { Hold, Mailbox } from '../core/mailbox/mailbox.ts';
import { sizeOf } from '../core/mailbox/usage.ts';
import type { Message, StoredPart } from '../core/message/message.ts';
import type {
  DueMessage,
  LastSweeps,
  Lease,
  Look,
  RetentionStore,
  RulesSeen,
  SweepRun,
} from '../ports/retention.ts';
import type { Connection } from './connection.ts';
import type { Media } from './media.ts';
import { fromDocument as mailboxOf, type MailboxDocument } from './mailbox-document.ts';
import { Purged } from './purged.ts';
import { fromDocument, notCondemned, type MessageDocument } from './message-document.ts';
import { nextDue, takeFirst } from './take-first.ts';

/** Wait for what cannot be read: whoever asks for it is told why. */
const unreadableMs = 86_400_000;

interface RulesDocument extends RulesSeen {
  /** The class. */
  _id: string;
}

interface SweepsDocument extends LastSweeps {
  /** There is one alone. */
  _id: 'all';
}

/**
 * Leases of what is due. A message under a lease bears the sweeper's own name, and all that is done with it asks for that name: who
 * was too slow does nothing. `sweepAt` is then the end of the lease, at which it is due again by itself.
 */
export class Retention implements RetentionStore {
  readonly #connection: Connection;
  readonly #messages: Collection<MessageDocument>;
  readonly #mailboxes: Collection<MailboxDocument>;
  readonly #rules: Collection<RulesDocument>;
  readonly #sweeps: Collection<SweepsDocument>;

  readonly #media: Media;
  readonly #purged: Purged;

  constructor(connection: Connection, media: Media) {
    this.#connection = connection;
    this.#purged = new Purged(connection);
    this.#media = media;
    this.#messages = connection.database.collection('messages');
    this.#mailboxes = connection.database.collection('mailboxes');
    this.#rules = connection.database.collection('sweeprules');
    this.#sweeps = connection.database.collection('sweeps');
  }

  async takeDue(now: Date, { by, until }: Lease, limit: number, mailbox?: MailboxId): Promise<DueMessage[]> {
    const due = dueBy(now, mailbox);
    const some = await this.#connection.run('retention.takeDue', () =>
      this.#messages
        .find(due, {
          ...(mailbox === undefined ? { hint: 'sweepAt' } : {}),
          sort: { sweepAt: 1 },
          limit,
          batchSize: limit + 1,
          projection: { _id: 1 },
        })
        .toArray(),
    );
    if (some.length === 0) return [];
    const ids = some.map(({ _id }) => _id);
    await this.#connection.run('retention.takeDue', () =>
      this.#messages.updateMany(
        { _id: { $in: ids }, sweepAt: { $lte: now } },
        { $set: { sweepAt: until, sweptBy: by }, $inc: { sweepTries: 1 } },
      ),
    );
    const taken = await this.#connection.run('retention.takeDue', () =>
      this.#messages.find({ _id: { $in: ids }, sweptBy: by }, { batchSize: limit + 1 }).toArray(),
    );
    const read = taken.map((document) => toDue(document));
    const unreadable = taken.flatMap(({ _id }, i) => (read[i] === undefined ? [_id] : []));
    if (unreadable.length > 0)
      await this.#connection.run('retention.takeDue', () =>
        this.#messages.updateMany(
          { _id: { $in: unreadable }, sweptBy: by },
          { $set: { sweepAt: new Date(now.getTime() + unreadableMs) } },
        ),
      );
    return read.filter((one) => one !== undefined);
  }

  async *due(now: Date, mailbox?: MailboxId): AsyncIterable<Message> {
    const cursor = this.#messages.find(dueBy(now, mailbox), { sort: { sweepAt: 1 } });
    for await (const document of this.#each('retention.due', cursor)) {
      const read = toDue(document);
      if (read !== undefined) yield read.message;
    }
  }

  async nextDue(): Promise<Date | undefined> {
    return this.#connection.run('retention.nextDue', () => nextDue(this.#messages, 'sweepAt'));
  }

  putOff(looks: readonly Look[], { by }: Lease): Promise<void> {
    return this.#write(
      'retention.putOff',
      looks.map(({ id, at, failed }) => ({
        updateOne: {
          filter: { _id: id, sweptBy: by },
          update: { $set: { sweepAt: at }, $unset: { sweptBy: '', ...(failed ? {} : { sweepTries: '' }) } },
        },
      })),
    );
  }

  lookBy(looks: readonly (Look & { readonly keep?: Date })[]): Promise<void> {
    return this.#write(
      'retention.lookBy',
      looks.map(({ id, at, keep }) => ({
        updateOne: {
          filter: { _id: id },
          update: { $min: { sweepAt: at }, ...(keep === undefined ? {} : { $max: { expires: keep } }) },
        },
      })),
    );
  }

  async endTrash(ids: readonly MessageId[], at: Date): Promise<void> {
    if (ids.length === 0) return;
    await this.#connection.run('retention.endTrash', () =>
      this.#messages.updateMany(
        { _id: { $in: [...ids] }, state: 'deleted', hold: { $exists: false } },
        { $set: { deletedAt: new Date(0) }, $min: { sweepAt: at } },
      ),
    );
  }

  async serverTime(): Promise<Date> {
    return this.#connection.run('retention.serverTime', async () => {
      const { localTime } = await this.#connection.database.command({ hello: 1 });
      return localTime as Date;
    });
  }

  async condemn(messages: readonly Message[], { by }: Lease): Promise<ReadonlySet<MessageId>> {
    await this.#write(
      'retention.condemn',
      messages.map(({ id, version }) => ({
        updateOne: {
          filter: { _id: id, version, sweptBy: by, hold: { $exists: false } },
          update: { $set: { condemned: true as const } },
        },
      })),
    );
    const ids = messages.map(({ id }) => id as string);
    const found = await this.#connection.run('retention.condemn', () =>
      this.#messages
        .find(
          { _id: { $in: ids }, sweptBy: by, condemned: true },
          { projection: { mailbox: 1, 'sync.key': 1 }, batchSize: ids.length + 1 },
        )
        .toArray(),
    );
    await this.#purged.note(found);
    return new Set(found.map(({ _id }) => _id as MessageId));
  }

  async pardon(ids: readonly MessageId[], { by }: Lease): Promise<void> {
    await this.#connection.run('retention.pardon', () =>
      this.#messages.updateMany({ _id: { $in: [...ids] }, sweptBy: by }, { $unset: { condemned: '' } }),
    );
  }

  async removeCondemned(ids: readonly MessageId[], { by }: Lease): Promise<number> {
    const { deletedCount } = await this.#connection.run('retention.removeCondemned', () =>
      this.#messages.deleteMany({ _id: { $in: [...ids] }, sweptBy: by, condemned: true }),
    );
    return deletedCount;
  }

  async compress(
    message: Message,
    stored: readonly StoredPart[],
    next: Date,
    { by }: Lease,
  ): Promise<boolean> {
    const { id, version } = message;
    const now = { tier: 'compressed' as const, stored: [...stored] };
    const { matchedCount } = await this.#connection.run('retention.compress', () =>
      this.#messages.updateOne(
        { _id: id, version, sweptBy: by, hold: { $exists: false } },
        {
          $set: { ...now, ...sizeOf({ ...message, ...now }), unclean: true as const, sweepAt: next },
          $inc: { version: 1 },
          $unset: { sweptBy: '', sweepTries: '' },
        },
      ),
    );
    return matchedCount > 0;
  }

  deleteMedia(ids: readonly MediaId[]): Promise<void> {
    return this.#media.deleteAll(ids);
  }

  async cleaned(id: MessageId, forms: readonly MediaId[], next: Date, { by }: Lease): Promise<void> {
    await this.#connection.run('retention.cleaned', () =>
      this.#messages.updateOne(
        { _id: id, sweptBy: by },
        {
          $set: { sweepAt: next },
          $unset: { unclean: '', sweptBy: '', sweepTries: '' },
          ...(forms.length === 0 ? {} : { $pull: { derived: { media: { $in: [...forms] } } } }),
        },
      ),
    );
  }

  async mailboxes(ids: readonly MailboxId[]): Promise<Mailbox[]> {
    if (ids.length === 0) return [];
    const found = await this.#connection.run('retention.mailboxes', () =>
      this.#mailboxes.find({ _id: { $in: [...ids] } }, { batchSize: ids.length + 1 }).toArray(),
    );
    return found.map((document) => mailboxOf(document));
  }

  async *dueMailboxes(now: Date): AsyncIterable<Mailbox> {
    const due = { sweepAt: { $exists: true, $lte: now } };
    const cursor = this.#mailboxes.find(due, { sort: { sweepAt: 1 } });
    for await (const document of this.#each('retention.dueMailboxes', cursor)) yield mailboxOf(document);
  }

  async takeMailbox(now: Date, { until }: Lease): Promise<Mailbox | undefined> {
    const update = { $set: { sweepAt: until } };
    const taken = await this.#connection.run('retention.takeMailbox', (deadline) =>
      takeFirst(this.#mailboxes, 'sweepAt', { now, deadline, update, returnDocument: 'after' }),
    );
    return taken && mailboxOf(taken);
  }

  async mailboxDone(id: MailboxId, next: Date | undefined, { until }: Lease): Promise<void> {
    const update = next === undefined ? { $unset: { sweepAt: '' as const } } : { $set: { sweepAt: next } };
    await this.#connection.run('retention.mailboxDone', () =>
      this.#mailboxes.updateOne({ _id: id, sweepAt: until }, update),
    );
  }

  async mailboxesBy(ids: readonly MailboxId[], at: Date): Promise<void> {
    if (ids.length === 0) return;
    await this.#connection.run('retention.mailboxesBy', () =>
      this.#mailboxes.updateMany({ _id: { $in: [...ids] } }, { $min: { sweepAt: at } }),
    );
  }

  async mailboxesNotBy(ids: readonly MailboxId[], at: Date): Promise<void> {
    if (ids.length === 0) return;
    await this.#connection.run('retention.mailboxesNotBy', () =>
      this.#mailboxes.updateMany({ _id: { $in: [...ids] }, sweepAt: at }, { $unset: { sweepAt: '' } }),
    );
  }

  async *messagesOf(mailbox: MailboxId): AsyncIterable<Message> {
    for await (const document of this.#each('retention.messagesOf', this.#messages.find({ mailbox }))) {
      const read = toDue(document);
      if (read !== undefined) yield read.message;
    }
  }

  holdMessage(id: MessageId, hold: Hold | undefined, at: Date): Promise<boolean> {
    return this.#hold(
      'retention.holdMessage',
      this.#messages as unknown as Collection<Holding>,
      { _id: id, ...notCondemned },
      hold,
      at,
    );
  }

  holdMailbox(id: MailboxId, hold: Hold | undefined, at: Date): Promise<boolean> {
    const all = this.#mailboxes as unknown as Collection<Holding>;
    return this.#hold('retention.holdMailbox', all, { _id: id }, hold, at);
  }

  /** Its end makes due what it kept. */
  async #hold(
    operation: string,
    collection: Collection<Holding>,
    filter: Filter<Holding>,
    hold: Hold | undefined,
    at: Date,
  ): Promise<boolean> {
    const update =
      hold === undefined ? { $unset: { hold: '' as const }, $min: { sweepAt: at } } : { $set: { hold } };
    const { matchedCount } = await this.#connection.run(operation, () =>
      collection.updateOne(filter, update),
    );
    return matchedCount > 0;
  }

  async holdsMessageOf(mailbox: MailboxId): Promise<boolean> {
    const found = await this.#connection.run('retention.holdsMessageOf', () =>
      this.#messages.findOne({ mailbox, 'hold.since': { $exists: true } }, { projection: { _id: 1 } }),
    );
    return found !== null;
  }

  async rulesSeen(): Promise<ReadonlyMap<string, RulesSeen>> {
    const all = await this.#connection.run('retention.rulesSeen', () => this.#rules.find().toArray());
    return new Map(all.map(({ _id, rules, at }) => [_id, { rules, at }]));
  }

  async setRulesSeen(classOfService: string, { rules, at }: RulesSeen): Promise<void> {
    await this.#connection.run('retention.setRulesSeen', () =>
      this.#rules.updateOne({ _id: classOfService }, { $set: { rules, at } }, { upsert: true }),
    );
  }

  async noteSweep(run: SweepRun): Promise<void> {
    const { ended: _ended, tookMs: _tookMs, ...counts } = run;
    const did = Object.values(counts).some((n) => n > 0);
    await this.#connection.run('retention.noteSweep', () =>
      this.#sweeps.updateOne(
        { _id: 'all' },
        { $set: { last: run, ...(did ? { effective: run } : {}) } },
        { upsert: true },
      ),
    );
  }

  async lastSweeps(): Promise<LastSweeps> {
    const found = await this.#connection.run('retention.lastSweeps', () =>
      this.#sweeps.findOne({ _id: 'all' }, { projection: { _id: 0 } }),
    );
    return found ?? {};
  }

  async #write(operation: string, writes: AnyBulkWriteOperation<MessageDocument>[]): Promise<void> {
    if (writes.length === 0) return;
    await this.#connection.run(operation, () => this.#messages.bulkWrite(writes, { ordered: false }));
  }

  /** A batch at a time, each within its own deadline. */
  async *#each<T>(operation: string, cursor: FindCursor<T>): AsyncIterable<T> {
    try {
      while (await this.#connection.run(operation, () => cursor.hasNext()))
        yield* cursor.readBufferedDocuments();
    } finally {
      await cursor.close();
    }
  }
}

/** What a message and a mailbox have in common here. */
interface Holding {
  _id: string;
  hold?: Hold;
  sweepAt?: Date;
  condemned?: true;
}

/** `undefined` if it cannot be read. */
function toDue(document: MessageDocument): DueMessage | undefined {
  try {
    return {
      message: fromDocument(document),
      tries: document.sweepTries ?? 1,
      condemned: document.condemned === true,
      unclean: document.unclean === true,
    };
  } catch {
    return undefined;
  }
}

function dueBy(now: Date, mailbox: MailboxId | undefined): Filter<MessageDocument> {
  return { ...(mailbox === undefined ? {} : { mailbox }), sweepAt: { $exists: true, $lte: now } };
}
