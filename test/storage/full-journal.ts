/** A process whose journal is on a disk that gets full, and has room again: `full-journal.ts DIRECTORY`. Prints what lies there. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cdr } from '../../app/core/account/cdr.ts';
import { readJournal } from '../../app/storage/spool/journal-lines.ts';
import { openJournal } from '../../app/storage/spool/journal.ts';
import { keepingLog, type LogLine } from '../ports/silent-log.ts';
import { sampleCdr } from './sample.ts';

const [directory = ''] = process.argv.slice(2);
const said: LogLine[] = [];
const journal = openJournal({ directory }, { log: keepingLog(said) });
const filler = join(directory, 'filler');
writeFileSync(filler, Buffer.alloc(32_768));
let kept = 0;
const keep = (count: number): void => {
  for (let i = 0; i < count; i += 1) journal.keep(sampleCdr({ id: `row ${(kept += 1)}` as Cdr['id'] }));
};
keep(300);
rmSync(filler);
keep(10);
const own = join(directory, 'cdrs');
const name = readdirSync(own).find((one) => one.endsWith('.cdrs')) ?? '';
const { rows, damaged } = readJournal(readFileSync(join(own, name), 'utf8'));
process.stdout.write(
  JSON.stringify({ ids: rows.map(({ row }) => row.id), damaged, said: said.map(({ text }) => text) }),
  () => process.exit(0),
);
