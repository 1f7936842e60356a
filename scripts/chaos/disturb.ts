/** Faults in some lanes at once: each kind in its turn, in an order by chance, and never two of the same part. */
import { setTimeout as pause } from 'node:timers/promises';
import { openChance, type Chance } from '../../test/system/chance.ts';
import { happen, partOf, possibleFaults, type Fault, type FaultKind } from './faults.ts';
import type { World } from './world.ts';

export interface DisturbOptions {
  readonly seed: number;
  /** How many, if the time is not over before. */
  readonly faults: number;
  /** Of these kinds alone; absent: of all that can be. */
  readonly kinds?: readonly FaultKind[] | undefined;
  /** Lanes. */
  readonly atOnce: number;
  readonly clock: () => number;
  /** No more begin once this has aborted. */
  readonly enough: AbortSignal;
  readonly say: (line: string) => void;
}

/** Between two faults of a lane, in milliseconds. */
const calm = [500, 3500] as const;

export async function disturb(world: World, options: DisturbOptions): Promise<Fault[]> {
  const { seed, faults, kinds: wanted, atOnce, clock, enough, say } = options;
  const kinds = possibleFaults(world).filter((kind) => wanted?.includes(kind) ?? true);
  if (kinds.length === 0 && faults > 0) throw new Error('no such fault can be made on this machine');
  const done: Fault[] = [];
  const bag: FaultKind[] = [];
  const broken = new Set<string>();
  let begun = 0;
  /** The next kind whose part is whole. */
  const draw = (chance: Chance): FaultKind | undefined => {
    if (bag.every((kind) => broken.has(partOf[kind]))) bag.push(...kinds);
    const free = bag.filter((kind) => !broken.has(partOf[kind]));
    if (free.length === 0) return undefined;
    const kind = chance.pick(free);
    bag.splice(bag.indexOf(kind), 1);
    return kind;
  };
  const lane = async (n: number): Promise<void> => {
    const chance = openChance(seed + 1 + n);
    while (begun < faults && !enough.aborted) {
      begun += 1;
      await pause(chance.between(...calm));
      const kind = draw(chance);
      if (kind === undefined) {
        begun -= 1;
        continue;
      }
      broken.add(partOf[kind]);
      const fault = await happen(world, kind, chance, clock);
      broken.delete(partOf[kind]);
      done.push(fault);
      say(`${done.length}: ${kind}, ${fault.ms} ms, over after ${Math.round(fault.to - fault.from)} ms`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, n) => lane(n)));
  return done;
}
