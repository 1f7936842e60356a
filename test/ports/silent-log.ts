import type { Log, LogFields } from '../../app/ports/log.ts';

/** A log for parts whose lines a test does not read. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
  within: (_fields, work) => work(),
};

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
  readonly fields: LogFields | undefined;
}

/** A log that keeps its lines to be looked at. */
export function keepingLog(lines: LogLine[]): Log {
  const at = (level: LogLine['level']) => (text: string, fields?: LogFields) => {
    lines.push({ level, text, fields });
  };
  const log: Log = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => log,
    within: (_fields, work) => work(),
  };
  return log;
}
