import type { CdrEvent } from '../../core/account/cdr.ts';
import { cdrObject } from '../../core/account/cdr-table.ts';
import type { NumberedCdr } from '../../core/account/summary.ts';
import type { CdrFilter } from '../../ports/billing.ts';
import type { Exports } from '../../services/cdr-export.ts';
import type { OfficeRun } from '../command.ts';
import { openBooks } from '../office/books.ts';
import type { Office } from '../office/office.ts';
import { duration } from '../output/text.ts';

export interface FilterChoice {
  readonly since?: Date;
  readonly before?: Date;
  readonly event?: readonly CdrEvent[];
  readonly number?: string;
  readonly trunk?: string;
}

export async function filterOf(office: Office, choice: FilterChoice): Promise<CdrFilter> {
  const { since, before, event, number, trunk } = choice;
  return {
    ...(since === undefined ? {} : { from: since }),
    ...(before === undefined ? {} : { to: before }),
    ...(event === undefined ? {} : { events: event }),
    ...(number === undefined ? {} : { mailbox: (await office.mailbox(number)).id }),
    ...(trunk === undefined ? {} : { trunk }),
  };
}

const pageSize = 500;

export async function listCdrs(
  { office, out, terminal }: OfficeRun,
  choice: FilterChoice & { readonly limit: number; readonly after: number },
): Promise<void> {
  const { exports } = await openBooks(office, terminal.signal);
  const count = await out.list(
    recordsOf(exports, await filterOf(office, choice), choice.after, choice.limit),
    [
      { title: 'seq', right: true },
      { title: `start (${out.zone()})` },
      { title: 'event' },
      { title: 'direction' },
      { title: 'from', shrinks: true },
      { title: 'to' },
      { title: 'trunk' },
      { title: 'what' },
      { title: 'end' },
      { title: 'length', right: true },
      { title: 'cost', right: true },
    ],
    (one) => [
      String(one.seq),
      out.time(one.start),
      one.event,
      one.direction,
      one.src,
      one.dst,
      one.channel,
      one.lastapp,
      one.disposition,
      duration(one.billsec),
      costOf(one.cost, one.currency),
    ],
    cdrObject,
  );
  if (count === 0) await out.line('no records');
}

async function* recordsOf(
  exports: Exports,
  filter: CdrFilter,
  after: number,
  limit: number,
): AsyncGenerator<NumberedCdr> {
  let left = limit;
  let cursor = after;
  while (left > 0) {
    const page = await exports.page(filter, cursor, Math.min(left, pageSize));
    yield* page.rows;
    left -= page.rows.length;
    cursor = page.cursor;
    if (page.end) return;
  }
}

/** Micro-units exactly, as `0.012000 EUR` without needless zeros. */
export function costOf(micro: number | undefined, currency: string | undefined): string {
  if (micro === undefined || currency === undefined || currency === '') return '';
  const digits = String(Math.abs(micro)).padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0{1,4}$/, '');
  return `${micro < 0 ? '-' : ''}${digits.slice(0, -6)}.${fraction} ${currency}`;
}
