import type { Message } from '../core/message/message.ts';

/** Another tier behind the store: whole messages, found again by what the message says of where they lie. */
export interface Archiving {
  /**
   * Puts the whole message there, makes sure that it is, and removes its parts here. Answers it as it is then, also if it was
   * there already; `undefined` if it has changed or gone meanwhile, another has it, or its bytes are lost or too many: then it
   * stays where it is. Counters and usage are the caller's.
   * @throws Fault (temporary) if the archive or the store is away: nothing is lost, and the same may be asked again
   */
  archiveMessage(message: Message): Promise<Message | undefined>;
  /**
   * Brings it back; one that is not archived is there at once. Counters and usage follow. Callers at the same time share the
   * work, which goes on when they leave.
   * @param signal ends the waiting: rejects with its reason
   * @throws Fault (temporary) if the archive or the store is away: the message stays where it is
   */
  bringBack(message: Message, signal?: AbortSignal): Promise<BringResult>;
  /** Removes what lies there of a message that is being purged; nothing there is no error. @throws Fault as above */
  forget(message: Pick<Message, 'archived' | 'moving'>): Promise<void>;
  /** Puts in order what a crash has left half-done, so many at most; answers how many. @throws Fault as above */
  repair(limit: number): Promise<number>;
}

export type BringResult =
  /** Its parts are in the store. */
  | { readonly kind: 'there'; readonly message: Message }
  | { readonly kind: 'gone' }
  /** What lies in the archive is not what was put there. The message stays archived, and says so. */
  | { readonly kind: 'damaged' };
