/** Our own client of ARI beside the library `ari-client`: CPU of a Node process that answers, plays and records. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { checkout } from '../stack/machine.ts';
import type { BenchOptions, BenchProgram } from './bench-options.ts';
import { cpuOf } from './cpu.ts';
import { resultOf } from './result.ts';
import { leaveMessages } from './sipp-load.ts';
import { callerNumber, type Stage } from './stage.ts';

const about = [
  'A process that does nothing but answer, play a greeting and record, once with the project’s own client (REST over the ' +
    'WebSocket of the events), once with the library ari-client (column “native”): CPU of that process for each call, the two in turns.',
];

export const ariWire: BenchProgram = {
  name: 'ari-wire',
  async run(stage, options) {
    const ours: number[] = [];
    const library: number[] = [];
    for (let n = 0; n < options.rounds; n += 1) {
      library.push(await cpuPerCall(stage, 'ari-client', options));
      ours.push(await cpuPerCall(stage, 'own', options));
      options.say(
        `round ${n + 1}: own ${ours.at(-1)?.toFixed(2)}, ari-client ${library.at(-1)?.toFixed(2)} ms a call`,
      );
    }
    const results = [
      resultOf({ name: 'CPU of a call: answer, play, record', unit: 'ms', ours, native: library }),
    ];
    return { name: 'ari-wire', title: 'Our ARI client and ari-client', about, results };
  },
};

async function cpuPerCall(stage: Stage, which: 'own' | 'ari-client', options: BenchOptions): Promise<number> {
  const { ariUrl, user, password, spool } = stage.asterisk;
  const sound = join(stage.directory, 'prompts/en/greeting-default');
  const script = join(checkout, 'scripts/bench/ari-flow.ts');
  const child = spawn(
    'setpriv',
    [
      '--pdeathsig',
      'KILL',
      '--',
      process.execPath,
      '--import',
      'tsx',
      script,
      which,
      ariUrl,
      user,
      password,
      sound,
    ],
    { cwd: checkout, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    await saysReady(child.stdout);
    const load = {
      server: stage.server,
      numbers: Array.from({ length: 100 }, (_, n) => ({ to: `7${10_000 + n}`, from: callerNumber(n) })),
      callsPerSecond: 20,
      messageSeconds: 1,
      folder: `${stage.directory}/load`,
    };
    await leaveMessages({ ...load, calls: options.quick ? 10 : 200 });
    const before = cpuOf(child.pid ?? 0);
    const calls = options.quick ? 20 : 300;
    const { failed } = await leaveMessages({ ...load, calls });
    if (failed > 0) throw new Error(`${which}: ${failed} calls failed`);
    return (cpuOf(child.pid ?? 0) - before) / calls;
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
    await rm(join(spool, 'bench'), { recursive: true, force: true });
  }
}

/** The library writes to the standard output too. */
async function saysReady(output: Readable): Promise<void> {
  for await (const line of createInterface(output)) if (line === 'ready') return;
  throw new Error('the process ended before it was ready');
}
