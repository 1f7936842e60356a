/** Texts that the network has handed over for good: worked until it is done, also over an absence of the store. */
import { Fault, isFault, isTemporary } from '../core/errors.ts';
import type { Log } from '../ports/log.ts';
import type { InboundText } from '../ports/media.ts';

/** First and longest wait between two tries, in milliseconds. */
const firstWaitMs = 500;
const longestWaitMs = 15_000;

/**
 * Works one text; tries again while only something temporary is in the way, until `signal` aborts.
 * What waits is lost if this process ends before.
 */
export async function workText(
  text: InboundText,
  handle: (text: InboundText) => Promise<void>,
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      await handle(text);
      return;
    } catch (error) {
      // The switch has answered for it: nobody is there to be told.
      if (isFault(error, 'too-many')) return;
      const known = error instanceof Fault && isTemporary(error);
      if (!known || signal.aborted) throw error;
      log.warn('a text waits', { error, retryMs: waitMs });
      await pause(waitMs, signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
