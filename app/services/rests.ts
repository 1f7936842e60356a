/** Rests between pieces of work that nobody waits for. */
import { firstPace, paced } from '../core/retention/pace.ts';

/** The longest rest, in milliseconds. */
const longestMs = 1000;

export interface Rests {
  /** Rests after work that began at `from` (by `performance.now()`), if the store is in need of it; less when the signal aborts. */
  after(from: number, signal: AbortSignal): Promise<void>;
  /** The same question to the store took so long just now, in milliseconds. */
  heard(ms: number): void;
}

/**
 * @param probe a small question to the store: how quickly it is answered tells whether others wait
 * @param fixed how long to rest for each moment of work; absent: as the store needs it
 */
export function createRests(probe: () => Promise<unknown>, fixed?: number): Rests {
  let pace = firstPace;
  const heard = (ms: number): void => {
    pace = paced(pace, ms);
  };
  return {
    heard,
    async after(from, signal) {
      const worked = performance.now() - from;
      if (fixed === undefined && !signal.aborted) {
        const asked = performance.now();
        // A store that is away is told by what comes next.
        await probe().then(
          () => heard(performance.now() - asked),
          () => undefined,
        );
      }
      const ms = Math.min(worked * (fixed ?? pace.factor), longestMs);
      if (ms > 0 && !signal.aborted) await pause(ms, signal);
    },
  };
}

/** Ends early when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
