/** Who is signed in over the web. Of a token the store has only its SHA-256: reading the store signs nobody in. */
import type { MailboxId, MessageId } from '../core/ids.ts';
import type { OperatorRole } from '../core/access/principal.ts';

/** Whom a session is of. */
export type SessionHolder =
  | { readonly kind: 'subscriber'; readonly mailbox: MailboxId; readonly via: 'pin' | 'code' }
  /** One message alone. */
  | { readonly kind: 'link'; readonly message: MessageId; readonly mailbox: MailboxId }
  /** `role`: only of operators whose role another system tells; those kept here have theirs with their name. */
  | { readonly kind: 'operator'; readonly name: string; readonly role?: OperatorRole };

export interface Session {
  /** SHA-256 of its token. */
  readonly id: string;
  readonly holder: SessionHolder;
  readonly created: Date;
  readonly lastSeen: Date;
  /** When it ends if nobody comes until then. */
  readonly expires: Date;
  /** When it ends in any case. */
  readonly until: Date;
  /** The PIN was chosen by somebody else: nothing but choosing another is allowed. */
  readonly mustChangePin?: boolean;
}

export interface SessionStore {
  insert(session: Session): Promise<void>;
  /** Also one that has ended and is not removed yet: who asks compares `expires`. */
  get(id: string): Promise<Session | undefined>;
  /** It was used; one that is gone stays gone. */
  touch(id: string, lastSeen: Date, expires: Date): Promise<void>;
  /** False if it was gone. */
  remove(id: string): Promise<boolean>;
  /**
   * Ends all sessions of a subscriber, with those by link, or of an operator; answers how many.
   * @param except this one stays, and needs no other PIN any more
   */
  removeAll(of: SessionsOf, except?: string): Promise<number>;
}

export type SessionsOf = { readonly mailbox: MailboxId } | { readonly operator: string };
