import { randomUUID } from 'node:crypto';
import type { Collection } from 'mongodb';
import { spanOf, summaryId, totalNames, type Summary, type SummaryKind } from '../core/account/summary.ts';
import type { SummaryFilter, SummaryPage, SummaryStore } from '../ports/billing.ts';
import type { Connection } from './connection.ts';
import { isOnlyDuplicates } from './faults.ts';

interface SummaryDocument extends Summary {
  _id: string;
  span: 'day' | 'month';
  /** Number of the last record of the last batch that is in it. */
  through: number;
  /** The counting anew that it was last of. */
  pass?: string;
}

/** Documents of one write, which has to be done within the store's deadline. */
const atOnce = 100;
const nothing = Object.fromEntries(totalNames.map((name) => [name, 0])) as Record<
  (typeof totalNames)[number],
  0
>;

/** The collection `summaries`: one document a period, subject, event, direction and currency. */
export class Summaries implements SummaryStore {
  readonly #connection: Connection;
  readonly #summaries: Collection<SummaryDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#summaries = connection.database.collection('summaries');
  }

  async add(summaries: readonly Summary[], through: number): Promise<void> {
    for (let i = 0; i < summaries.length; i += atOnce) {
      const updates = summaries.slice(i, i + atOnce).map((summary) => {
        const { period, by, name, event, direction, currency, ...totals } = summary;
        const key = { period, by, name, event, direction, currency, span: spanOf(period) };
        return {
          updateOne: {
            filter: { _id: summaryId(summary), through: { $lt: through } },
            update: { $inc: totals, $set: { through }, $setOnInsert: key },
            upsert: true,
          },
        };
      });
      await this.#connection.run('summaries.add', async () => {
        try {
          await this.#summaries.bulkWrite(updates, { ordered: false });
        } catch (error) {
          // It has the batch already, and is not made a second time.
          if (!isOnlyDuplicates(error)) throw error;
        }
      });
    }
  }

  async replace(
    period: string,
    summaries: AsyncIterable<readonly Summary[]>,
    through: number,
  ): Promise<void> {
    const pass = randomUUID();
    for await (const all of summaries) {
      for (let i = 0; i < all.length; i += atOnce) {
        const puts = all.slice(i, i + atOnce).map((summary) => {
          const document = { ...summary, span: spanOf(period), through, pass };
          const replacement = { replaceOne: { filter: { _id: summaryId(summary) }, replacement: document } };
          return { replaceOne: { ...replacement.replaceOne, upsert: true } };
        });
        await this.#connection.run('summaries.replace', () =>
          this.#summaries.bulkWrite(puts, { ordered: false }),
        );
      }
    }
    // What is left of before stays with nothing in it: a batch that comes late finds that it is in.
    await this.#connection.run('summaries.replace', () =>
      this.#summaries.updateMany({ period, pass: { $ne: pass } }, { $set: { ...nothing, through, pass } }),
    );
  }

  async list(filter: SummaryFilter, after: string | undefined, limit: number): Promise<SummaryPage> {
    const { from, to, by, name } = filter;
    const span = spanOf(from);
    const first = after === undefined ? { $gte: `${span}|${by}|${from}|` } : { $gt: after };
    const last = `${span}|${by}|${to}|\u{ffff}`;
    const found = await this.#connection.run('summaries.list', () =>
      this.#summaries
        .find(
          {
            ...(name === undefined ? {} : { by, name, period: { $gte: from, $lte: to } }),
            _id: { ...first, $lte: last },
            count: { $gt: 0 },
          },
          { sort: { _id: 1 }, limit },
        )
        .toArray(),
    );
    const next = found.length === limit ? found.at(-1)?._id : undefined;
    return { summaries: found.map(fromDocument), ...(next === undefined ? {} : { next }) };
  }

  async daysOf(by: SummaryKind, names: readonly string[], month: string): Promise<Summary[]> {
    const period = { $gte: `${month}-01`, $lte: `${month}-31` };
    const found = await this.#connection.run('summaries.daysOf', () =>
      this.#summaries.find({ by, name: { $in: [...names] }, period, count: { $gt: 0 } }).toArray(),
    );
    return found.map(fromDocument);
  }

  async names(period: string, by: SummaryKind, after: string | undefined, limit: number): Promise<string[]> {
    const found = await this.#connection.run('summaries.names', () =>
      this.#summaries
        .find(
          { period, by, name: after === undefined ? { $gte: '' } : { $gt: after } },
          { sort: { name: 1 }, limit, projection: { _id: 0, name: 1 } },
        )
        .toArray(),
    );
    return [...new Set(found.map(({ name }) => name))];
  }

  async removeBefore(month: string): Promise<void> {
    const query = { period: { $lt: month } };
    for (;;) {
      const removed = await this.#connection.run('summaries.removeBefore', async () => {
        const old = await this.#summaries.find(query, { limit: atOnce, projection: { _id: 1 } }).toArray();
        if (old.length > 0) await this.#summaries.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } });
        return old.length;
      });
      if (removed < atOnce) return;
    }
  }
}

function fromDocument(document: SummaryDocument): Summary {
  const { _id, span: _span, through: _through, pass: _pass, ...summary } = document;
  return summary;
}
