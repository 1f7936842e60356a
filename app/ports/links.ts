/** Links in notices: each opens one message. Of a link's token the store has only its SHA-256. */
import type { MailboxId, MessageId } from '../core/ids.ts';

export interface NoticeLink {
  /** SHA-256 of its token. */
  readonly id: string;
  readonly message: MessageId;
  readonly mailbox: MailboxId;
  /** Afterwards it opens nothing; it is remembered for some days more, so that this can be said. */
  readonly expires: Date;
}

export interface LinkStore {
  insert(link: NoticeLink): Promise<void>;
  get(id: string): Promise<NoticeLink | undefined>;
}
