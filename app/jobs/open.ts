/** Scheduler: agenda wakes over all controllers of a store, this process's own timers wake the rest. */
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Scheduler } from '../ports/scheduler.ts';
import { createLocalWorker } from './local-worker.ts';
import type { LocalWorker, Work } from './local-worker.ts';
import { createRecurrence } from './recurrence.ts';
import type { StoreSlice } from './recurrence.ts';

export interface SchedulerDeps {
  readonly log: Log;
  /** How often agenda looks into the store, in milliseconds; 5,000 if absent. */
  readonly pollMs?: number;
  /** What `wakeAt` means by a time; the machine's if absent. */
  readonly clock?: Clock;
}

const POLL_MS = 5000;
/** A controller that agenda has passed over for so many intervals runs the work all the same. */
const MOST_INTERVALS = 4;
/** Longest wait at the end for a run that does not heed its signal. */
const CLOSE_MS = 10_000;

/** Answers at once, whether or not the store is up: until it is, workers go by local time. */
export function openScheduler(slice: StoreSlice, deps: SchedulerDeps): Scheduler {
  const { log } = deps;
  const { clock = { now: () => new Date() } } = deps;
  const pollMs = deps.pollMs ?? POLL_MS;
  const closing = new AbortController();
  const recurrence = createRecurrence(slice, pollMs, log);
  const workers: LocalWorker[] = [];
  const timers: NodeJS.Timeout[] = [];

  const close = async (): Promise<void> => {
    closing.abort();
    timers.forEach((timer) => clearInterval(timer));
    await Promise.all([recurrence.close(), ...workers.map((worker) => stopInTime(worker, log))]);
  };
  let closed: Promise<void> | undefined;
  return {
    worker: (name, everyMs, work, scope = 'store') => {
      let ran = performance.now();
      const timed: Work = (signal) => {
        ran = performance.now();
        return work(signal);
      };
      const worker = createLocalWorker(name, everyMs, timed, { signal: closing.signal, log, clock });
      if (closing.signal.aborted) return worker;
      workers.push(worker);
      const shared = scope === 'store' && everyMs > pollMs;
      if (shared) recurrence.add(worker);
      const tick = (): void => {
        const leftToOthers =
          shared && recurrence.healthy && performance.now() - ran < MOST_INTERVALS * everyMs;
        if (!leftToOthers) worker.wake();
      };
      timers.push(setInterval(tick, everyMs));
      return worker;
    },
    [Symbol.asyncDispose]: () => (closed ??= close()),
  };
}

async function stopInTime(worker: LocalWorker, log: Log): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), CLOSE_MS);
  });
  const end = await Promise.race([worker.stop(), late]);
  clearTimeout(timer);
  if (end === 'late') log.error('a job did not end in time', { job: worker.name });
}
