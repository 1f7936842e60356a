/** Calls that a subscriber asks for: to hear a message on their phone, or to speak with its sender. */
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { DeliveryId, E164 } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import type { Deliveries } from './deliver.ts';
import type { TollAnswer, Tolls } from './tolls.ts';

export type CallAsked =
  | { readonly kind: 'asked'; readonly to: E164 }
  /** There is no number to call, or none that may be. */
  | { readonly kind: 'no-number' }
  | { readonly kind: 'refused'; readonly why: Exclude<TollAnswer, 'allowed'> };

export interface CallRequests {
  /** Whether the sender has a number that can be called at all. */
  hasNumber(message: Message): boolean;
  /** The same id twice asks once. @throws Fault if the store is away */
  ask(id: string, what: 'play' | 'sender', message: Message, mailbox: Mailbox): Promise<CallAsked>;
}

export interface CallDeps {
  readonly deliveries: Pick<Deliveries, 'request'>;
  readonly tolls: Pick<Tolls, 'may' | 'refused'>;
  readonly plan: Pick<NumberPlan, 'parse'>;
}

export function createCallRequests({ deliveries, tolls, plan }: CallDeps): CallRequests {
  const numberOf = ({ envelope }: Message): E164 | undefined =>
    envelope.from.private ? undefined : plan.parse(envelope.from.number ?? '');
  return {
    hasNumber: (message) => numberOf(message) !== undefined,
    async ask(given, what, message, mailbox) {
      const id = `web:${given}` as DeliveryId;
      const to = mailbox.number;
      const called = what === 'play' ? to : numberOf(message);
      if (called === undefined) return { kind: 'no-number' };
      const toll = await tolls.may(mailbox, called);
      if (toll !== 'allowed') {
        tolls.refused(mailbox, called, toll);
        return { kind: 'refused', why: toll };
      }
      const purpose = what === 'play' ? 'play' : 'call-sender';
      await deliveries.request({ id, message: message.id, purpose, to });
      return { kind: 'asked', to };
    },
  };
}
