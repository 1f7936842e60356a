/** Totals of call detail records by day and month, for subscribers, classes of service and trunks. */
import { localTime } from '../time/local-time.ts';
import type { Cdr } from './cdr.ts';

export const summaryKinds = ['mailbox', 'class', 'trunk'] as const;
export type SummaryKind = (typeof summaryKinds)[number];

export interface SummaryKey {
  /** `YYYY-MM-DD` or `YYYY-MM`, by the billing zone, of the start of what is counted. */
  readonly period: string;
  readonly by: SummaryKind;
  /** Mailbox id, class or trunk; empty where there is none. */
  readonly name: string;
  readonly event: Cdr['event'];
  readonly direction: Cdr['direction'];
  /** Of the cost; empty where nothing was rated. */
  readonly currency: string;
}

export const totalNames = [
  'count',
  'answered',
  'duration',
  'billsec',
  'segments',
  'pages',
  'bytes',
  'cost',
] as const;

/** Whole numbers; `duration` and `billsec` in seconds, `cost` in micro-units. */
export type Totals = Readonly<Record<(typeof totalNames)[number], number>>;

export interface Summary extends SummaryKey, Totals {}

/** A record with its number in the order of writing down, and the class of service of its mailbox. */
export interface NumberedCdr extends Cdr {
  /** From 1; another one, higher than all before, when it is priced anew. */
  readonly seq: number;
  readonly class: string;
  /** It got this number when it was priced anew: the sums have it. */
  readonly counted?: true;
}

/** @param zone IANA zone of the days */
export function summarise(rows: Iterable<Omit<NumberedCdr, 'id' | 'seq'>>, zone: string): Summary[] {
  const found = new Map<string, Summary>();
  sumUp(found, rows, zone);
  return [...found.values()];
}

/** The same of rows that come one after the other, by what `summaryId` says of their sums. */
export function sumUp(
  found: Map<string, Summary>,
  rows: Iterable<Omit<NumberedCdr, 'id' | 'seq'>>,
  zone: string,
  periods: 'days' | 'days-and-months' = 'days-and-months',
): void {
  for (const row of rows) {
    const day = localTime(row.start, zone).day;
    const own = totalsOf(row);
    for (const period of periods === 'days' ? [day] : [day, monthOf(day)]) {
      for (const key of keysOf(row, period)) add(found, key, own);
    }
  }
}

/** Sums of days as months. */
export function monthly(days: Iterable<Summary>): Summary[] {
  const found = new Map<string, Summary>();
  for (const { period, by, name, event, direction, currency, ...totals } of days)
    add(found, { period: monthOf(period), by, name, event, direction, currency }, totals);
  return [...found.values()];
}

export function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** One text for one key. */
export function summaryId({ period, by, name, event, direction, currency }: SummaryKey): string {
  return [`${spanOf(period)}|${by}|${period}`, event, direction, currency, name].join('|');
}

export function spanOf(period: string): 'day' | 'month' {
  return period.length > 7 ? 'day' : 'month';
}

function keysOf(row: Omit<NumberedCdr, 'id' | 'seq'>, period: string): SummaryKey[] {
  const { event, direction, currency = '' } = row;
  const common = { period, event, direction, currency };
  return [
    { ...common, by: 'mailbox', name: row.accountcode },
    { ...common, by: 'class', name: row.class },
    { ...common, by: 'trunk', name: row.channel },
  ];
}

function totalsOf(row: Omit<Cdr, 'id'>): Totals {
  return {
    count: 1,
    answered: row.disposition === 'ANSWERED' ? 1 : 0,
    duration: row.duration,
    billsec: row.billsec,
    segments: row.segments ?? 0,
    pages: row.faxpages ?? 0,
    bytes: row.bytes ?? 0,
    cost: row.cost ?? 0,
  };
}

function add(found: Map<string, Summary>, key: SummaryKey, more: Totals): void {
  const id = summaryId(key);
  const before = found.get(id);
  const sum = { ...key } as Record<string, unknown>;
  for (const name of totalNames) sum[name] = (before?.[name] ?? 0) + more[name];
  found.set(id, sum as unknown as Summary);
}
