import type { Log } from '../../app/ports/log.ts';

/** A log for parts whose lines a test does not read. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
