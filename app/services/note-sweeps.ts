/** Notes what each run over all that was due has done, for those who watch over it. */
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { LastSweeps, SweepRun } from '../ports/retention.ts';
import type { Store } from '../ports/store.ts';
import type { Sweep } from './sweep.ts';

export interface NotedSweep extends Sweep {
  /** What the last runs of `sweepDue` did, by whichever controller. */
  last(): Promise<LastSweeps>;
}

export interface NotedSweepDeps {
  readonly store: Pick<Store, 'retention'>;
  readonly clock: Clock;
  readonly log: Log;
}

export function notedSweep(sweep: Sweep, { store, clock, log }: NotedSweepDeps): NotedSweep {
  // What was done is done, whether or not it is noted.
  const note = (run: SweepRun): Promise<void> =>
    store.retention
      .noteSweep(run)
      .catch((error: unknown) => log.warn('what a sweep did is not noted', { error }));
  return {
    ...sweep,
    async sweepDue(signal) {
      const begun = performance.now();
      const report = await sweep.sweepDue(signal);
      await note({ ...report, ended: clock.now(), tookMs: Math.round(performance.now() - begun) });
      return report;
    },
    last: () => store.retention.lastSweeps(),
  };
}
