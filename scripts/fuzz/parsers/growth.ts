/** Whether the time of a parser grows faster than its input. */
import { cpuNow } from './cpu-clock.ts';
import type { Target } from './target.ts';

/** Less than this is noise, in milliseconds. */
const noiseMs = 20;
const mostGrowth = 3;

/** @returns what was measured, if twice the input takes more than three times the time, twice in a row */
export async function growsTooFast(
  target: Target,
  input: (size: number) => Uint8Array,
): Promise<string | undefined> {
  // The smallest size whose time can be told from noise: what grows fast is slow soon enough.
  const most = (target.largest ?? 131_072) / 4;
  let size = 1024;
  while ((await timeOf(target, input(2 * size), 1)) < noiseMs) {
    if (size >= most) return undefined;
    size *= 2;
  }
  const [small, large] = [input(size), input(2 * size)];
  const few = { small: await timeOf(target, small, 3), large: await timeOf(target, large, 3) };
  if (few.large < noiseMs || few.large <= mostGrowth * few.small) return undefined;
  const larger = await timeOf(target, input(4 * size), 3);
  const again = await timeOf(target, large, 3);
  if (larger <= mostGrowth * again) return undefined;
  const ms = (value: number): string => value.toFixed(1);
  return `${size}, ${2 * size}, ${4 * size} bytes take ${ms(few.small)}, ${ms(again)}, ${ms(larger)} ms`;
}

/** The quickest of so many times: what else the machine does only adds. */
async function timeOf(target: Target, input: Uint8Array, times: number): Promise<number> {
  let quickest = Infinity;
  for (let n = 0; n < times; n += 1) {
    const began = cpuNow();
    try {
      await target.run(input);
    } catch (error) {
      if (!target.refuses(error)) throw error;
    }
    quickest = Math.min(quickest, cpuNow() - began);
  }
  return quickest;
}
