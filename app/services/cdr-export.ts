/**
 * Call detail records as a file, in the order of their numbers. Where an export ends, the next goes on: what comes late has
 * later numbers, so that nothing comes twice and nothing is left out.
 */
import { cdrCells, cdrColumns, cdrObject, summaryCells, summaryColumns } from '../core/account/cdr-table.ts';
import type { NumberedCdr, Summary } from '../core/account/summary.ts';
import type { CdrFilter, LedgerStore, SummaryFilter, SummaryStore } from '../ports/billing.ts';
import type { Tables } from '../ports/tables.ts';

/** Records or summaries read at once. */
const pageSize = 1000;
/** Numbers looked through at once where only some match. */
const windowSize = 20_000;
/** So often for one page that goes back, which somebody waits for. */
const mostWindows = 25;

export interface ExportDeps {
  readonly store: { readonly ledger: LedgerStore; readonly summaries: SummaryStore };
  readonly tables: Pick<Tables, 'write'>;
}

export type ExportForm = 'csv' | 'jsonl';

export interface CdrPage {
  readonly rows: readonly NumberedCdr[];
  /** Where the next page goes on: the number of the last record that was looked at. */
  readonly cursor: number;
  /** Whether there is nothing more now. */
  readonly end: boolean;
}

export interface Exports {
  /** @param after cursor of the page before; 0 at first */
  page(filter: CdrFilter, after: number, limit: number): Promise<CdrPage>;
  /**
   * The newest first. A page may have fewer than `limit`, or none, before the end: the next one looks further back.
   * @param before cursor of the page before; absent at first
   */
  pageBack(filter: CdrFilter, before: number | undefined, limit: number): Promise<CdrPage>;
  /**
   * All that match after the cursor, as lines; at the end it answers the cursor of the next export. A first line names the
   * columns of a table.
   */
  cdrs(filter: CdrFilter, form: ExportForm, after?: number): AsyncGenerator<string, number>;
  summaries(filter: SummaryFilter, form: ExportForm): AsyncGenerator<string>;
}

export function createExports(deps: ExportDeps): Exports {
  const { ledger, summaries } = deps.store;
  const page = async (filter: CdrFilter, after: number, limit: number): Promise<CdrPage> => {
    const { through } = await ledger.ledger();
    const first = filter.from === undefined ? 0 : await ledger.before(filter.from);
    const rows: NumberedCdr[] = [];
    let cursor = Math.max(after, Math.min(first, through));
    while (cursor < through && rows.length < limit) {
      // A subscriber's own are found by an index, however few they are.
      const to = filter.mailbox === undefined ? Math.min(cursor + windowSize, through) : through;
      const wanted = limit - rows.length;
      const found = await ledger.page(cursor, to, filter, wanted);
      rows.push(...found);
      cursor = found.length < wanted ? to : (found.at(-1)?.seq ?? to);
      // What was removed left numbers that nobody has: often millions.
      if (found.length === 0) cursor = ((await ledger.page(to, through, {}, 1))[0]?.seq ?? through + 1) - 1;
    }
    return { rows, cursor, end: cursor >= through };
  };
  return {
    page,
    pageBack: (filter, before, limit) => pageBack(ledger, filter, before, limit),
    async *cdrs(filter, form, after = 0) {
      if (form === 'csv') yield deps.tables.write(cdrColumns);
      let cursor = after;
      for (;;) {
        const next = await page(filter, cursor, pageSize);
        for (const row of next.rows)
          yield form === 'csv' ? deps.tables.write(cdrCells(row)) : jsonLine(cdrObject(row));
        cursor = next.cursor;
        if (next.end) return cursor;
      }
    },
    async *summaries(filter, form) {
      if (form === 'csv') yield deps.tables.write(summaryColumns);
      let after: string | undefined;
      do {
        const next = await summaries.list(filter, after, pageSize);
        for (const one of next.summaries) yield summaryLine(deps, one, form);
        after = next.next;
      } while (after !== undefined);
    },
  };
}

async function pageBack(
  ledger: LedgerStore,
  filter: CdrFilter,
  before = Infinity,
  limit: number,
): Promise<CdrPage> {
  const { through } = await ledger.ledger();
  const first = filter.from === undefined ? 0 : await ledger.before(filter.from);
  const rows: NumberedCdr[] = [];
  /** Those below it are not looked at yet. */
  let cursor = Math.min(before, through + 1);
  for (let n = 0; n < mostWindows && cursor > first + 1 && rows.length < limit; n += 1) {
    const after = filter.mailbox === undefined ? Math.max(first, cursor - 1 - windowSize) : first;
    const wanted = limit - rows.length;
    const found = await ledger.pageBack(after, cursor - 1, filter, wanted);
    rows.push(...found);
    cursor = found.length < wanted ? after + 1 : (found.at(-1)?.seq ?? after + 1);
    if (found.length === 0) cursor = ((await ledger.pageBack(first, after, {}, 1))[0]?.seq ?? first) + 1;
  }
  return { rows, cursor, end: cursor <= first + 1 };
}

function summaryLine({ tables }: ExportDeps, summary: Summary, form: ExportForm): string {
  return form === 'csv' ? tables.write(summaryCells(summary)) : jsonLine(summary);
}

function jsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
