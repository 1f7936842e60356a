/** Which part of a source was run, as V8 counts it. Must begin before the source is loaded. */
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { pathToFileURL } from 'node:url';
import { checkout } from '../../stack/machine.ts';

export interface Coverage {
  /** From 0 to 1, by characters of the code as it runs. */
  readonly share: number;
  /** Functions that were never called. */
  readonly missed: readonly string[];
}

export async function beginCoverage(): Promise<(files: readonly string[]) => Promise<Map<string, Coverage>>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return async (files) => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    await session.post('Profiler.stopPreciseCoverage');
    session.disconnect();
    return new Map(
      files.flatMap((file) => {
        const url = pathToFileURL(`${checkout}/${file}`).href;
        const script = result.find((one) => one.url.split('?')[0] === url);
        return script === undefined ? [] : [[file, coverageOf(script.functions)] as const];
      }),
    );
  };
}

type Functions = readonly Profiler.FunctionCoverage[];

function coverageOf(functions: Functions): Coverage {
  const length = Math.max(...functions.flatMap(({ ranges }) => ranges.map(({ endOffset }) => endOffset)));
  const reached = new Uint8Array(length);
  // The outer come first, and what is within them counts for itself.
  const ranges = functions.flatMap((one) => one.ranges);
  ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  for (const { startOffset, endOffset, count } of ranges)
    reached.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  const missed = functions
    .filter(({ functionName, ranges: [whole] }) => functionName !== '' && whole?.count === 0)
    .map(({ functionName }) => functionName);
  return { share: reached.reduce((sum, one) => sum + one, 0) / length, missed: [...new Set(missed)] };
}
