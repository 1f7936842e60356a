/** The controller as a process: its start, and its memory. */
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchProgram } from './bench-options.ts';
import { memoryOf } from './cpu.ts';
import { resultOf } from './result.ts';
import { leaveMessages } from './sipp-load.ts';
import { callerNumber, subscriberNumber, type Stage } from './stage.ts';
import { spreadOf } from './statistics.ts';

const about = [
  'Start: from the start of the process until it says that it is ready, store and switch being up. Memory: resident, idle after ' +
    'the start, and the most that was seen while so many callers leave messages at the same time.',
];

export const controllerProcess: BenchProgram = {
  name: 'controller',
  async run(stage, { quick, rounds }) {
    const starts: number[] = [];
    const idle: number[] = [];
    for (let n = 0; n < (quick ? 1 : rounds); n += 1) {
      await stage.stopController();
      starts.push((await stage.startController()).startMs);
      await pause(quick ? 500 : 3000);
      idle.push(memoryOf(stage.controller.pid));
    }
    const calls = quick ? 20 : 200;
    const busy = await memoryUnderLoad(stage, calls, quick ? 2 : 12);
    const results = [
      resultOf({ name: 'start', unit: 'ms', ours: starts, target: { of: 'ours', most: 2000 } }),
      resultOf({ name: 'memory, idle', unit: 'MiB', ours: idle, target: { of: 'ours', most: 150 } }),
      resultOf({
        name: `memory, ${busy.peak} calls at once`,
        unit: 'MiB',
        ours: [Math.max(...busy.memory)],
        target: { of: 'ours', most: 300 },
        spread: spreadOf(busy.memory),
      }),
    ];
    return { name: 'controller', title: 'The controller as a process', about, results };
  },
};

async function memoryUnderLoad(stage: Stage, calls: number, messageSeconds: number) {
  const memory: number[] = [];
  const timer = setInterval(() => memory.push(memoryOf(stage.controller.pid)), 100);
  try {
    const { peak } = await leaveMessages({
      server: stage.server,
      numbers: Array.from({ length: calls }, (_, n) => ({
        to: subscriberNumber('texted', n),
        from: callerNumber(n),
      })),
      callsPerSecond: 25,
      calls,
      messageSeconds,
      folder: `${stage.directory}/load`,
    });
    return { memory, peak };
  } finally {
    clearInterval(timer);
  }
}
