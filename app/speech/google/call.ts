import { Fault } from '../../core/errors.ts';
import { faultOf } from './faults.ts';

/** UNAVAILABLE: it was not begun, and may be asked for again. */
const again = [14];

/** Options of a call of the client libraries: what may pass is tried again until the time is over. */
export function callOptions(timeoutMs: number) {
  return {
    timeout: timeoutMs,
    retry: {
      retryCodes: again,
      backoffSettings: {
        initialRetryDelayMillis: 200,
        retryDelayMultiplier: 2,
        maxRetryDelayMillis: 2000,
        initialRpcTimeoutMillis: timeoutMs,
        rpcTimeoutMultiplier: 1,
        maxRpcTimeoutMillis: timeoutMs,
        totalTimeoutMillis: timeoutMs,
      },
    },
  };
}

/**
 * A call's result. It ends in time whatever the library does: it may look for credentials without end.
 * @param call what a client returned; the library adds `cancel`
 * @throws Fault; the signal's reason
 */
export async function ended<T>(
  call: Promise<T>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  const late = new Fault('media-unavailable', `Google's speech service: no answer in ${timeoutMs} ms`, {
    temporary: true,
  });
  let stop: (() => void) | undefined;
  const over = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(late), timeoutMs + graceMs);
    const abort = () => reject(signal?.reason as Error);
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
  });
  // Whichever loses has nobody who listens.
  over.catch(() => undefined);
  const answer = call.catch((error: unknown) => {
    throw faultOf(error);
  });
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, over]);
  } catch (error) {
    (call as { cancel?: () => void }).cancel?.();
    throw error;
  } finally {
    stop?.();
  }
}

/** The library's own deadline comes first. */
const graceMs = 250;
