/** Deposits that are safe on this disk while the store is away; they go in by themselves later. */
import type { E164 } from '../core/ids.ts';
import type { Envelope } from '../core/message/message.ts';

export interface Spool extends AsyncDisposable {
  /**
   * Resolves when deposit and bytes are on the disk (fsync of file and directory). Idempotent by origin.
   * @throws Fault `disk-full` or `spool-failed`.
   */
  put(deposit: SpooledDeposit): Promise<void>;
  /** Oldest first. Entries that cannot be read are set aside and reported, never dropped. */
  list(): AsyncIterable<SpooledDeposit>;
  /** After the store has it. */
  remove(deposit: SpooledDeposit): Promise<void>;
  readonly size: number;
  /** When the oldest of those that wait was put here. */
  readonly oldest: Date | undefined;
  /** Room that is left on its disk, in bytes. @throws Fault `spool-failed` */
  freeBytes(): Promise<number>;
}

/** With its first part, which is mostly all. */
export interface SpooledDeposit extends DepositPart {
  /** Without parts: they are made when the bytes go in. */
  readonly draft: Omit<Envelope, 'parts' | 'id'>;
  readonly classOfService: string;
  /** Parts after the first, in order. */
  readonly more?: readonly DepositPart[];
  /** Kept, and nobody is told of it. */
  readonly quiet?: boolean;
  /** Its mailbox was there, and nobody has raised the counters for it. */
  readonly uncounted?: boolean;
  /**
   * The same for others, each a message of its own: who finds this gives each one that has not got it. Absent: for
   * `draft.to` alone.
   */
  readonly others?: readonly OtherRecipient[];
}

export interface OtherRecipient {
  readonly to: E164;
  /** `draft.origin.id` of its message. */
  readonly id: string;
  readonly classOfService: string;
}

/** One part of a message with its bytes. */
export interface DepositPart {
  readonly contentType: string;
  /** Playing time in milliseconds, for sound and video. */
  readonly durationMs?: number;
  readonly pages?: number;
  /** File name that the sender gave it. */
  readonly name?: string;
  readonly bytes: Uint8Array;
}
