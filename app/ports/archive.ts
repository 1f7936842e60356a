/**
 * Where messages lie that are out of the store: a directory, a bucket of S3, another database. It knows nothing of messages.
 *
 * Contract: what `put` has answered for is there after a crash of this machine, and `get` answers it byte for byte. A key
 * never stands for other bytes later: whoever writes anew takes another key. All reject with a `Fault`: `archive-unavailable`
 * or `disk-full` (temporary: away, slow, full) or `archive-failed` (not temporary: access denied, no such bucket, a key that
 * is none); none keeps anybody waiting longer than its configured deadline for each step.
 */
import type { MailboxId } from '../core/ids.ts';

export interface Archive extends AsyncDisposable {
  /** What it is, for the log and for people: no secrets. */
  readonly name: string;
  /**
   * Repeating it with the same bytes is harmless, and completes what was broken off.
   * @param owner whose key seals them, where they are sealed
   */
  put(key: string, bytes: Uint8Array, owner?: MailboxId): Promise<void>;
  /**
   * @param mostBytes longer ones are not what was put there: `archive-failed`
   * @returns `undefined` if there is no such object
   */
  get(key: string, mostBytes: number): Promise<Uint8Array | undefined>;
  /** What is not there is no error. */
  delete(key: string): Promise<void>;
  /** Resolves if objects can be written and read now. */
  ping(): Promise<void>;
}

/** Keys of every archive: one name without folders. */
export const archiveKeyForm = /^[A-Za-z0-9][A-Za-z0-9_-]{2,149}(\.[a-z0-9]{1,8})?$/;
