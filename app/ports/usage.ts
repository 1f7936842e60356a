import type { RateCounter } from '../core/rate/rates.ts';

/** What subscribers have used of something that is limited for a time. */
export interface UsageStore {
  /**
   * Uses one; false if `limit` were used already. Of any number at once no more than `limit` succeed.
   * @param expires when the count may be forgotten; that of the first use holds
   */
  take(key: string, limit: number, expires: Date): Promise<boolean>;
  /** Gives one back that came to nothing; nothing happens if none is used. */
  giveBack(key: string): Promise<void>;
  /** How many were used. */
  used(key: string): Promise<number>;
  /**
   * Uses one of each counter, in their order, in one command; ends at the first that is used up, and gives those before it back.
   * Of any number at once no more than the limits succeed.
   */
  takeRates(counters: readonly RateCounter[], now: Date): Promise<RatesTaken>;
  /** Gives back one of each that was used at `taken` and came to nothing. */
  giveBackRates(keys: readonly string[], taken: Date): Promise<void>;
}

export type RatesTaken =
  | { readonly kind: 'taken' }
  /** `counter` is its place; it takes one more at `until`. */
  | { readonly kind: 'used-up'; readonly counter: number; readonly until: Date };

/** Numbers that want no more texts and are not (only) a mailbox's own: fixed recipients of notices. */
export interface StopStore {
  /** `at` undefined: texts are wanted again. */
  set(number: string, at: Date | undefined): Promise<void>;
  has(number: string): Promise<boolean>;
}
