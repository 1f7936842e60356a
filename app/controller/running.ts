/** Work that goes on by itself: kept, so that an orderly end can wait for it. */
import type { Log } from '../ports/log.ts';
import { inTime } from '../services/in-time.ts';

export interface Running {
  /** Lets the work go on; what it throws is logged. */
  watch(work: Promise<unknown>): void;
  /** Resolves when nothing is running, also what started meanwhile, or after so many milliseconds. */
  settled(withinMs: number): Promise<void>;
}

export function createRunning(log: Log): Running {
  const running = new Set<Promise<void>>();
  const all = async (): Promise<void> => {
    while (running.size > 0) await Promise.all(running);
  };
  return {
    watch(work) {
      const watched: Promise<void> = work
        .then(() => undefined)
        .catch((error: unknown) => log.error('work failed', { error }))
        .finally(() => running.delete(watched));
      running.add(watched);
    },
    async settled(withinMs) {
      await inTime(all(), withinMs);
    },
  };
}
