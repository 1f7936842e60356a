import { parse } from 'csv-parse/sync';
import type { TableRow } from '../ports/tables.ts';
import { rearmed } from './formulas.ts';
import { linesOf, type Line } from './lines.ts';

/** Longest line, in bytes: a hundred members in each of 99 lists fit. */
const longestLine = 256 * 1024;
const mostShown = 40;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8');

/** Lines that are parsed at once: the parser is slow to begin. */
const atOnce = 200;

/**
 * Each line is a row by itself: a quote that is not closed spoils its own line and no other. (No cell of ours has a line
 * break in it.)
 */
export async function* readTable(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<TableRow> {
  let delimiter: ',' | ';' | undefined;
  let lines: (TextLine | TableRow)[] = [];
  for await (const one of linesOf(bytes, longestLine)) {
    const line = textOf(one);
    if (line.kind === 'text') {
      if (line.text.trim() === '') continue;
      // Where the comma is in numbers, spreadsheets write semicolons.
      delimiter ??= line.text.includes(';') && !line.text.includes(',') ? ';' : ',';
    }
    lines.push(line);
    if (lines.length < atOnce) continue;
    yield* rowsOf(lines, delimiter ?? ',');
    lines = [];
  }
  yield* rowsOf(lines, delimiter ?? ',');
}

interface TextLine {
  readonly kind: 'text';
  readonly line: number;
  readonly text: string;
}

function textOf({ line, bytes }: Line): TextLine | TableRow {
  if (bytes === undefined) return { kind: 'unreadable', line, why: 'too-long', found: '' };
  try {
    const text = strict.decode(bytes);
    // The byte order mark that spreadsheets begin with.
    return { kind: 'text', line, text: line === 1 ? text.replace(/^\u{feff}/u, '') : text };
  } catch {
    const found = lenient.decode(bytes.subarray(0, 4 * mostShown)).slice(0, mostShown);
    return { kind: 'unreadable', line, why: 'not-utf-8', found };
  }
}

function* rowsOf(lines: readonly (TextLine | TableRow)[], delimiter: string): Generator<TableRow> {
  const texts = lines.flatMap((line) => (line.kind === 'text' ? [line.text] : []));
  const rows = cellsOf(texts, delimiter);
  let next = 0;
  for (const line of lines) {
    if (line.kind !== 'text') {
      yield line;
      continue;
    }
    const cells = rows?.[next] ?? cellsOf([line.text], delimiter)?.[0];
    next += 1;
    if (cells !== undefined) yield { kind: 'row', line: line.line, cells: cells.map(rearmed) };
    else yield { kind: 'unreadable', line: line.line, why: 'quotes', found: line.text.slice(0, mostShown) };
  }
}

/** The cells of each line; `undefined` if one of them has quotes that do not close in it or are where they must not be. */
function cellsOf(lines: readonly string[], delimiter: string): string[][] | undefined {
  try {
    const rows = parse(lines.join('\n'), { delimiter, record_delimiter: '\n', relax_column_count: true });
    return rows.length === lines.length ? rows : undefined;
  } catch {
    return undefined;
  }
}
