import type { Collection, Filter } from 'mongodb';
import type { NumberedCdr } from '../core/account/summary.ts';
import type { CdrFilter, Ledger, LedgerStore, Repriced } from '../ports/billing.ts';
import { numbered, type CdrDocument } from './cdrs.ts';
import type { Connection } from './connection.ts';
import { isDuplicate, isOnlyDuplicates } from './faults.ts';

interface LedgerDocument {
  /** `cdrs`: the books. An hour: how far they were then. */
  _id: string;
  through: number;
  posting?: number;
  since?: Date;
  owner?: string;
  until?: Date;
  /** Of an hour. */
  at?: Date;
}

interface PageRange {
  readonly after: number;
  readonly through: number;
  readonly limit: number;
  readonly sort: { readonly seq: 1 | -1 };
}

const books = 'cdrs';
/** Clocks of controllers may differ by so much, in milliseconds. */
const skewMs = 600_000;
const streamed = 500;
/** Documents of one write, which has to be done within the store's deadline. */
const atOnce = 100;

/** The numbers in the collection `cdrs`; the collection `ledger`: who gives them, and how far they are. */
export class Ledgers implements LedgerStore {
  readonly #connection: Connection;
  readonly #cdrs: Collection<CdrDocument>;
  readonly #ledger: Collection<LedgerDocument>;
  #begun = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#cdrs = connection.database.collection('cdrs');
    this.#ledger = connection.database.collection('ledger');
  }

  async lease(owner: string, now: Date, leaseMs: number): Promise<Ledger | undefined> {
    const until = new Date(now.getTime() + leaseMs);
    const take = (from: Filter<LedgerDocument>) =>
      this.#connection.run('ledger.lease', () =>
        this.#ledger.findOneAndUpdate(from, { $set: { owner, until } }, { returnDocument: 'after' }),
      );
    await this.#begin();
    const taken = (await take({ _id: books, owner })) ?? (await take({ _id: books, until: { $lte: now } }));
    return taken ? fromDocument(taken) : undefined;
  }

  /** Once, not with each lease: of upserts at once FerretDB lets one fail. */
  async #begin(): Promise<void> {
    if (this.#begun) return;
    await this.#connection.run('ledger.begin', async () => {
      try {
        await this.#ledger.updateOne(
          { _id: books },
          { $setOnInsert: { through: 0, until: new Date(0) } },
          { upsert: true },
        );
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
    });
    this.#begun = true;
  }

  async release(owner: string): Promise<void> {
    await this.#connection.run('ledger.release', () =>
      this.#ledger.updateOne({ _id: books, owner }, { $set: { owner: '', until: new Date(0) } }),
    );
  }

  async ledger(): Promise<Ledger> {
    const found = await this.#connection.run('ledger.ledger', () => this.#ledger.findOne({ _id: books }));
    return found ? fromDocument(found) : { through: 0 };
  }

  async number(ledger: Ledger, now: Date, limit: number): Promise<Ledger> {
    await this.#mark(ledger, now);
    const waiting = await this.#connection.run('ledger.number', () =>
      this.#cdrs
        .find(
          { unnumbered: { $exists: true } },
          { sort: { unnumbered: 1 }, limit, projection: { accountcode: 1, class: 1 } },
        )
        .toArray(),
    );
    if (waiting.length > 0) await this.#give(ledger, waiting);
    const given = await this.#numbersAfter(ledger, 2 * limit);
    let posting = ledger.through;
    // A gap is left by somebody whose lease ended in mid-work, and is filled first the next time.
    while (given.has(posting + 1)) posting += 1;
    if (posting === ledger.through) return ledger;
    return this.#advance('ledger.number', ledger, { $set: { posting } });
  }

  posted(ledger: Ledger): Promise<Ledger> {
    const { posting = ledger.through } = ledger;
    return this.#advance('ledger.posted', ledger, { $set: { through: posting }, $unset: { posting: '' } });
  }

  page(after: number, through: number, filter: CdrFilter, limit: number): Promise<NumberedCdr[]> {
    return this.#page('ledger.page', { after, through, limit, sort: { seq: 1 } }, filter);
  }

  pageBack(after: number, through: number, filter: CdrFilter, limit: number): Promise<NumberedCdr[]> {
    return this.#page('ledger.pageBack', { after, through, limit, sort: { seq: -1 } }, filter);
  }

  async #page(
    operation: string,
    { after, through, limit, sort }: PageRange,
    { from, to, events, mailbox, trunk }: CdrFilter,
  ): Promise<NumberedCdr[]> {
    const start = {
      ...(from === undefined ? {} : { $gte: from }),
      ...(to === undefined ? {} : { $lt: to }),
    };
    const found = await this.#connection.run(operation, () =>
      this.#cdrs
        .find(
          {
            seq: { $exists: true, $gt: after, $lte: through },
            ...(from === undefined && to === undefined ? {} : { start }),
            ...(events === undefined ? {} : { event: { $in: [...events] } }),
            ...(mailbox === undefined ? {} : { accountcode: mailbox }),
            ...(trunk === undefined ? {} : { channel: trunk }),
          },
          { sort, limit },
        )
        .toArray(),
    );
    return found.map(numbered);
  }

  async before(from: Date): Promise<number> {
    const at = new Date(from.getTime() - skewMs);
    const found = await this.#connection.run('ledger.before', () =>
      this.#ledger.findOne({ at: { $exists: true, $lte: at } }, { sort: { at: -1 } }),
    );
    return found?.through ?? 0;
  }

  async *startedWithin(from: Date, to: Date, through: number): AsyncIterable<NumberedCdr> {
    const cursor = this.#cdrs.find(
      { start: { $gte: from, $lt: to }, seq: { $lte: through } },
      { sort: { start: 1 }, batchSize: streamed },
    );
    try {
      for (;;) {
        const more = await this.#connection.run('ledger.startedWithin', () => cursor.hasNext());
        if (!more) return;
        for (const document of cursor.readBufferedDocuments()) yield numbered(document);
      }
    } finally {
      await cursor.close();
    }
  }

  async reprice(prices: readonly Repriced[]): Promise<void> {
    if (prices.length === 0) return;
    const again = { unnumbered: this.#connection.now(), counted: true as const };
    const updates = prices.map(({ id, cost, currency = '', rate = '' }) => ({
      updateOne: {
        filter: { _id: id },
        update:
          cost === undefined
            ? { $set: again, $unset: { seq: '', cost: '', currency: '', rate: '' } as const }
            : { $set: { ...again, cost, currency, rate }, $unset: { seq: '' } as const },
      },
    }));
    await this.#connection.run('ledger.reprice', () => this.#cdrs.bulkWrite(updates, { ordered: false }));
  }

  async removeBefore(start: Date, limit: number): Promise<boolean> {
    return this.#connection.run('ledger.removeBefore', async () => {
      const books_ = await this.#ledger.findOneAndUpdate(
        { _id: books },
        { $max: { since: start } },
        { returnDocument: 'after' },
      );
      if (!books_) return false;
      const old = await this.#cdrs
        .find(
          { start: { $lt: start }, seq: { $lte: books_.through } },
          { limit, sort: { start: -1 }, projection: { _id: 1 } },
        )
        .toArray();
      if (old.length > 0) await this.#cdrs.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } });
      await this.#ledger.deleteMany({ at: { $exists: true, $lt: start } });
      return old.length === limit;
    });
  }

  /** Once an hour: records that are written later have later numbers. */
  async #mark({ through }: Ledger, at: Date): Promise<void> {
    const _id = `hour ${at.toISOString().slice(0, 13)}`;
    await this.#connection.run('ledger.mark', async () => {
      try {
        await this.#ledger.updateOne({ _id }, { $setOnInsert: { at, through } }, { upsert: true });
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
    });
  }

  async #give(
    ledger: Ledger,
    waiting: readonly Pick<CdrDocument, '_id' | 'accountcode' | 'class'>[],
  ): Promise<void> {
    const taken = await this.#numbersAfter(ledger, 2 * waiting.length + streamed);
    const classes = await this.#classes(waiting.map(({ accountcode }) => accountcode));
    let seq = ledger.through;
    const updates = waiting.map(({ _id, accountcode, class: before }) => {
      do seq += 1;
      while (taken.has(seq));
      // One that was priced anew is in the sums of the class that it had.
      const own = before ?? classes.get(accountcode) ?? '';
      return {
        updateOne: {
          filter: { _id, seq: { $exists: false } },
          update: { $set: { seq, class: own }, $unset: { unnumbered: '' as const } },
        },
      };
    });
    for (let i = 0; i < updates.length; i += atOnce) {
      const some = updates.slice(i, i + atOnce);
      await this.#connection.run('ledger.number', async () => {
        try {
          await this.#cdrs.bulkWrite(some, { ordered: false });
        } catch (error) {
          // Another, whose lease had ended, gave that number: the record has its turn again.
          if (!isOnlyDuplicates(error)) throw error;
        }
      });
    }
  }

  async #numbersAfter({ through }: Ledger, limit: number): Promise<ReadonlySet<number>> {
    const found = await this.#connection.run('ledger.number', () =>
      this.#cdrs
        .find(
          { seq: { $exists: true, $gt: through } },
          { sort: { seq: 1 }, limit, projection: { _id: 0, seq: 1 } },
        )
        .toArray(),
    );
    return new Set(found.map(({ seq = 0 }) => seq));
  }

  async #classes(mailboxes: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const ids = [...new Set(mailboxes)].filter((id) => id !== '');
    if (ids.length === 0) return new Map();
    const found = await this.#connection.run('ledger.number', () =>
      this.#connection.database
        .collection<{ _id: string; classOfService: string }>('mailboxes')
        .find({ _id: { $in: ids } }, { projection: { classOfService: 1 } })
        .toArray(),
    );
    return new Map(found.map(({ _id, classOfService }) => [_id, classOfService]));
  }

  /** Only from where the ledger stood: of two at it one is first. */
  async #advance(operation: string, { through, posting }: Ledger, change: object): Promise<Ledger> {
    const from: Filter<LedgerDocument> = {
      _id: books,
      through,
      posting: posting === undefined ? { $exists: false } : posting,
    };
    const after = await this.#connection.run(operation, () =>
      this.#ledger.findOneAndUpdate(from, change, { returnDocument: 'after' }),
    );
    return after ? fromDocument(after) : this.ledger();
  }
}

function fromDocument({ through, posting, since }: LedgerDocument): Ledger {
  return {
    through,
    ...(posting === undefined ? {} : { posting }),
    ...(since === undefined ? {} : { since }),
  };
}
