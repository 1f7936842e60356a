/** Three clocks, of which one may have gone wrong. All in milliseconds since the epoch, of the same moment. */
export interface Times {
  /** What the machine says now. */
  readonly machine: number;
  /** What it said before, and what has passed since by a clock that nobody sets. */
  readonly kept: number;
  readonly store: number;
  /** Nothing was known of the store's time before: what was kept is the machine's own. */
  readonly first: boolean;
}

/** So much clocks may differ and count as the same, in milliseconds. */
export const mostApartMs = 300_000;

/**
 * Which of them is right: what two agree on. Of a machine that starts with another time than the store has, the store's counts, for
 * all controllers share it; where the store alone has changed, nothing here does.
 */
export function chooseTime({ machine, kept, store, first }: Times): 'machine' | 'kept' | 'store' {
  const agree = (a: number, b: number): boolean => Math.abs(a - b) <= mostApartMs;
  if (agree(machine, store)) return 'machine';
  if (first) return 'store';
  if (agree(kept, store) || agree(kept, machine)) return 'kept';
  return 'store';
}
