/** The structured log: one JSON object a line, with `time` (RFC 3339, UTC), `level` and `msg`. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { pino, stdTimeFunctions } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import type { Log, LogFields } from '../ports/log.ts';
import { takeLibraryOutput } from './library-output.ts';
import { redactFields, redactText } from './redact.ts';

export { buildVersion } from './build.ts';

export interface LogSlice {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

export interface LogDeps {
  /** Where the lines go; standard output if absent. */
  readonly out?: DestinationStream;
  /** Told of every warning and error. */
  readonly onTrouble?: (level: 'warn' | 'error') => void;
  /** What libraries print goes into it, until it is closed. */
  readonly takesConsole?: boolean;
}

export interface OpenLog extends Log, AsyncDisposable {}

/** Lines are written before the call returns, so that the last ones before a crash are not lost. */
export function openLog(slice: LogSlice, deps: LogDeps = {}): OpenLog {
  const out = deps.out ?? pino.destination({ fd: 1, sync: true });
  const logger = pino(
    {
      level: slice.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    out,
  );
  const log = wrap({ logger, around: new AsyncLocalStorage(), onTrouble: deps.onTrouble }, {});
  const taken = deps.takesConsole === true ? takeLibraryOutput(log) : undefined;
  return {
    ...log,
    [Symbol.asyncDispose]() {
      taken?.[Symbol.dispose]();
      return flushed(logger);
    },
  };
}

type Level = 'debug' | 'info' | 'warn' | 'error';

interface Wrapped {
  readonly logger: Logger;
  /** Fields of the work that is being done. */
  readonly around: AsyncLocalStorage<LogFields>;
  readonly onTrouble: LogDeps['onTrouble'];
}

/** Bound fields are kept as they came, since what may be shown of them depends on the level of the line. */
function wrap(to: Wrapped, bound: LogFields): Log {
  const { logger, around, onTrouble } = to;
  const write = (level: Level, text: string, fields: LogFields | undefined): void => {
    if (level === 'warn' || level === 'error') onTrouble?.(level);
    if (!logger.isLevelEnabled(level)) return;
    const openness = level === 'debug' ? 'debug' : 'public';
    logger[level](
      redactFields({ ...around.getStore(), ...bound, ...fields }, openness),
      redactText(text, openness),
    );
  };
  return {
    debug: (text, fields) => write('debug', text, fields),
    info: (text, fields) => write('info', text, fields),
    warn: (text, fields) => write('warn', text, fields),
    error: (text, fields) => write('error', text, fields),
    child: (fields) => wrap(to, { ...bound, ...fields }),
    within: (fields, work) => around.run({ ...around.getStore(), ...fields }, work),
  };
}

function flushed(logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    logger.flush(() => resolve());
  });
}
