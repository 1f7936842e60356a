/** Wakes work that is due. The truth of what is due lies in the store; a lost wake-up only delays. */
export interface Scheduler extends AsyncDisposable {
  /** Runs `work` when woken, at the time of `wakeAt`, and at least every `everyMs`; never twice at once here. */
  worker(name: string, everyMs: number, work: (signal: AbortSignal) => Promise<void>): Worker;
}

export interface Worker {
  /** Run as soon as possible. */
  wake(): void;
  wakeAt(at: Date): void;
  /** Resolves when no run is going on or asked for: for tests and orderly ends. */
  idle(): Promise<void>;
}
