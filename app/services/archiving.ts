import type { Message } from '../core/message/message.ts';

/** Another tier behind the store: whole messages, found again by what the message says of where they lie. */
export interface Archiving {
  /**
   * Puts the whole message there, makes sure that it is, and removes its parts here. Answers it as it is then; `undefined` if it
   * has changed or gone meanwhile.
   * @throws Fault if the archive or the store is away
   */
  archiveMessage(message: Message): Promise<Message | undefined>;
  /** Removes what lies there of a message that is being purged; nothing there is no error. */
  forget(message: Message): Promise<void>;
}
