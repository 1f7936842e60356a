/** Comma-separated values (RFC 4180): written with commas and quotes where needed and nothing that a spreadsheet would run, read with commas or semicolons. */
import { stringify } from 'csv-stringify/sync';
import type { Tables } from '../ports/tables.ts';
import { disarmed } from './formulas.ts';
import { readTable } from './read-table.ts';

export function openTables(): Tables & AsyncDisposable {
  return {
    read: readTable,
    write: (cells) => stringify([cells.map(disarmed)], { record_delimiter: '\r\n' }),
    async [Symbol.asyncDispose]() {},
  };
}
