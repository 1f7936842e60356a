/**
 * `npm run bench -- [--quick] [--rounds N] [--messages N] [--only NAME]... [--out FOLDER] [--sealed]`: native `VoiceMail()` and this system on the
 * same Asterisk. Without --quick the figures go to docs/benchmarks/; --sealed is with encryption at rest.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout } from '../stack/machine.ts';
import { ariWire } from './ari-wire.ts';
import type { BenchOptions, BenchProgram } from './bench-options.ts';
import { billing } from './billing.ts';
import { controllerProcess } from './controller-process.ts';
import { depositCpu } from './deposit-cpu.ts';
import { dtmfStop } from './dtmf-stop.ts';
import { esl } from './esl.ts';
import { events } from './events.ts';
import { firstSound } from './first-sound.ts';
import { hangUp } from './hang-up.ts';
import { heldCalls } from './held-calls.ts';
import { login } from './login.ts';
import { commit, machineFacts } from './machine-facts.ts';
import { reference } from './reference.ts';
import { replication } from './replication.ts';
import { terminalTable, writeReport } from './report.ts';
import type { Bench } from './result.ts';
import { search } from './search.ts';
import { openStage, type Stage } from './stage.ts';
import { web } from './web.ts';

const programs: readonly BenchProgram[] = [
  depositCpu,
  firstSound,
  hangUp,
  dtmfStop,
  reference,
  login,
  heldCalls,
  ariWire,
  controllerProcess,
  search,
  billing,
  esl,
  events,
  web,
  replication,
];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      messages: { type: 'string' },
      only: { type: 'string', multiple: true },
      out: { type: 'string' },
      sealed: { type: 'boolean', default: false },
    },
  });
  const chosen = choose(values.only);
  const options: BenchOptions = {
    quick: values.quick,
    rounds: roundsOf(values.rounds, values.quick),
    messages: values.messages === undefined ? undefined : numberOf('messages', values.messages, 100_000),
    say: (line) => console.log(`  ${line}`),
  };
  const out = values.out ?? (values.quick ? undefined : join(checkout, 'docs/benchmarks'));
  await using stage = await openStage({ sealed: values.sealed });
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stage[Symbol.asyncDispose]().then(() => process.exit(130)));
  await stage.startController();
  for (const program of chosen) {
    console.log(program.name);
    const bench = await program.run(stage, options);
    console.log(`${terminalTable(bench.results)}\n`);
    if (out !== undefined) await writeReport(resolve(out), bench, await circumstances(stage, bench, options));
  }
}

function choose(only: readonly string[] | undefined): readonly BenchProgram[] {
  if (only === undefined) return programs;
  const unknown = only.find((name) => !programs.some((program) => program.name === name));
  if (unknown !== undefined)
    throw new Error(`no bench ${unknown}; there are ${programs.map(({ name }) => name).join(', ')}`);
  return programs.filter(({ name }) => only.includes(name));
}

function roundsOf(text: string | undefined, quick: boolean): number {
  if (text === undefined) return quick ? 1 : 5;
  return numberOf('rounds', text, 100);
}

function numberOf(name: string, text: string, most: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most)
    throw new Error(`--${name} ${text}: a whole number from 1 to ${most}`);
  return number;
}

async function circumstances(stage: Stage, bench: Bench, options: BenchOptions) {
  const version = /Asterisk \S+/.exec(await stage.asterisk.cli('core show version'))?.[0] ?? 'Asterisk';
  const info = await stage.client.db('admin').command({ buildInfo: 1 });
  const ferretdb = info['ferretdb'] as { version?: string } | undefined;
  const store =
    ferretdb === undefined ? `MongoDB ${String(info['version'])}` : `FerretDB ${ferretdb.version ?? ''}`;
  const rounds =
    (options.rounds === 5 ? '' : ` --rounds ${options.rounds}`) +
    (options.messages === undefined ? '' : ` --messages ${options.messages}`);
  return {
    date: new Date(),
    commit: commit(),
    command: `npm run bench -- --only ${bench.name}${rounds}${options.quick ? ' --quick' : ''}`,
    machine: machineFacts({ asterisk: version, store }),
  };
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
