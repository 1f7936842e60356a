/** A run: load, faults at moments that the seed chooses, quiet, and the judgement. */
import { setTimeout as pause } from 'node:timers/promises';
import { openChance } from '../../test/system/chance.ts';
import { check, wrongOf, type Scores, type Verdict } from './checker.ts';
import { disturb, type DisturbOptions } from './disturb.ts';
import { faultKinds, type FaultKind } from './faults.ts';
import { listenAgain, runLoad } from './load.ts';
import { openWorld, type Plant } from './world.ts';

export interface ChaosOptions extends Pick<DisturbOptions, 'seed' | 'faults' | 'kinds' | 'say'> {
  readonly deposits: number;
  /** The run ends after so long, however many faults and deposits there were; absent: when both are done. */
  readonly minutes?: number | undefined;
  /** Faults at once; two if absent. */
  readonly atOnce?: number;
  /** Telephones that leave messages; six if absent. */
  readonly lines?: number;
  readonly plants?: readonly Plant[];
  /** Gets what the controllers log. */
  readonly logFile?: string | undefined;
  /** Longest wait, after the last fault, until all is in its place, in milliseconds. */
  readonly settleMs?: number;
}

export interface ChaosReport {
  readonly seed: number;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly verdict: Verdict;
  /** Of the whole, and of what there were faults in. */
  readonly seconds: number;
  readonly disturbedSeconds: number;
}

const settleMs = 240_000;
/** Counters follow what was heard within so long, in milliseconds. */
const heardMs = 15_000;
/** One message of so many is heard once more when all is quiet, and so many at most. */
const heardAgain = { of: 5, most: 60 };

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, minutes, lines = 6, atOnce = 2, say } = options;
  const began = performance.now();
  await using world = await openWorld(options);
  const start = performance.now();
  say(`all runs after ${seconds(start - began)} s`);
  // The network's receipts bear the time of the process.
  const clock = () => performance.now();
  const over = new AbortController();
  const enough = minutes === undefined ? new AbortController().signal : AbortSignal.timeout(minutes * 60_000);
  const deposits = minutes === undefined ? options.deposits : 0;
  const faultsAtMost = minutes === undefined ? options.faults : Infinity;
  const loading = runLoad(world, { deposits, lines, chance: openChance(seed), clock, until: over.signal });
  const disturbing = { ...options, faults: faultsAtMost, atOnce, clock, enough };
  const faults = await disturb(world, disturbing).finally(() => over.abort());
  const disturbedSeconds = seconds(performance.now() - start);
  const load = await loading;
  say(
    `${load.callers.length} calls, ${faults.length} faults in ${disturbedSeconds} s; waiting until all is in its place`,
  );
  const scores: Scores = new Map();
  const judge = () => check(world, load, faults, scores);
  await settled(judge, options.settleMs ?? settleMs, say);
  const count = Math.min(Math.floor(load.callers.length / heardAgain.of), heardAgain.most);
  load.listeners.push(
    ...(await listenAgain(world, load.callers, { count, chance: openChance(seed + 2), clock })),
  );
  await settled(judge, heardMs, say);
  const verdict = await judge();
  const counted = faultKinds.map(
    (kind) => [kind, faults.filter((fault) => fault.kind === kind).length] as const,
  );
  return {
    seed,
    faults: Object.fromEntries(counted.filter(([, n]) => n > 0)),
    verdict,
    seconds: seconds(performance.now() - began),
    disturbedSeconds,
  };
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}

/** What may still come right by itself; all else stays as it is. */
const comesInTime: ReadonlySet<string> = new Set([
  'lost',
  'untold',
  'leaked',
  'miscounted',
] satisfies (keyof Verdict)[]);

/** Until all has come that may, or the time is over. Says what it waits for. */
async function settled(
  judge: () => Promise<Verdict>,
  withinMs: number,
  say: (line: string) => void,
): Promise<void> {
  const start = performance.now();
  for (;;) {
    const verdict = await judge();
    const wrong = wrongOf(verdict).filter(([what, list]) => comesInTime.has(what) && list.length > 0);
    if (wrong.length === 0 || performance.now() - start > withinMs) return;
    say(
      `after ${seconds(performance.now() - start)} s: ${wrong.map(([what, { length }]) => `${length} ${what}`).join(', ')}`,
    );
    await pause(3000);
  }
}
