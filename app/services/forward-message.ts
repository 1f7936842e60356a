/** Sends a message on to mailboxes here, with words or a recording of the subscriber's own before it. */
import type { E164 } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { DepositPart } from '../ports/spool.ts';
import { textPart } from './deposit-by-web.ts';
import type { PartMeasure } from './measure-parts.ts';
import type { Sends } from './send.ts';

export interface Forwarding {
  /** The same when it comes again. */
  readonly id: string;
  readonly message: Message;
  readonly mailbox: Mailbox;
  /** Numbers as they are dialled here, or keys of distribution lists. */
  readonly to: readonly string[];
  readonly words?: string | undefined;
  /** Goes before the message. */
  readonly parts: readonly DepositPart[];
  readonly urgent: boolean;
}

export type ForwardResult =
  | {
      readonly kind: 'sent';
      readonly sent: readonly string[];
      readonly full: readonly string[];
      readonly failed: readonly string[];
    }
  /** The sender asked not to pass it on. */
  | { readonly kind: 'confidential' }
  /** Its bytes are lost. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'nobody' };

export interface Forwards {
  /** @throws Fault if the store is away */
  send(forwarding: Forwarding): Promise<ForwardResult>;
}

export interface ForwardDeps {
  readonly sends: Pick<Sends, 'partsOf' | 'send'>;
  readonly plan: Pick<NumberPlan, 'parse'>;
  readonly measure: PartMeasure;
}

export function createForwards(deps: ForwardDeps): Forwards {
  return {
    async send({ id, message, mailbox, to, words = '', parts, urgent }) {
      if (message.envelope.confidential) return { kind: 'confidential' };
      const { numbers, unknown } = recipients(deps, mailbox, to);
      if (numbers.length === 0) return { kind: 'nobody' };
      const own = await deps.measure(parts);
      const original = await deps.sends.partsOf(message);
      if (original === undefined) return { kind: 'gone' };
      const { kind, subject } = message.envelope;
      const comment = words.trim() === '' ? [] : [textPart(words.trim())];
      const result = await deps.sends.send({
        id,
        from: mailbox,
        to: numbers,
        kind,
        network: 'web',
        parts: [...comment, ...own, ...original],
        urgent,
        related: message.id,
        ...(subject === undefined ? {} : { subject }),
      });
      return { kind: 'sent', ...result, failed: [...result.failed, ...unknown] };
    },
  };
}

/** Keys of lists are shorter than any number. */
function recipients(
  { plan }: ForwardDeps,
  { settings }: Mailbox,
  to: readonly string[],
): { readonly numbers: readonly E164[]; readonly unknown: readonly string[] } {
  const numbers: E164[] = [];
  const unknown: string[] = [];
  for (const one of to) {
    const list = /^[1-9]\d?$/.test(one) ? settings.lists?.[one] : undefined;
    const number = list === undefined ? plan.parse(one) : undefined;
    if (list !== undefined) numbers.push(...list.members);
    else if (number !== undefined) numbers.push(number);
    else unknown.push(one);
  }
  return { numbers: [...new Set(numbers)], unknown };
}
