/** Stable codes of faults that cross a room. Decisions read `code` and `temporary`, never the text. */
export type FaultCode =
  | 'config-invalid'
  | 'store-unavailable'
  | 'store-failed'
  | 'duplicate'
  | 'not-found'
  | 'media-unavailable'
  | 'media-failed'
  | 'gateway-unavailable'
  | 'gateway-refused'
  | 'disk-full'
  | 'mailbox-full'
  | 'message-too-large'
  /** More than may come in a time. */
  | 'too-many'
  | 'spool-failed'
  | 'archive-unavailable'
  | 'archive-failed'
  | 'held'
  /** What seals a mailbox cannot be asked for now. */
  | 'key-unavailable'
  /** There is no key any more for what is sealed: it was erased, or its master key is not here. */
  | 'key-lost'
  /** What is sealed is not what was sealed. */
  | 'seal-broken'
  | 'invalid';

export interface FaultOptions {
  /** True if the same request may succeed later. */
  readonly temporary: boolean;
  /** Text that may be shown to a caller, subscriber or API client: no secrets, numbers or internals. */
  readonly publicText?: string;
  readonly cause?: unknown;
}

/** An error that crosses a room. `message` is for the log, `publicText` for people outside. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly temporary: boolean;
  readonly publicText: string;

  constructor(code: FaultCode, message: string, options: FaultOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.temporary = options.temporary;
    this.publicText = options.publicText ?? 'Something went wrong. Please try again later.';
  }
}

/** Whether trying again may help: unknown errors count as temporary, so that nothing is dropped by mistake. */
export function isTemporary(error: unknown): boolean {
  return error instanceof Fault ? error.temporary : true;
}

export function isFault(error: unknown, code: FaultCode): error is Fault {
  return error instanceof Fault && error.code === code;
}
