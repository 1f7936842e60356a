/** Mailboxes that two nodes share, as the one that sends knows them. */
import type { Watched } from '../ports/replication.ts';

type Role = 'home' | 'away';

/** A mailbox that the peer is to have. */
export interface Shared extends Watched {
  readonly role: Role;
  readonly epoch: string;
}

export interface Limited extends Shared {
  /** Larger messages stay here, in bytes. */
  readonly most: number;
}

export interface Looked {
  readonly mark: string;
  /** When it was compared whole. */
  readonly at: number;
  readonly notBefore: number;
  /** How long it is left alone while all that changes is what the peer sends, in milliseconds. */
  readonly calm: number;
}
