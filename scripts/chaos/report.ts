import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout } from '../stack/machine.ts';
import { wrongOf } from './checker.ts';
import type { LoadResult } from './measure-load.ts';
import type { ChaosReport } from './run.ts';

/** As words for a terminal. */
export function reportLines({ seed, faults, verdict, seconds, disturbedSeconds }: ChaosReport): string[] {
  const faultsMade = Object.entries(faults).map(([kind, count]) => `${count} ${kind}`);
  const sum = Object.values(faults).reduce((total, count) => total + count, 0);
  const each = (count: number) => (count === 0 ? '-' : (disturbedSeconds / count).toFixed(1));
  return [
    `seed ${seed}, ${seconds} s: ${faultsMade.join(', ') || 'no faults'}`,
    `${verdict.calls} calls, ${verdict.finished} spoke to the end, ${verdict.messages} messages, ${verdict.recovered} of calls that were broken off (${verdict.cut} marked as cut)`,
    `${verdict.heard} heard by reference; ${verdict.toldTwice} told twice`,
    `a fault each ${each(sum)} s, a finished deposit each ${each(verdict.finished)} s`,
    ...wrongOf(verdict).map(
      ([what, list]) =>
        `${what}: ${list.length}${list.length === 0 ? '' : ` ${list.slice(0, 5).join('; ')}`}`,
    ),
  ];
}

/** Puts a row at the end of the table in docs/reliability.md. */
export async function writeReport(
  { seed, faults, verdict, seconds }: ChaosReport,
  command: string,
): Promise<void> {
  const sum = Object.values(faults).reduce((total, count) => total + count, 0);
  await addRow('runs', [
    seed,
    sum,
    verdict.finished,
    verdict.lost.length,
    verdict.doubled.length,
    verdict.corrupted.length,
    verdict.leaked.length,
    verdict.untold.length,
    verdict.toldTwice,
    seconds,
    `\`${command}\``,
  ]);
}

/** The same of a load. */
export async function writeLoad(
  { atOnce, calls, lost, damaged, dead, behindMs, memory, refused }: LoadResult,
  minutes: number,
  command: string,
): Promise<void> {
  const { from, to, slope } = memory;
  await addRow('loads', [
    atOnce,
    minutes,
    calls,
    lost,
    damaged,
    dead,
    `${(behindMs / 1000).toFixed(1)} s`,
    `${from.toFixed(0)} to ${to.toFixed(0)} MiB, ${slope.toFixed(1)} MiB an hour`,
    `${refused.statuses.join(' ')} in ${refused.longestMs.toFixed(0)} ms`,
    `\`${command}\``,
  ]);
}

async function addRow(table: 'runs' | 'loads', cells: readonly (string | number)[]): Promise<void> {
  const file = join(checkout, 'docs/reliability.md');
  const page = await readFile(file, 'utf8');
  const mark = `<!-- ${table} end -->`;
  const row = [new Date().toISOString().slice(0, 10), ...cells].join(' | ');
  await writeFile(file, page.replace(mark, `| ${row} |\n${mark}`));
}
