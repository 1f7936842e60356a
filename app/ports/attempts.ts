/** Failed tries of references and PINs, per key, over all calls and controllers. */
export interface AttemptStore {
  /** Adds one failure and answers how many there were in the window ending now. */
  fail(key: string, now: Date, windowMs: number): Promise<number>;
  count(key: string, now: Date, windowMs: number): Promise<number>;
  clear(key: string): Promise<void>;
  /** Clears all keys that begin so. */
  clearAll(prefix: string): Promise<void>;
  /** What is known of each key, in their order. */
  failures(keys: readonly string[]): Promise<Failures[]>;
  /** What is known of the keys that begin so, by key: `limit` at most. */
  beginning(prefix: string, limit: number): Promise<Failures[]>;
  /** Adds a failure if none was added or taken back since `seen` was read; false if so. */
  failIfUnchanged(seen: Failures, now: Date, windowMs: number): Promise<boolean>;
  /** Takes back the failure of this time. */
  undo(key: string, at: Date): Promise<void>;
}

/** Failures of one key; as many as are kept. */
export interface Failures {
  readonly key: string;
  /** Times, oldest first; also such as have left the window. */
  readonly at: readonly Date[];
  /** Another after each change; 0 = none yet. */
  readonly version: number;
}
