/** Gives a parser inputs for a time, and keeps what it must not do: break, hang, take too much memory, hold on to it. */
import { setFlagsFromString, getHeapStatistics } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { openChance, type Chance } from '../../../test/system/chance.ts';
import { cpuNow } from './cpu-clock.ts';
import { growsTooFast } from './growth.ts';
import { mutated, pumped } from './mutate.ts';
import type { Target } from './target.ts';

export interface Fuzzed {
  readonly name: string;
  readonly executions: number;
  /** Of processor time. */
  readonly perSecond: number;
  /** How many of them the parser refused. */
  readonly refused: number;
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly kind: 'broke' | 'slow' | 'grows' | 'memory' | 'kept';
  readonly what: string;
  /** Base64, at most 4 KiB of it. */
  readonly input: string;
}

/** Of one input of at most 64 KiB, in milliseconds of processor time. */
const slowMs = 2000;
const memoryBytes = 128 * 1_048_576;
const keptBytes = 48 * 1_048_576;
const mostFindings = 5;
/** However busy the machine is. */
const fewest = 30;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** @param ms of processor time; the last quarter is for how time grows */
export async function fuzz(target: Target, ms: number, seed: number): Promise<Fuzzed> {
  const chance = openChance(seed);
  const found = new Map<string, Finding>();
  const keep = (kind: Finding['kind'], what: string, input: Uint8Array): void => {
    const place = what.split('\n', 2).join(' ');
    if (found.size < mostFindings && !found.has(place))
      found.set(place, { kind, what, input: Buffer.from(input.subarray(0, 3072)).toString('base64') });
  };
  // What the listeners of a socket throw comes to nobody else.
  let now: Uint8Array = new Uint8Array();
  const uncaught = (error: unknown): void => keep('broke', stackOf(error), now);
  process.on('uncaughtException', uncaught);
  process.on('unhandledRejection', uncaught);
  collect();
  const before = usedBytes();
  const inputs = inputsOf(target, chance, seed);
  const began = cpuNow();
  let [executions, refused] = [0, 0];
  try {
    const isDue = (): boolean => executions < fewest || cpuNow() - began < 0.75 * ms;
    for (; isDue() && found.size < mostFindings; executions += 1) {
      now = inputs();
      const [start, used] = [cpuNow(), usedBytes()];
      try {
        const read = target.run(now);
        if (read instanceof Promise) await read;
      } catch (error) {
        if (target.refuses(error)) refused += 1;
        else keep('broke', stackOf(error), now);
      }
      if (cpuNow() - start > slowMs) keep('slow', `${Math.round(cpuNow() - start)} ms`, now);
      if (usedBytes() - used > memoryBytes) keep('memory', `${usedBytes() - used} bytes`, now);
      // Timers and sockets have their turn.
      if (executions % 512 === 511) await new Promise((resolve) => setImmediate(resolve));
    }
    const spent = cpuNow() - began;
    while (target.ownFile === undefined && cpuNow() - began < ms && found.size < mostFindings) {
      const input = pumped(target.seeds, target.words ?? [], chance);
      now = input(1024);
      const grows = await growsTooFast(target, input).catch(uncaught);
      if (grows !== undefined) keep('grows', grows, now);
    }
    collect();
    const held = usedBytes() - before;
    if (held > keptBytes) keep('kept', `${held} bytes are held after ${executions} inputs`, now);
    const perSecond = Math.round(executions / (spent / 1000));
    return { name: target.name, executions, perSecond, refused, findings: [...found.values()] };
  } finally {
    process.off('uncaughtException', uncaught);
    process.off('unhandledRejection', uncaught);
  }
}

/** Seeds as they are, then in turn what is made by structure, that changed, and seeds changed. */
function inputsOf({ seeds, made, words = [] }: Target, chance: Chance, seed: number): () => Uint8Array {
  let [n, batch] = [0, [] as Uint8Array[]];
  return () => {
    n += 1;
    if (n <= seeds.length) return seeds[n - 1]!;
    if (made === undefined) return mutated(seeds, words, chance);
    if (batch.length === 0) batch = fc.sample(made, { numRuns: 64, seed: seed + n });
    const kind = n % 4;
    if (kind === 0) return batch.pop()!;
    return mutated(kind === 1 ? batch : seeds, words, chance);
  };
}

function usedBytes(): number {
  const { used_heap_size: heap, external_memory: outside } = getHeapStatistics();
  return heap + outside;
}

function stackOf(error: unknown): string {
  return error instanceof Error
    ? (error.stack ?? error.message).split('\n').slice(0, 6).join('\n')
    : String(error);
}
