/** Records and summaries as rows of a table. */
import { totalNames, type NumberedCdr, type Summary } from './summary.ts';

/** Columns of records; times are UTC (ISO 8601), `cost` is in micro-units. */
export const cdrColumns = [
  'seq',
  'id',
  'event',
  'direction',
  'src',
  'dst',
  'clid',
  'privacy',
  'channel',
  'dcontext',
  'lastapp',
  'start',
  'answer',
  'end',
  'duration',
  'billsec',
  'disposition',
  'hangup_cause',
  'uniqueid',
  'linkedid',
  'accountcode',
  'class',
  'userfield',
  'faxpages',
  'faxbitrate',
  'faxmode',
  'remotestationid',
  'faxstatus',
  'segments',
  'bytes',
  'providerid',
  'incomplete',
  'cost',
  'currency',
  'rate',
] as const satisfies readonly (keyof NumberedCdr)[];

export const summaryColumns = [
  'period',
  'by',
  'name',
  'event',
  'direction',
  'currency',
  ...totalNames,
] as const satisfies readonly (keyof Summary)[];

export function cdrCells(row: NumberedCdr): string[] {
  return cdrColumns.map((column) => cellOf(row[column]));
}

/** For JSON: the columns in their order, without those that are absent. */
export function cdrObject(row: NumberedCdr): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    cdrColumns.flatMap((column) => (row[column] === undefined ? [] : [[column, row[column]]])),
  );
}

export function summaryCells(summary: Summary): string[] {
  return summaryColumns.map((column) => cellOf(summary[column]));
}

function cellOf(value: Date | string | number | boolean | undefined): string {
  return value instanceof Date ? value.toISOString() : String(value ?? '');
}
