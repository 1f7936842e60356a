/** One run of callers against one of the voice mails, with the CPU time that it cost. */
import { setTimeout as pause } from 'node:timers/promises';
import { cpuOf } from './cpu.ts';
import { keptByUs, keptNatively, type Kept } from './kept-messages.ts';
import { clearNative, nativeNumber } from './native.ts';
import { leaveMessages, type LoadResult } from './sipp-load.ts';
import { callerNumber, subscribers, subscriberNumber, type Kind, type Stage } from './stage.ts';

export type Way = 'native' | Kind;

export interface RoundOptions {
  readonly callsPerSecond: number;
  readonly calls: number;
  readonly messageSeconds: number;
}

/** CPU time in milliseconds. */
export interface Cost {
  readonly asterisk: number;
  readonly controller: number;
  readonly store: number;
}

export interface Round extends LoadResult {
  readonly kept: Kept;
  /** A call, the idle cost of the same time subtracted. */
  readonly perCall: Cost;
  /** A second of the run, nothing subtracted. */
  readonly perSecond: Cost;
}

/** Work that goes on after the last call: texts, records, what the store puts off. */
const settleMs = 1500;
/** Longest wait after that for messages that are late. */
const lateMs = 20_000;

/** CPU milliseconds a second that the processes use with no call up. */
export async function idleCost(stage: Stage, ms: number): Promise<Cost> {
  const before = costSoFar(stage);
  await pause(ms);
  return scaled(difference(costSoFar(stage), before), 1000 / ms);
}

export async function depositRound(
  stage: Stage,
  way: Way,
  options: RoundOptions,
  idle: Cost,
): Promise<Round> {
  if (way === 'native') await clearNative(stage.asterisk.spool);
  const since = new Date();
  const before = costSoFar(stage);
  const began = performance.now();
  const load = await leaveMessages({
    ...options,
    server: stage.server,
    numbers: numbersOf(way),
    folder: `${stage.directory}/load`,
  });
  await pause(settleMs);
  const used = difference(costSoFar(stage), before);
  const seconds = (performance.now() - began) / 1000;
  const kept = await keptInTime(options.calls - load.failed, () =>
    way === 'native'
      ? keptNatively(stage, options.messageSeconds)
      : keptByUs(stage.client, since, options.messageSeconds),
  );
  const perCall = scaled(difference(used, scaled(idle, seconds)), 1 / options.calls);
  return { ...load, kept, perCall, perSecond: scaled(used, 1 / seconds) };
}

/** Under more load than it can bear a system is late with the last ones: late is not lost. */
async function keptInTime(expected: number, count: () => Promise<Kept>): Promise<Kept> {
  const deadline = performance.now() + lateMs;
  for (;;) {
    const kept = await count();
    if (kept.messages >= expected || performance.now() > deadline) return kept;
    await pause(500);
  }
}

/** True if every call left one whole message. */
export function isWhole(round: Round, calls: number): boolean {
  return round.failed === 0 && round.kept.messages === calls && round.kept.short === 0;
}

function numbersOf(way: Way): { to: string; from: string }[] {
  return Array.from({ length: subscribers }, (_, n) => ({
    to: way === 'native' ? nativeNumber(n) : subscriberNumber(way, n),
    from: callerNumber(n),
  }));
}

function costSoFar(stage: Stage): Cost {
  const pids = stage.local.pids;
  return {
    asterisk: cpuOf(stage.asterisk.pid),
    controller: cpuOf(stage.controller.pid),
    store: pids === undefined ? 0 : cpuOf(pids.postgres) + cpuOf(pids.ferretdb),
  };
}

function difference(after: Cost, before: Cost): Cost {
  return {
    asterisk: after.asterisk - before.asterisk,
    controller: after.controller - before.controller,
    store: after.store - before.store,
  };
}

function scaled(cost: Cost, by: number): Cost {
  return { asterisk: cost.asterisk * by, controller: cost.controller * by, store: cost.store * by };
}
