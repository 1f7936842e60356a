/**
 * How long automatic management rests for each moment of work. A small question to the store, now and then, tells whether others wait:
 * while it is answered as quickly as it ever was nobody is in need of rests, and what is due is done sooner.
 */
export interface Pace {
  /** Rest for each moment of work. */
  readonly factor: number;
  /** How quickly the question is answered where the store has little to do, in milliseconds. */
  readonly quietMs: number;
  /** The last answers, in milliseconds. */
  readonly recent: readonly number[];
}

/** As long as it works, until more is known. */
export const firstPace: Pace = { factor: 1, quietMs: Infinity, recent: [] };

/** Answers whose median counts: one that is late by chance says nothing. */
const remembered = 5;
/** What is quicker than this is not told apart, in milliseconds. */
const leastMs = 0.5;
/** So many times as slow as in quiet: others wait, or do not. */
const busy = 2;
const quiet = 1.5;
const mostFactor = 2;
/** A store becomes slower as it grows: what was quick once is forgotten. */
const forgets = 1.001;

/** @param ms how long the question took this time */
export function paced({ factor, quietMs, recent }: Pace, ms: number): Pace {
  const last = [...recent, ms].slice(-remembered);
  const typical = Math.max(leastMs, median(last));
  const best = Math.min(quietMs * forgets, typical);
  const ratio = typical / best;
  const next =
    ratio >= busy ? Math.min(mostFactor, factor * 1.5 + 0.1) : ratio <= quiet ? factor * 0.7 : factor;
  return { factor: next < 0.01 ? 0 : next, quietMs: best, recent: last };
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
}
