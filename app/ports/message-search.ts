/** What a search of the store asks for. */
import type { MailboxId, MessageId } from '../core/ids.ts';
import type { MessageState } from '../core/message/message.ts';
import type { MessageKind } from '../core/profile/class-of-service.ts';
import type { SearchTerm } from '../core/search/search-terms.ts';

export interface MessageSearch {
  /** Default: all mailboxes. */
  readonly mailbox?: MailboxId;
  /** All of them must be found; none: whatever the rest lets through. */
  readonly terms: readonly SearchTerm[];
  /** Default: all. */
  readonly kinds?: readonly MessageKind[];
  /** Default: all, the deleted too. */
  readonly states?: readonly MessageState[];
  readonly urgent?: boolean;
  /** Received at that time or later. */
  readonly since?: Date;
  /** Received before. */
  readonly until?: Date;
  /** Those that come after this place in the order. */
  readonly after?: SearchPlace;
  readonly limit: number;
}

/** Where a message stands among those found: by reception, of one time by id. */
export interface SearchPlace {
  readonly received: Date;
  readonly id: MessageId;
}
