/**
 * Structured log. Numbers, digits, references and transcripts are personal data: they go into fields at `debug` only,
 * never into the text of a message.
 */
export interface Log {
  debug(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  warn(text: string, fields?: LogFields): void;
  error(text: string, fields?: LogFields): void;
  /** A log whose lines carry these fields, e.g. the call id. */
  child(fields: LogFields): Log;
  /**
   * Does the work; all lines that it and whatever it calls write, in any room, carry these fields. What a line says of itself
   * goes before. Work that is woken later by others (workers, timers of theirs) does not inherit them.
   */
  within<T>(fields: LogFields, work: () => T): T;
}

export type LogFields = Readonly<Record<string, unknown>>;
