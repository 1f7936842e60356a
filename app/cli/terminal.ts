/** What the command has around it: a process's streams and environment, or a test's. */
import type { Readable, Writable } from 'node:stream';

export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** Who is at it, for the audit. */
  readonly user: string;
}

export type Stream = Writable & { readonly isTTY?: boolean; readonly columns?: number };
