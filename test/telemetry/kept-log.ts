/** A log that keeps its lines, for tests to read. */
import type { Log, LogFields } from '../../app/ports/log.ts';

export interface KeptLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
  readonly fields: LogFields;
}

export interface KeptLog extends Log {
  readonly lines: readonly KeptLine[];
  /** Resolves when a line with such a text is there; the test's own deadline ends the wait. */
  wait(text: RegExp): Promise<void>;
}

export function keptLog(): KeptLog {
  const lines: KeptLine[] = [];
  const waits: { readonly text: RegExp; readonly resolve: () => void }[] = [];
  const write =
    (level: KeptLine['level'], bound: LogFields) =>
    (text: string, fields: LogFields = {}) => {
      lines.push({ level, text, fields: { ...bound, ...fields } });
      waits.filter((wait) => wait.text.test(text)).forEach((wait) => wait.resolve());
    };
  const bind = (bound: LogFields): Log => ({
    debug: write('debug', bound),
    info: write('info', bound),
    warn: write('warn', bound),
    error: write('error', bound),
    child: (fields) => bind({ ...bound, ...fields }),
    within: (_fields, work) => work(),
  });
  const wait = (text: RegExp): Promise<void> =>
    new Promise((resolve) => {
      if (lines.some((line) => text.test(line.text))) resolve();
      else waits.push({ text, resolve });
    });
  return { ...bind({}), lines, wait };
}
