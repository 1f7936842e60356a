/** A journal's lines: a record as JSON each; the last line of an id holds. */
import type { Cdr } from '../../core/account/cdr.ts';

interface Line {
  readonly row?: Cdr;
  readonly open?: true;
  readonly drop?: string;
}

export function writeLine(row: Cdr, open: boolean): string {
  return `${JSON.stringify(open ? { row, open } : { row })}\n`;
}

export interface JournalRows {
  readonly rows: { readonly row: Cdr; readonly open: boolean }[];
  /** Lines that could not be read. */
  readonly damaged: number;
}

export function readJournal(text: string): JournalRows {
  const rows = new Map<string, { readonly row: Cdr; readonly open: boolean }>();
  let damaged = 0;
  const lines = text.split('\n');
  for (const [i, line] of lines.entries()) {
    if (line === '') continue;
    const read = parse(line);
    // The last line breaks off where the machine did: it was never kept.
    if (read === undefined) damaged += i === lines.length - 1 ? 0 : 1;
    else if (read.row === undefined) rows.delete(read.drop ?? '');
    else rows.set(read.row.id, { row: read.row, open: read.open === true });
  }
  return { rows: [...rows.values()], damaged };
}

const times = new Set(['start', 'answer', 'end']);

function parse(line: string): Line | undefined {
  let read: Line;
  try {
    read = JSON.parse(line, (key, value: unknown) =>
      times.has(key) && typeof value === 'string' ? new Date(value) : value,
    ) as Line;
  } catch {
    return undefined;
  }
  if (typeof read !== 'object' || read === null) return undefined;
  const { row } = read;
  const whole =
    typeof row?.id === 'string' && row.start instanceof Date && !Number.isNaN(row.start.getTime());
  return typeof read.drop === 'string' || whole ? read : undefined;
}
