import type { MessageState } from '../message/message.ts';
import type { MailboxCounts } from './mailbox.ts';

const order: Readonly<Record<MessageState, number>> = { new: 0, heard: 1, saved: 2, deleted: 3 };

/**
 * The later of two states: new < heard < saved < deleted. Commutative, associative and idempotent, so the order and
 * repetition of transfers between nodes do not matter.
 */
export function joinState(a: MessageState, b: MessageState): MessageState {
  return order[a] >= order[b] ? a : b;
}

/**
 * What a mailbox's counters gain when one of its messages goes from a state to another. `from` undefined: it arrives;
 * `to` undefined: it is gone. `new` and `old` are those of RFC 3842, deleted ones count nowhere; `urgent` counts the
 * urgent among the new.
 */
export function applyState(
  from: MessageState | undefined,
  to: MessageState | undefined,
  urgent = false,
): MailboxCounts {
  const before = counted(from, urgent);
  const after = counted(to, urgent);
  return { new: after.new - before.new, old: after.old - before.old, urgent: after.urgent - before.urgent };
}

function counted(state: MessageState | undefined, urgent: boolean): MailboxCounts {
  const isNew = state === 'new';
  const isOld = state === 'heard' || state === 'saved';
  return { new: isNew ? 1 : 0, old: isOld ? 1 : 0, urgent: isNew && urgent ? 1 : 0 };
}
