/** Messages as the API shows them. */
import type { MessageBrief } from '../../../../core/message/brief.ts';
import { briefOf } from '../../../../core/message/brief.ts';
import type { Message } from '../../../../core/message/message.ts';
import type { Principal } from '../../../../core/access/principal.ts';
import type { ApiServices } from '../services.ts';
import type * as schema from '../schema/message.ts';

/** Characters of the first words. */
const previewLength = 200;

export function itemView(brief: MessageBrief): schema.MessageItem {
  const { received, transcript, tier, from, ...rest } = brief;
  const preview = transcript === undefined ? '' : firstWords(transcript);
  return {
    ...rest,
    from: { ...from },
    received: received.toISOString(),
    archived: tier === 'archived',
    ...(preview === '' ? {} : { preview }),
  };
}

function firstWords(text: string): string {
  const words = text
    .slice(0, 2 * previewLength)
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (words.length <= previewLength) return words;
  // Not between the halves of a character.
  return `${words.slice(0, previewLength - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

type Needs = Pick<ApiServices, 'parts' | 'answers' | 'calls'>;

/** A reference is for whoever may use it: not for operators, nor for those who have only a link. */
export function messageView(services: Needs, message: Message, who: Principal | undefined): schema.Message {
  const { envelope, reference, transcript, heardAt, deletedAt } = message;
  const { parts: _count, ...item } = itemView(briefOf(message));
  const mine = who?.kind === 'subscriber';
  return {
    ...item,
    to: envelope.to,
    network: envelope.origin.network,
    ...(mine ? { reference } : {}),
    referenceExpires: message.referenceExpires.toISOString(),
    expires: message.expires.toISOString(),
    ...(heardAt === undefined ? {} : { heardAt: heardAt.toISOString() }),
    ...(deletedAt === undefined ? {} : { deletedAt: deletedAt.toISOString() }),
    cut: envelope.cut,
    parts: envelope.parts.map(({ contentType, name, bytes, durationMs, pages }, index) => ({
      index,
      contentType,
      ...(name === undefined ? {} : { name }),
      bytes,
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(pages === undefined ? {} : { pages }),
      forms: [...services.parts.forms(message, index)],
    })),
    ...(transcript === undefined ? {} : { transcript }),
    ...(envelope.related === undefined ? {} : { related: envelope.related }),
    ...(envelope.omitted === undefined ? {} : { omitted: envelope.omitted.map((one) => ({ ...one })) }),
    ...(envelope.fax === undefined ? {} : { fax: { ...envelope.fax } }),
    canReply: mine && services.answers.reaches(message),
    canCall: mine && services.calls.hasNumber(message),
  };
}
