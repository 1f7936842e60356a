/** What lists show of a message. */
import type { MessageKind } from '../profile/class-of-service.ts';
import type { Envelope, Message, Sender } from './message.ts';

export interface MessageBrief extends Pick<
  Message,
  'id' | 'mailbox' | 'state' | 'urgent' | 'tier' | 'version'
> {
  readonly kind: MessageKind;
  readonly from: Sender;
  readonly received: Date;
  readonly confidential: boolean;
  readonly subject?: string;
  /** Of all its parts, in milliseconds. */
  readonly durationMs?: number;
  /** Of all its parts. */
  readonly pages?: number;
  /** How many. */
  readonly parts: number;
  readonly transcript?: string;
}

/** What of it the envelope alone knows. */
export type EnvelopeBrief = Pick<MessageBrief, 'confidential' | 'subject' | 'durationMs' | 'pages' | 'parts'>;

export function briefOfEnvelope({ parts, confidential, subject }: Envelope): EnvelopeBrief {
  const sum = (measure: 'durationMs' | 'pages'): number =>
    parts.reduce((all, part) => all + (part[measure] ?? 0), 0);
  const [durationMs, pages] = [sum('durationMs'), sum('pages')];
  return {
    confidential,
    ...(subject === undefined ? {} : { subject }),
    ...(durationMs === 0 ? {} : { durationMs }),
    ...(pages === 0 ? {} : { pages }),
    parts: parts.length,
  };
}

export function briefOf(message: Message): MessageBrief {
  const { id, mailbox, state, urgent, tier, version, envelope, transcript } = message;
  const { kind, from, received } = envelope;
  return {
    id,
    mailbox,
    state,
    urgent,
    tier,
    version,
    kind,
    from,
    received,
    ...briefOfEnvelope(envelope),
    ...(transcript === undefined ? {} : { transcript }),
  };
}
