/** What is asked for when messages of a mailbox are read in order. */
import type { Message, MessageState } from '../core/message/message.ts';
import type { MessageKind } from '../core/profile/class-of-service.ts';

export interface MessageFilter {
  /** Default: all. */
  readonly states?: readonly MessageState[];
  /** Default: all. */
  readonly kinds?: readonly MessageKind[];
  /** The sender's number. */
  readonly from?: string;
  /** Digits that the sender's number ends with. */
  readonly fromEnding?: string;
  /** By reception; `urgent-first` is urgent ones, then the others, the oldest first. Default: `newest`. */
  readonly order?: MessageOrder;
}

export type MessageOrder = 'newest' | 'oldest' | 'urgent-first';

/** What of a message says where it stands in an order. */
export type ListPlace = Pick<Message, 'id' | 'urgent'> & {
  readonly envelope: Pick<Message['envelope'], 'received'>;
};

export interface ListOptions extends MessageFilter {
  readonly limit: number;
  /** Those that come after this message in the order. */
  readonly after?: ListPlace;
  /** The last ones that come before this message in the order. */
  readonly before?: ListPlace;
}
