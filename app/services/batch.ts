/** Rows that are written in the background, many with one write: nobody waits for them, and none is lost at an orderly end. */
import type { Log } from '../ports/log.ts';

/** After a batch the next ones are gathered for so long, in milliseconds: under load one write serves many rows. */
const gatherMs = 500;
/** Rows kept while the store is away; beyond it the oldest are dropped with an error in the log. */
const maxWaiting = 50_000;

export interface Batch<Row> {
  /** Returns at once. */
  add(row: Row): void;
  /** Writes what waits; resolves when all is in the store, or rejects with the store's fault and keeps the rows. */
  flush(): Promise<void>;
}

/** @param what the rows, for the log. */
export function createBatch<Row>(deps: {
  readonly what: string;
  readonly write: (rows: readonly Row[]) => Promise<void>;
  readonly log: Log;
}): Batch<Row> {
  const { what, log } = deps;
  let waiting: Row[] = [];
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await deps.write(batch);
      } catch (error) {
        waiting = [...batch, ...waiting];
        if (waiting.length > maxWaiting) {
          log.error(`${what} dropped: the store is away too long`, { count: waiting.length - maxWaiting });
          waiting = waiting.slice(-maxWaiting);
        }
        log.warn(`${what} wait for the store`, { error, count: waiting.length });
        throw error;
      }
      await pause(gatherMs);
    }
  };
  const flush = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  };
  return {
    add(row) {
      waiting.push(row);
      // A failed flush keeps the rows and says so; the next one tries again.
      flush().catch(() => undefined);
    },
    flush,
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
