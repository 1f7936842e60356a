/** Texts and mails that were given up. */
import type { NotificationId } from '../core/ids.ts';
import type { Notification } from './store.ts';

export interface DeadLetterStore {
  /** The newest first. */
  deadLetters(limit: number): Promise<Notification[]>;
  /** Tries a dead letter anew from the beginning; answers false if there is no such dead letter. */
  revive(id: NotificationId, due: Date): Promise<boolean>;
  /** It stays dead, and is no dead letter any more; answers false if there is no such dead letter. */
  drop(id: NotificationId): Promise<boolean>;
}

export interface ForgettingStore {
  /** Removes one for good that nobody asks about once it is out: of the kind `event`. */
  forget(id: NotificationId): Promise<void>;
}
