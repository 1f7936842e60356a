/** Puts what is in the store already in another form, under the same names: as it is sealed, or under whose key. */
import type { MailboxId, MediaId } from '../core/ids.ts';
import type { Message } from '../core/message/message.ts';

export interface ResealingStore {
  /**
   * Writes envelope, sealed fields, transcript with its times, words and mailbox of a message as they are given, in one write, if it is still in
   * the mailbox `from` and of the version given. Answers whether it was done.
   */
  rewrite(message: Message, words: readonly string[], from: MailboxId): Promise<boolean>;
  /** Other bytes in place of those that are there, at once for whoever reads them; false if there are none. */
  replaceMedia(id: MediaId, bytes: Uint8Array): Promise<boolean>;
}
