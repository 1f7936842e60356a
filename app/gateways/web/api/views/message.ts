/** Messages as the API shows them. */
import type { MessageBrief } from '../../../../core/message/brief.ts';
import { briefOf } from '../../../../core/message/brief.ts';
import { itemOf } from '../../../../core/message/item.ts';
import type { Message } from '../../../../core/message/message.ts';
import { spokenWords } from '../../../../core/message/spoken.ts';
import type { Principal } from '../../../../core/access/principal.ts';
import type { ApiServices } from '../services.ts';
import type * as schema from '../schema/message.ts';

export function itemView(brief: MessageBrief): schema.MessageItem {
  return itemOf(brief);
}

type Needs = Pick<ApiServices, 'parts' | 'answers' | 'calls'>;

/** A reference is for whoever may use it: not for operators, nor for those who have only a link. */
export function messageView(services: Needs, message: Message, who: Principal | undefined): schema.Message {
  const { envelope, reference, transcript = '', times = '', heardAt, deletedAt } = message;
  const words = times === '' ? undefined : spokenWords(transcript, times);
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
    ...(message.transcript === undefined ? {} : { transcript }),
    ...(words === undefined ? {} : { words }),
    ...(envelope.related === undefined ? {} : { related: envelope.related }),
    ...(envelope.omitted === undefined ? {} : { omitted: envelope.omitted.map((one) => ({ ...one })) }),
    ...(envelope.fax === undefined ? {} : { fax: { ...envelope.fax } }),
    canReply: mine && services.answers.reaches(message),
    canCall: mine && services.calls.hasNumber(message),
  };
}
