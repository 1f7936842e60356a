/** What proves that somebody is the subscriber; never read with the mailbox. Every write is one atomic update. */
import type { MailboxId } from '../core/ids.ts';

export interface Credential {
  readonly mailbox: MailboxId;
  /** Of the PIN; absent while there is only a code. */
  readonly hash?: string;
  /** Hashes of the last PINs, the newest first, the present one among them. */
  readonly history: readonly string[];
  /** When the PIN was set. */
  readonly set?: Date;
  /** Somebody else chose it: at the next login another must be chosen. */
  readonly mustChange: boolean;
}

/** A code that is good once. */
export interface OneTimeCode {
  readonly hash: string;
  readonly expires: Date;
  readonly tries: number;
}

export interface CredentialStore {
  get(mailbox: MailboxId): Promise<Credential | undefined>;
  /** The PIN from now on; its hash goes before the history, of which the newest `keep` stay. A code is over. */
  setPin(pin: {
    readonly mailbox: MailboxId;
    readonly hash: string;
    readonly set: Date;
    readonly mustChange: boolean;
    readonly keep: number;
  }): Promise<void>;
  /** The same PIN hashed anew, also in the history; nothing if it has been changed meanwhile. */
  rehash(mailbox: MailboxId, from: string, to: string): Promise<void>;
  /** In place of an earlier code. */
  putCode(mailbox: MailboxId, code: OneTimeCode): Promise<void>;
  /** Takes one of the tries of a code that has not expired; its hash, or `undefined` if there is none to try. */
  takeCodeTry(mailbox: MailboxId, now: Date): Promise<string | undefined>;
  /** Removes the code with this hash; false if it was gone: of two who use it at once one has it. */
  useCode(mailbox: MailboxId, hash: string): Promise<boolean>;
  /** With the mailbox. */
  remove(mailbox: MailboxId): Promise<void>;
}
