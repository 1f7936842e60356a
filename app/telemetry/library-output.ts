/**
 * What libraries print by themselves, such as a SIP message that cannot be parsed with all that it says: above debug the log has only that
 * something was printed. Our own code never prints.
 */
import type { Log } from '../ports/log.ts';

const ways = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;

/** Takes the console for the whole process, until disposed. */
export function takeLibraryOutput(log: Log): Disposable {
  const before = new Map(ways.map((way) => [way, console[way]]));
  for (const way of ways)
    console[way] = (...said: readonly unknown[]) => {
      const isTrouble = way === 'error' || way === 'warn';
      if (isTrouble) log.warn('a library printed something; what, is told at debug');
      log.debug('a library printed', {
        printed: said.map((one) => (one instanceof Error ? one.message : String(one))),
      });
    };
  return {
    [Symbol.dispose]() {
      for (const [way, own] of before) console[way] = own;
    },
  };
}
