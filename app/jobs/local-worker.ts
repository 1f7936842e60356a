/** One worker of this process: never two runs at once, and a wake during a run makes another run after it. */
import { AsyncResource } from 'node:async_hooks';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Worker } from '../ports/scheduler.ts';
import { createAlarm } from './alarm.ts';

export type Work = (signal: AbortSignal) => Promise<void>;

export interface LocalWorker extends Worker {
  readonly name: string;
  readonly everyMs: number;
  /** No further runs; resolves when the one that is going on has ended. */
  stop(): Promise<void>;
}

export interface LocalWorkerDeps {
  /** Aborts when the scheduler closes. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly clock: Clock;
}

/** A run that failed is tried again after so long, then after twice that, in milliseconds, up to its interval. */
const againMs = 1000;

/** A run that fails is logged and tried again, at the next wake or by itself. */
export function createLocalWorker(
  name: string,
  everyMs: number,
  work: Work,
  { signal, log, clock }: LocalWorkerDeps,
): LocalWorker {
  let asked = false;
  let running: Promise<void> | undefined;
  let failures = 0;

  const runAll = async (): Promise<void> => {
    // The caller of wake() goes on first: its own work is not delayed by ours.
    await Promise.resolve();
    while (asked && !signal.aborted) {
      asked = false;
      try {
        await work(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        log.warn('a job failed', { job: name, error });
        const rest = Math.min(everyMs, againMs * 2 ** Math.min(failures, 20));
        alarm.set(new Date(clock.now().getTime() + rest));
        failures += 1;
      }
    }
    running = undefined;
  };
  // Whoever wakes it may be in the middle of a call; the run is not about that call, and its log lines do not say so.
  const wake = AsyncResource.bind((): void => {
    if (signal.aborted) return;
    asked = true;
    running ??= runAll();
  });
  const alarm = createAlarm(wake, () => clock.now().getTime());
  /** A wake can come between the end of one run and whoever waits for it, hence again until nothing runs. */
  const idle = (): Promise<void> => (running === undefined ? Promise.resolve() : running.then(idle));
  return {
    name,
    everyMs,
    wake,
    wakeAt: (at) => {
      if (!signal.aborted) alarm.set(at);
    },
    idle,
    stop: () => {
      alarm.clear();
      return idle();
    },
  };
}
