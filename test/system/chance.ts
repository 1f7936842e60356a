/** Chance that can be had again: the same seed gives the same choices. */
export interface Chance {
  readonly seed: number;
  /** From 0 up to, not including, `below`. */
  number(below: number): number;
  between(from: number, to: number): number;
  pick<T>(values: readonly T[]): T;
}

/** @param seed ANSWERBACK_TEST_SEED, else a new one; a failing test should name it */
export function openChance(
  seed = Number(process.env['ANSWERBACK_TEST_SEED'] ?? Date.now() % 1_000_000),
): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const number = (below: number): number => Math.floor(next() * below);
  return {
    seed,
    number,
    between: (from, to) => from + number(to - from),
    pick: (values) => values[number(values.length)]!,
  };
}
