/** Wakes work that is due. The truth of what is due lies in the store; a lost wake-up only delays. */
export interface Scheduler extends AsyncDisposable {
  /** Runs `work` when woken, at the time of `wakeAt`, and at least every `everyMs`; never twice at once here. */
  worker(
    name: string,
    everyMs: number,
    work: (signal: AbortSignal) => Promise<void>,
    scope?: WorkerScope,
  ): Worker;
}

/**
 * Whose work it is. `store` (default): any controller can do it, so each interval wakes one of them, and each of them
 * every fourth interval at the latest. `controller`: work on what only this process has, as its spool: each wakes itself.
 */
export type WorkerScope = 'store' | 'controller';

export interface Worker {
  /** Run as soon as possible. */
  wake(): void;
  wakeAt(at: Date): void;
  /** Resolves when no run is going on or asked for: for tests and orderly ends. */
  idle(): Promise<void>;
}
