/** A run: load, faults at moments that the seed chooses, quiet, and the judgement. */
import { setTimeout as pause } from 'node:timers/promises';
import { openChance } from '../../test/system/chance.ts';
import { check, isClean, type Verdict } from './checker.ts';
import { faultKinds, happen, possibleFaults, type Fault, type FaultKind } from './faults.ts';
import { runLoad } from './load.ts';
import { openWorld, type Plant, type World } from './world.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly faults: number;
  readonly deposits: number;
  /** Of these kinds alone; absent: of all that can be. */
  readonly kinds?: readonly FaultKind[] | undefined;
  readonly plants?: readonly Plant[];
  /** Longest wait, after the last fault, until all is in its place, in milliseconds. */
  readonly settleMs?: number;
  readonly say: (line: string) => void;
}

export interface ChaosReport {
  readonly seed: number;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly verdict: Verdict;
  readonly seconds: number;
}

const settleMs = 120_000;
/** Between two faults, in milliseconds. */
const calm = [1500, 6000] as const;

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, deposits, say } = options;
  const began = performance.now();
  await using world = await openWorld(options.plants ?? []);
  const start = performance.now();
  // The network's receipts bear the time of the process.
  const clock = () => performance.now();
  const over = new AbortController();
  const loading = runLoad(world, { deposits, chance: openChance(seed), clock, until: over.signal });
  const faults = await disturb(world, options, clock).finally(() => over.abort());
  const load = await loading;
  say(
    `${load.callers.length} calls, ${faults.length} faults in ${Math.round((performance.now() - start) / 1000)} s; waiting until all is in its place`,
  );
  const verdict = await settled(() => check(world, load, faults), options.settleMs ?? settleMs);
  const counted = faultKinds.map(
    (kind) => [kind, faults.filter((fault) => fault.kind === kind).length] as const,
  );
  return {
    seed,
    faults: Object.fromEntries(counted.filter(([, count]) => count > 0)),
    verdict,
    seconds: Math.round((performance.now() - began) / 1000),
  };
}

/** One fault after the other; each kind in its turn, in an order by chance. */
async function disturb(
  world: World,
  { seed, faults, kinds: wanted, say }: ChaosOptions,
  clock: () => number,
): Promise<Fault[]> {
  const chance = openChance(seed + 1);
  const kinds = possibleFaults(world).filter((kind) => wanted?.includes(kind) ?? true);
  const left: FaultKind[] = [];
  const done: Fault[] = [];
  for (let n = 0; n < faults; n += 1) {
    await pause(chance.between(...calm));
    if (left.length === 0) left.push(...kinds);
    const [kind = 'controller'] = left.splice(chance.number(left.length), 1);
    const fault = await happen(world, kind, chance, clock);
    done.push(fault);
    say(`${n + 1} of ${faults}: ${kind}, ${fault.ms} ms`);
  }
  return done;
}

/** The first judgement that finds nothing, or the last one when the time is over. */
async function settled(judge: () => Promise<Verdict>, withinMs: number): Promise<Verdict> {
  for (const deadline = performance.now() + withinMs; ; await pause(3000)) {
    const verdict = await judge();
    if (isClean(verdict) || performance.now() > deadline) return verdict;
  }
}
