/** Sends notices to people. A gateway knows one network's wire and nothing of mailboxes. */
import type { GatewayName } from '../core/profile/class-of-service.ts';

export interface TextGateway {
  readonly name: GatewayName;
  /**
   * Hands one text to the network. `id` is the dedupe key: where the network can, sending it twice sends one.
   * Rejects with a `Fault`: temporary (try again later) or not (this recipient will never work).
   */
  send(text: OutgoingText): Promise<{ readonly providerId?: string }>;
}

export interface OutgoingText {
  readonly id: string;
  readonly to: string;
  readonly body: string;
}
