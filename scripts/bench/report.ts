/** Tables of results: on the terminal, and as docs/benchmarks/NAME.json and NAME.md. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineFacts } from './machine-facts.ts';
import type { Bench, Result } from './result.ts';

export interface Circumstances {
  readonly date: Date;
  readonly commit: string;
  readonly command: string;
  readonly machine: MachineFacts;
}

/** Writes both files into a folder, which is made if it is not there. */
export async function writeReport(folder: string, bench: Bench, around: Circumstances): Promise<void> {
  const { name, results } = bench;
  const { commit, command, machine } = around;
  const document = { name, date: around.date.toISOString(), commit, command, machine, results };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(document, undefined, 2)}\n`);
  await writeFile(join(folder, `${name}.md`), markdown(bench, around));
}

export function markdown(bench: Bench, around: Circumstances): string {
  const { machine } = around;
  const lines = [
    `# ${bench.title}`,
    '',
    ...bench.about.flatMap((paragraph) => [paragraph, '']),
    ...table(bench.results),
    '',
    `Measured ${around.date.toISOString().slice(0, 10)} at commit ${around.commit} by \`${around.command}\`: ` +
      `${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Linux ${machine.kernel}, Node ${machine.node}, ` +
      `${machine.asterisk}, ${machine.store}. Load generator, switch, controller and store share the machine; its load average in the five minutes before was ` +
      `${machine.loadBefore}.`,
  ];
  return `${lines.join('\n')}\n`;
}

function table(results: readonly Result[]): string[] {
  const rows = results.map((result) => [
    result.name,
    `${result.ours} ${result.unit}`,
    result.native === undefined ? '' : `${result.native} ${result.unit}`,
    result.ratio === undefined ? '' : String(result.ratio),
    `${result.spread.min}..${result.spread.max}`,
    result.target,
    verdict(result),
  ]);
  const head = ['', 'ours', 'native', 'ratio', 'spread', 'target', ''];
  return aligned([head, ...rows]);
}

function verdict(result: Result): string {
  if (result.target === '') return '';
  return result.ok ? 'reached' : `missed ${result.missed ?? ''}`.trim();
}

/** A Markdown table whose columns line up, as the formatter would have it. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(3, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head = [], ...rest] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)];
}

/** The same for the terminal. */
export function terminalTable(results: readonly Result[]): string {
  return table(results).join('\n');
}
