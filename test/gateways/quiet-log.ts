/** A log that keeps its lines, for tests to read. */
import type { Log, LogFields } from '../../app/ports/log.ts';

export interface KeptLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
  readonly fields: LogFields;
}

export function keptLog(lines: KeptLine[] = [], bound: LogFields = {}): Log & { readonly lines: KeptLine[] } {
  const write =
    (level: KeptLine['level']) =>
    (text: string, fields: LogFields = {}): void => {
      lines.push({ level, text, fields: { ...bound, ...fields } });
    };
  return {
    lines,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => keptLog(lines, { ...bound, ...fields }),
  };
}
