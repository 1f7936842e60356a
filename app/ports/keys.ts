/**
 * Keys of mailboxes, wrapped by a master key. They lie apart from messages and media: who has a copy of those alone can open
 * nothing, and once a key is erased nobody can.
 */
import type { MailboxId } from '../core/ids.ts';

export interface WrappedKey {
  /** 32 hexadecimal digits; what is sealed names it. */
  readonly id: string;
  readonly mailbox: MailboxId;
  /** The master key that wraps it. */
  readonly master: string;
  readonly wrapped: string;
  readonly created: Date;
}

export interface KeyStore extends AsyncDisposable {
  get(id: string): Promise<WrappedKey | undefined>;
  of(mailbox: MailboxId): Promise<WrappedKey | undefined>;
  /** One mailbox has one key: answers the one that it has then. */
  add(key: WrappedKey): Promise<WrappedKey>;
  /** For good; answers whether there was one. */
  erase(mailbox: MailboxId): Promise<boolean>;
  /** Master keys that wrap any, with how many each. */
  masters(): Promise<ReadonlyMap<string, number>>;
  /** Some of those that a master key wraps, by id, after the given one. */
  wrappedBy(master: string, after: string | undefined, limit: number): Promise<readonly WrappedKey[]>;
  /** Wraps it otherwise, if it is wrapped as given; answers whether it was. */
  rewrap(key: WrappedKey, by: Pick<WrappedKey, 'master' | 'wrapped'>): Promise<boolean>;
}

/**
 * What wraps keys of mailboxes, and is not in the store. All reject with a Fault: `key-unavailable` (temporary: it is away)
 * or `key-lost` (it has not got that master key, or what was wrapped is damaged).
 */
export interface MasterKey {
  /** For the log and for people. */
  readonly name: string;
  /** The name of the one that wraps now. */
  current(): Promise<string>;
  /** @param about what the key is for; without it nobody can unwrap it */
  wrap(key: Uint8Array, about: string): Promise<Pick<WrappedKey, 'master' | 'wrapped'>>;
  unwrap(key: Pick<WrappedKey, 'master' | 'wrapped'>, about: string): Promise<Uint8Array>;
}

/** Seals files on this disk. */
export interface FileSeal {
  /** @param about what the file is; another one cannot be put in its place */
  seal(about: string, pieces: readonly Uint8Array[]): Promise<Uint8Array>;
  /** What was never sealed is answered as it is. @throws Fault `seal-broken`, `key-lost` */
  open(about: string, content: Uint8Array): Promise<Uint8Array>;
}
