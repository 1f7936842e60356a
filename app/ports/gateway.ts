/** Sends notices to people. A gateway knows one network's wire and nothing of mailboxes. */
import type { GatewayName } from '../core/profile/class-of-service.ts';
import type { OutgoingMail } from './mail.ts';

export interface TextGateway {
  readonly name: GatewayName;
  /**
   * Hands one text to the network. `id` is the dedupe key: where the network can, sending it twice sends one.
   * Rejects with a `Fault`: temporary (try again later) or not (this recipient will never work). A temporary one may
   * also mean that the text was taken and the answer was lost, so further tries carry `firstTried`.
   */
  send(text: OutgoingText): Promise<TextTaken>;
}

export interface TextTaken {
  readonly providerId?: string;
  /** Short messages that it was handed over as; absent: by the rules of 3GPP TS 23.040. */
  readonly segments?: number;
}

export interface OutgoingText {
  readonly id: string;
  readonly to: string;
  readonly body: string;
  /**
   * When the first try began, if this is not the first. A gateway that can ask its network sends only what was not
   * taken, and answers with the id of what was; the others send again.
   */
  readonly firstTried?: Date;
  /** What it is about, for networks between programs. */
  readonly about?: TextSubject;
  /** What a mail has besides its words; for the gateway `email` alone. */
  readonly mail?: OutgoingMail;
}

/** What became of a text after the network took it. */
export interface TextReport {
  readonly gateway: GatewayName;
  readonly providerId: string;
  readonly status: 'delivered' | 'failed';
  /** The network's own code. */
  readonly error?: string;
}

export interface TextSubject {
  /** As of the notification that it is. */
  readonly kind: string;
  readonly mailbox: string;
  readonly message?: string;
  readonly created: Date;
}
