/** All parsers that are ours, one after the other, each for its share of the time. */
import { takeLibraryOutput } from '../../../app/telemetry/library-output.ts';
import { silentLog } from '../../../test/ports/silent-log.ts';
import { fuzz, type Fuzzed } from './engine.ts';
import { documents } from './documents.ts';
import { edges } from './edges.ts';
import { foreign } from './foreign.ts';
import { manager } from './manager.ts';
import { sealed } from './sealed.ts';
import type { Target } from './target.ts';
import { wires } from './wires.ts';
import { words } from './words.ts';

export interface FuzzRun {
  readonly seconds: number;
  readonly seed: number;
  /** Targets whose name has this in it; all if absent. */
  readonly only?: string | undefined;
  readonly onDone?: (fuzzed: Fuzzed, target: Target) => void;
}

export async function fuzzParsers({ seconds, seed, only = '', onDone }: FuzzRun): Promise<Fuzzed[]> {
  const all = [
    ...documents(),
    ...words(),
    ...foreign(),
    ...edges(),
    ...(await sealed()),
    ...(await wires()),
    await manager(),
  ];
  const chosen = all.filter(({ name }) => name.includes(only));
  const done: Fuzzed[] = [];
  try {
    for (const target of chosen) {
      const fuzzed = await quietly(() => fuzz(target, (seconds * 1000) / chosen.length, seed));
      onDone?.(fuzzed, target);
      done.push(fuzzed);
    }
    return done;
  } finally {
    for (const target of all) await target.close?.();
  }
}

/** Without what libraries say of each of a million inputs. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  using _console = takeLibraryOutput(silentLog);
  return await work();
}
