import type { Collection } from 'mongodb';
import type { Mailbox, MailboxCounts } from '../core/mailbox/mailbox.ts';
import { applyState } from '../core/mailbox/state.ts';
import type { MessageState } from '../core/message/message.ts';
import type { MessageKind } from '../core/profile/class-of-service.ts';
import type { MessageDocument } from './message-document.ts';

interface Group {
  readonly _id: { readonly state: MessageState; readonly urgent?: boolean; readonly kind?: MessageKind };
  readonly n: number;
}

type Counted = Pick<Mailbox, 'counts' | 'byKind'>;

const none: MailboxCounts = { new: 0, old: 0, urgent: 0 };

/** A kind without messages may be there or not. */
export function sameCounts(one: Counted, other: Counted): boolean {
  const same = (a: MailboxCounts = none, b: MailboxCounts = none): boolean =>
    a.new === b.new && a.old === b.old && a.urgent === b.urgent;
  const kinds = Object.keys({ ...one.byKind, ...other.byKind }) as MessageKind[];
  return same(one.counts, other.counts) && kinds.every((kind) => same(one.byKind[kind], other.byKind[kind]));
}

/** The counters of a mailbox as its messages have them. */
export async function countMessages(
  messages: Collection<MessageDocument>,
  mailbox: string,
): Promise<Counted> {
  const groups = await messages
    .aggregate<Group>([
      { $match: { mailbox } },
      { $group: { _id: { state: '$state', urgent: '$urgent', kind: '$kind' }, n: { $sum: 1 } } },
    ])
    .toArray();
  const counts = { new: 0, old: 0, urgent: 0 };
  const byKind: Partial<Record<MessageKind, { new: number; old: number; urgent: number }>> = {};
  for (const { _id, n } of groups) {
    const one = applyState(undefined, _id.state, _id.urgent === true);
    const kind = (byKind[_id.kind ?? 'voice'] ??= { new: 0, old: 0, urgent: 0 });
    for (const sum of [counts, kind]) {
      sum.new += one.new * n;
      sum.old += one.old * n;
      sum.urgent += one.urgent * n;
    }
  }
  return { counts, byKind };
}
