import type { Summary, SummaryKind } from '../../core/account/summary.ts';
import { localTime } from '../../core/time/local-time.ts';
import type { SummaryFilter } from '../../ports/billing.ts';
import type { OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { openBooks } from '../office/books.ts';
import type { Office } from '../office/office.ts';
import { bytes, duration } from '../output/text.ts';
import { costOf } from './list.ts';

interface SummaryChoice {
  readonly by: SummaryKind;
  readonly from?: string;
  readonly to?: string;
  readonly name?: string;
}

const day = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const month = /^\d{4}-(0[1-9]|1[0-2])$/;

export async function summariseCdrs(
  { office, out, terminal }: OfficeRun,
  choice: SummaryChoice,
): Promise<void> {
  const { by, name } = choice;
  const thisMonth = localTime(new Date(), office.config.billing.timeZone).day.slice(0, 7);
  const from = choice.from ?? thisMonth;
  const to = choice.to ?? from;
  const alike = [day, month].some((form) => form.test(from) && form.test(to));
  if (!alike)
    throw new Failure('usage', '--from, --to: allowed: two days (2026-01-31) or two months (2026-01)');
  await openBooks(office, terminal.signal);
  const named = name === undefined ? undefined : await nameOf(office, by, name);
  const filter: SummaryFilter = { from, to, by, ...(named === undefined ? {} : { name: named }) };
  const count = await out.list(
    summariesOf(office, filter),
    [
      { title: 'period' },
      { title: by },
      { title: 'event' },
      { title: 'direction' },
      { title: 'count', right: true },
      { title: 'answered', right: true },
      { title: 'billed', right: true },
      { title: 'segments', right: true },
      { title: 'pages', right: true },
      { title: 'size', right: true },
      { title: 'cost', right: true },
    ],
    (one) => [
      one.period,
      one.name,
      one.event,
      one.direction,
      String(one.count),
      String(one.answered),
      duration(one.billsec),
      String(one.segments),
      String(one.pages),
      bytes(one.bytes),
      costOf(one.cost, one.currency),
    ],
    (one) => one,
  );
  if (count === 0) await out.line('nothing');
}

/** Subscribers stand in the books by the ids of their mailboxes. */
async function nameOf(office: Office, by: SummaryKind, name: string): Promise<string> {
  return by === 'mailbox' && name.startsWith('+') ? (await office.mailbox(name)).id : name;
}

const pageSize = 500;

async function* summariesOf({ store }: Office, filter: SummaryFilter): AsyncGenerator<Summary> {
  let after: string | undefined;
  do {
    const page = await store.summaries.list(filter, after, pageSize);
    yield* page.summaries;
    after = page.next;
  } while (after !== undefined);
}

export async function rebuildCdrs(
  { office, out, terminal }: OfficeRun,
  { from, to, reprice = false }: { readonly from: string; readonly to: string; readonly reprice?: boolean },
): Promise<void> {
  if (!day.test(from) || !day.test(to) || from > to)
    throw new Failure('usage', '--from, --to: allowed: two days, as 2026-01-01 and 2026-01-31');
  const { billing } = await openBooks(office, terminal.signal);
  const rebuilt = await billing.rebuild(from, to, reprice);
  if (rebuilt.kind === 'too-old')
    throw new Failure(
      'refused',
      `records of ${rebuilt.day} are not kept any more: its sums stay as they are`,
    );
  if (rebuilt.kind === 'busy') throw new Failure('failed', 'another is at the books; try again in a minute');
  const { records, repriced } = rebuilt;
  await office.note('cdr-rebuilt', undefined, `${from} to ${to}`);
  if (out.json) await out.document({ from, to, records, repriced });
  await out.line(
    `${records} records counted anew${reprice ? `, ${repriced} of them with another price` : ''}`,
  );
}
