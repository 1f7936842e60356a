/** Calls to subscribers that are due. */
import type { DeliveryId, E164, MailboxId, MessageId } from '../core/ids.ts';

/** A call to the subscriber: about one message, which is played or whose sender is connected, or with all new ones. */
export interface Delivery {
  readonly id: DeliveryId;
  readonly purpose: 'play' | 'call-sender' | 'new-messages';
  /** For `play` and `call-sender`. */
  readonly message?: MessageId;
  /** For `new-messages`. */
  readonly mailbox?: MailboxId;
  readonly to: E164;
  /** Goes out in quiet hours too. */
  readonly urgent?: boolean;
  readonly status: 'pending' | 'calling' | 'done' | 'dead';
  readonly tries: number;
  readonly due: Date;
  readonly created: Date;
  readonly lastError?: string;
}

export interface DeliveryStore {
  /** Idempotent by id. */
  add(delivery: Delivery): Promise<void>;
  /**
   * Asks for a call that may have been asked for before: of one id there is one call at a time. One that waits goes on
   * waiting, one that is over begins anew, and one that is under way is followed by another.
   */
  ask(delivery: Delivery): Promise<void>;
  takeDue(now: Date, leaseMs: number): Promise<Delivery | undefined>;
  /** Answers true if it was asked for again meanwhile, and is due. */
  done(id: DeliveryId, now: Date): Promise<boolean>;
  /** Not now: the try does not count. */
  putOff(id: DeliveryId, due: Date, why: string): Promise<void>;
  /** Keeps a delivery that is under way from others for longer. */
  extend(id: DeliveryId, now: Date, leaseMs: number): Promise<void>;
  /**
   * `due` undefined = given up.
   * @param anew when it begins anew if it was asked for again meanwhile
   */
  failed(id: DeliveryId, due: Date | undefined, error: string, anew?: Date): Promise<void>;
  nextDue(): Promise<Date | undefined>;
}
