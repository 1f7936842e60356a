/**
 * Messages on their way into the archive and back. Each step is one update of the message; who begins has it until the time in
 * `moving`, and no step of another succeeds meanwhile. What a crash leaves has a `moving` whose time is over.
 */
import type { MessageId } from '../core/ids.ts';
import type { ArchivedAt, Message, Moving } from '../core/message/message.ts';

export interface ArchivingStore {
  /** Takes the message, for good or until the time: with the name that its object in the archive has or gets. */
  begin(id: MessageId, moving: Moving): Promise<BeginResult>;
  /** Takes over what another has left; answers false if a third was quicker, or it was not left at all. */
  takeOver(id: MessageId, left: Moving, moving: Moving): Promise<boolean>;
  /**
   * It lies in the archive, and what was made of it is not known any more; answers it before and after. `undefined` if it is
   * not ours any more, or has become another `version` than that of the given message.
   */
  toArchive(
    message: Message,
    moving: Moving,
    archived: ArchivedAt,
  ): Promise<{ before: Message; after: Message } | undefined>;
  /** Its parts are in the store again, read at this time; `undefined` if it is not ours any more, or gone. */
  toLive(
    message: Message,
    moving: Moving,
    at: Date,
  ): Promise<{ before: Message; after: Message } | undefined>;
  /** All is in order. */
  finish(id: MessageId, moving: Moving): Promise<void>;
  /** Writes down that what lies in the archive under the key is not what was put there. */
  damaged(id: MessageId, key: string, what: string): Promise<void>;
  /** Those whose time is over, the longest first. */
  left(now: Date, limit: number): Promise<Message[]>;
}

export type BeginResult =
  | { readonly kind: 'begun'; readonly message: Message }
  /** Another has it, or has left it: see its `moving`. */
  | { readonly kind: 'moving'; readonly moving: Moving; readonly message: Message }
  | { readonly kind: 'gone' };
