import type { Log, LogFields } from '../../app/ports/log.ts';

export const silentLog: Log = keepingLog([]);

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
  };
  return log;
}
