/** The books: call detail records in the one order of their numbers, and what is summed up from them. */
import type { Cdr } from '../core/account/cdr.ts';
import type { NumberedCdr, Summary, SummaryKind } from '../core/account/summary.ts';

/**
 * Records are numbered by whoever has the lease, from 1, each once; a record that comes late gets a late number, and so does
 * one that is priced anew, in place of the one that it had. All up to `through` are numbered, and no number up to it is ever given again: that holds also if a lease
 * ends in mid-work and two are at it. What is summed up goes with the same numbers.
 */
export interface LedgerStore {
  /** `undefined`: another has it. */
  lease(owner: string, now: Date, leaseMs: number): Promise<Ledger | undefined>;
  /** Gives it back. */
  release(owner: string): Promise<void>;
  ledger(): Promise<Ledger>;
  /**
   * Numbers some of those that have none yet, with the class of service of their mailboxes, and closes them into one batch.
   * @returns the ledger with the batch that is to be posted; without one if nothing waits, or another was quicker
   */
  number(ledger: Ledger, now: Date, limit: number): Promise<Ledger>;
  /** The batch is summed up. */
  posted(ledger: Ledger): Promise<Ledger>;
  /** Records numbered after `after` up to `through`, in order: at most `limit` of those that match. */
  page(after: number, through: number, filter: CdrFilter, limit: number): Promise<NumberedCdr[]>;
  /** The same ones, the highest number first. */
  pageBack(after: number, through: number, filter: CdrFilter, limit: number): Promise<NumberedCdr[]>;
  /** A number that all records which began at `from` or later have come after. */
  before(from: Date): Promise<number>;
  /** Numbered records that began within, by when they began; up to `through`. */
  startedWithin(from: Date, to: Date, through: number): AsyncIterable<NumberedCdr>;
  /** Writes other prices into records, which wait for new numbers then: who has seen them sees them again. */
  reprice(prices: readonly Repriced[]): Promise<void>;
  /** Removes records that began before; no day before is summed up anew from then on. Answers whether there may be more. */
  removeBefore(start: Date, limit: number): Promise<boolean>;
}

export interface Ledger {
  /** All up to this number are numbered and summed up. */
  readonly through: number;
  /** The batch after it ends here, numbered and not yet summed up. */
  readonly posting?: number;
  /** Records that began before were removed. */
  readonly since?: Date;
}

export interface CdrFilter {
  /** Of when they began. */
  readonly from?: Date;
  readonly to?: Date;
  readonly events?: readonly Cdr['event'][];
  readonly mailbox?: string;
  readonly trunk?: string;
}

export type Repriced = Pick<Cdr, 'id' | 'cost' | 'currency' | 'rate'>;

export interface SummaryStore {
  /** Adds a batch; one of these that has it already, or one that came after, stays as it is. @param through its last number */
  add(summaries: readonly Summary[], through: number): Promise<void>;
  /** Puts them in place of what was there; what is not among them has nothing. @param through all up to it are in them */
  replace(period: string, summaries: AsyncIterable<readonly Summary[]>, through: number): Promise<void>;
  /** In the order of event, direction and currency, after the given one. */
  list(filter: SummaryFilter, after: string | undefined, limit: number): Promise<SummaryPage>;
  /** Those of some names within days of a month. */
  daysOf(by: SummaryKind, names: readonly string[], month: string): Promise<Summary[]>;
  /** Names that a period has. */
  names(period: string, by: SummaryKind, after: string | undefined, limit: number): Promise<string[]>;
  removeBefore(month: string): Promise<void>;
}

export interface SummaryFilter {
  /** Periods from and to, both included: days or months alike. */
  readonly from: string;
  readonly to: string;
  readonly by: SummaryKind;
  readonly name?: string;
}

export interface SummaryPage {
  readonly summaries: readonly Summary[];
  /** Where the next page goes on; absent at the end. */
  readonly next?: string;
}
