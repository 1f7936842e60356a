/** Those who run the system. */
import type { OperatorRole } from '../core/access/principal.ts';

export interface Operator {
  /** As of `operatorNamePattern`. */
  readonly name: string;
  readonly role: OperatorRole;
  /** Of the password, by the hasher. */
  readonly hash: string;
  /** Secret of the one-time passwords (RFC 6238), in Base32. */
  readonly totp: string;
  readonly created: Date;
  /** When password and secret were set. */
  readonly set: Date;
  readonly lastSignIn?: Date;
  /** When somebody began to take their role away, or them: until that is done, or has been given up, nobody counts on them. */
  readonly leaving?: Date;
}

export interface OperatorStore {
  /** False if the name is taken. */
  insert(operator: Operator): Promise<boolean>;
  get(name: string): Promise<Operator | undefined>;
  /** All by name, those after the given one; fewer than `limit` = the end. */
  list(after: string | undefined, limit: number): Promise<Operator[]>;
  /** False if there is none. Codes of an earlier secret count for nothing then. */
  change(
    name: string,
    change: Partial<Pick<Operator, 'role' | 'hash' | 'totp' | 'set' | 'leaving'>>,
  ): Promise<boolean>;
  /** The same password hashed anew; nothing if it has been changed meanwhile. */
  rehash(name: string, from: string, to: string): Promise<void>;
  /**
   * Uses up the one-time password of this counter, and all before it; false if it, or a later one, was used before: of two who
   * use it at once one has it.
   */
  useCounter(name: string, counter: number, at: Date): Promise<boolean>;
  remove(name: string): Promise<boolean>;
}
