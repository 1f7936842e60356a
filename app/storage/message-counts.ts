import type { Collection } from 'mongodb';
import type { Mailbox, MailboxCounts, MailboxUsage } from '../core/mailbox/mailbox.ts';
import { applyState } from '../core/mailbox/state.ts';
import { noUsage, sizeOf } from '../core/mailbox/usage.ts';
import type { MessageState, Tier } from '../core/message/message.ts';
import type { MessageKind } from '../core/profile/class-of-service.ts';
import { fromDocument, type MessageDocument } from './message-document.ts';

interface Group {
  readonly _id: {
    readonly state: MessageState;
    readonly tier: Tier;
    readonly urgent?: boolean;
    readonly kind?: MessageKind;
  };
  readonly n: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Those that bear their size. */
  readonly sized: number;
}

type Counted = Required<Pick<Mailbox, 'counts' | 'byKind' | 'usage'>>;

const none: MailboxCounts = { new: 0, old: 0, urgent: 0 };
/** Messages that are given their size at once. */
const sizedAtOnce = 500;

/** A kind without messages may be there or not; usage that was never counted is none. */
export function sameCounts(one: Pick<Mailbox, 'counts' | 'byKind' | 'usage'>, other: Counted): boolean {
  const same = (a: MailboxCounts = none, b: MailboxCounts = none): boolean =>
    a.new === b.new && a.old === b.old && a.urgent === b.urgent;
  const sameUsage = (a: MailboxUsage = noUsage, b: MailboxUsage = noUsage): boolean =>
    a.bytes === b.bytes &&
    a.seconds === b.seconds &&
    a.archived === b.archived &&
    (a.trash ?? 0) === (b.trash ?? 0);
  const kinds = Object.keys({ ...one.byKind, ...other.byKind }) as MessageKind[];
  return (
    same(one.counts, other.counts) &&
    sameUsage(one.usage, other.usage) &&
    kinds.every((kind) => same(one.byKind[kind], other.byKind[kind]))
  );
}

/** The counters and the usage of a mailbox as its messages have them. */
export async function countMessages(
  messages: Collection<MessageDocument>,
  mailbox: string,
): Promise<Counted> {
  for (;;) {
    const groups = await groupsOf(messages, mailbox);
    if (groups.every(({ n, sized }) => sized === n)) return sumOf(groups);
    // What nobody can give a size counts nothing, and is not waited for.
    if ((await sizeMessages(messages, mailbox)) === 0) return sumOf(groups);
  }
}

function groupsOf(messages: Collection<MessageDocument>, mailbox: string): Promise<Group[]> {
  return messages
    .aggregate<Group>([
      { $match: { mailbox } },
      {
        $group: {
          _id: { state: '$state', tier: '$tier', urgent: '$urgent', kind: '$kind' },
          n: { $sum: 1 },
          bytes: { $sum: '$bytes' },
          seconds: { $sum: '$seconds' },
          // What is not there is less than any number.
          sized: { $sum: { $cond: [{ $gte: ['$bytes', 0] }, 1, 0] } },
        },
      },
    ])
    .toArray();
}

function sumOf(groups: readonly Group[]): Counted {
  const counts = { ...none };
  const usage = { ...noUsage };
  let trash = 0;
  const byKind: Partial<Record<MessageKind, { new: number; old: number; urgent: number }>> = {};
  for (const { _id, n, bytes, seconds } of groups) {
    const one = applyState(undefined, _id.state, _id.urgent === true);
    const kind = (byKind[_id.kind ?? 'voice'] ??= { ...none });
    for (const sum of [counts, kind]) {
      sum.new += one.new * n;
      sum.old += one.old * n;
      sum.urgent += one.urgent * n;
    }
    if (_id.state === 'deleted') trash += bytes;
    else {
      usage.bytes += bytes;
      usage.seconds += seconds;
    }
    if (_id.tier === 'archived') usage.archived += (one.new + one.old) * n;
  }
  return { counts, byKind, usage: { ...usage, ...(trash > 0 ? { trash } : {}) } };
}

/** Gives their size to messages that were written before sizes were: once in the life of each. Answers how many there were. */
async function sizeMessages(messages: Collection<MessageDocument>, mailbox: string): Promise<number> {
  const bare = await messages.find({ mailbox, bytes: { $exists: false } }, { limit: sizedAtOnce }).toArray();
  const updates = bare.map((document) => ({
    updateOne: {
      filter: { _id: document._id, bytes: { $exists: false } },
      update: { $set: sizeFrom(document) },
    },
  }));
  if (updates.length > 0) await messages.bulkWrite(updates, { ordered: false });
  return bare.length;
}

/** One whose envelope nobody can read must not keep the others from being counted. */
function sizeFrom(document: MessageDocument): { bytes: number; seconds: number } {
  try {
    return sizeOf(fromDocument(document));
  } catch {
    return { bytes: document.envelope.length, seconds: 0 };
  }
}
