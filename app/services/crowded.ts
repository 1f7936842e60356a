import type { Log } from '../ports/log.ts';
import type { CallsInProgress } from './calls-in-progress.ts';

/** Below this share of the most it is over, so that the log does not tell of each call that comes and goes at the brim. */
const overShare = 0.9;

/**
 * Whether one more call is too many; the one that asks is counted already. Who is refused at once finds another node or the network's
 * own answer; who is taken and then not served hears a dead line.
 */
export function createCrowded({
  calls,
  atOnce,
  log,
}: {
  readonly calls: Pick<CallsInProgress, 'size'>;
  readonly atOnce: number;
  readonly log: Log;
}): () => boolean {
  let refused = 0;
  return () => {
    const { size } = calls;
    if (size > atOnce) {
      refused += 1;
      if (refused === 1) log.warn('as many calls as are taken at once; more are refused', { atOnce });
      return true;
    }
    if (refused > 0 && size <= atOnce * overShare) {
      log.info('calls are taken again', { refused });
      refused = 0;
    }
    return false;
  };
}
