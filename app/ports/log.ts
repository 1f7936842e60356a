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
}

export type LogFields = Readonly<Record<string, unknown>>;
