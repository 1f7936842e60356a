/** Keys of programs. The store has the SHA-256 of their secret alone. */
import type { Scope } from '../core/access/principal.ts';
import type { MailboxId } from '../core/ids.ts';

export interface ApiKey {
  /** Part of the key that is no secret. */
  readonly id: string;
  /** SHA-256 of the secret. */
  readonly hash: string;
  /** What people call it. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The only mailbox that it leads to; absent: all. */
  readonly mailbox?: MailboxId;
  readonly created: Date;
  /** Who made it. */
  readonly by: string;
  /** Noted now and then only. */
  readonly lastUsed?: Date;
  readonly expires?: Date;
  readonly revoked?: Date;
}

export interface ApiKeyStore {
  /** False: there is one of this id. */
  insert(key: ApiKey): Promise<boolean>;
  /** Gives one of this id and name, by the same maker, another secret, while nobody has used it; false if there is none. */
  renew(key: ApiKey): Promise<boolean>;
  get(id: string): Promise<ApiKey | undefined>;
  /** All by id, those after the given one; fewer than `limit` = the end. */
  list(after: string | undefined, limit: number): Promise<ApiKey[]>;
  /** The key as it is then, `undefined` if there is none. One that is revoked stays so since the first time. */
  revoke(id: string, at: Date): Promise<ApiKey | undefined>;
  used(id: string, at: Date): Promise<void>;
}
