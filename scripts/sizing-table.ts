/** What a farm needs, worked out from what the benches measured last (docs/benchmarks). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from './stack/machine.ts';

interface Measured {
  readonly date: string;
  readonly machine: { readonly processor: string };
  readonly results: readonly { readonly name: string; readonly ours: number; readonly unit: string }[];
}

/** Messages in the busiest hour that are worked out. */
const busyHours = [1_000, 10_000, 50_000, 100_000];
/** A processor is planned to be busy for this share of the busiest hour: calls come in bunches. */
const share = 0.4;
/** Messages of a busiest hour are so many of a day's. */
const hoursADay = 8;
/** Of a message with a text, as measured. */
const seconds = 20;
const bytesASecond = 8_000;

function measured(name: string): Measured {
  return JSON.parse(readFileSync(join(checkout, `docs/benchmarks/${name}.json`), 'utf8')) as Measured;
}

function valueOf({ results }: Measured, name: string): number {
  const found = results.find((one) => one.name === name);
  if (found === undefined) throw new Error(`docs/benchmarks has no ${name}`);
  return found.ours;
}

/** Markdown; the same measurements make the same page. */
export function sizingTable(): string {
  const deposit = measured('deposit-cpu');
  const parts = ['Asterisk', 'controller', 'store'] as const;
  const cost = parts.map((part) => valueOf(deposit, `${seconds} s, a text each: ${part}`));
  const memory = valueOf(measured('controller'), 'memory, 200 calls at once');
  const rows = busyHours.map((messages) => {
    const cores = cost.map((ms) => ((messages / 3600) * ms) / 1000 / share);
    const calls = (messages / 3600) * (seconds + 10);
    const disk = (messages * hoursADay * seconds * bytesASecond) / 1e9;
    return [
      messages.toLocaleString('en'),
      calls.toFixed(0),
      ...cores.map((n) => n.toFixed(2)),
      disk.toFixed(1),
    ];
  });
  const head = [
    'messages in the busiest hour',
    'calls at once',
    'cores: Asterisk',
    'controller',
    'store',
    'GB a day',
  ];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
    '',
    `Messages of ${seconds} s and a text for each, by \`npm run sizing\` from what was measured on ${deposit.date.slice(0, 10)} on ${deposit.machine.processor}:`,
    `${parts.map((part, i) => `${part} ${cost[i]} ms`).join(', ')} of processor time a message; a controller had ${memory} MiB with 200 calls at once. Processors`,
    `are planned to be busy for ${share * 100} % of the busiest hour, a day is ${hoursADay} of them, and speech lies as it came (8 kB a second) until it is compressed.`,
  ].join('\n');
}
