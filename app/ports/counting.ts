import type { MailboxId } from '../core/ids.ts';
import type { CountChange } from './store.ts';

/** Counters that are raised a moment after their messages are in, many at once, and what makes them right after a crash. */
export interface CountingStore {
  /**
   * Adds to the counters of several mailboxes in one write. Answers those that there are not any more.
   * @throws Fault: some may be raised and others not
   */
  raise(changes: readonly Raise[]): Promise<readonly MailboxId[]>;
  /** Notes that this controller raises counters late, for messages that it makes from `at` on. */
  note(controller: string, at: Date): Promise<void>;
  /** What controllers have noted and not taken back, the oldest first. */
  noted(): Promise<readonly Noted[]>;
  /** Takes a note back, if it is still that of `at`. */
  forget(noted: Noted): Promise<void>;
  /** Mailboxes that hold messages made in this time (UUIDv7 ids, RFC 9562). */
  mailboxesOf(from: Date, to: Date): Promise<readonly MailboxId[]>;
}

export interface Raise {
  readonly mailbox: MailboxId;
  readonly change: CountChange;
}

export interface Noted {
  readonly controller: string;
  readonly at: Date;
}
