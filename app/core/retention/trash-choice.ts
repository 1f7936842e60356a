/** Which deleted messages go before their time: those that a mailbox has no room for, the longest deleted first. */
import type { MailboxUsage } from '../mailbox/mailbox.ts';
import { heldBytes } from '../mailbox/usage.ts';
import type { ClassOfService } from '../profile/class-of-service.ts';
import type { RetentionFacts } from './judge.ts';

/** Sound of a second as it may come at most from a telephone, where a class limits seconds alone. */
const secondBytes = 16_000;

export type TrashLimits = Pick<ClassOfService, 'maxBytes' | 'maxSeconds'>;

export type InTrash = Pick<RetentionFacts, 'state' | 'deletedAt' | 'hold'> & {
  readonly id: string;
  /** What it takes where it lies. */
  readonly bytes: number;
};

/** What a mailbox may take together with its trash; `undefined`: as much as comes. */
function mostBytes({ maxBytes, maxSeconds }: TrashLimits): number | undefined {
  return maxBytes ?? (maxSeconds === undefined ? undefined : maxSeconds * secondBytes);
}

/** Whether a mailbox and its trash take more than the quota, and the trash can give way. */
export function isOverWithTrash(usage: MailboxUsage | undefined, limits: TrashLimits): boolean {
  const most = mostBytes(limits);
  return most !== undefined && (usage?.trash ?? 0) > 0 && heldBytes(usage) > most;
}

/** Just as many as bring mailbox and trash together down to the quota. What is under a legal hold stays. */
export function chooseFromTrash<M extends InTrash>(messages: readonly M[], limits: TrashLimits): M[] {
  const most = mostBytes(limits);
  if (most === undefined) return [];
  let over = messages.reduce((sum, { bytes }) => sum + bytes, 0) - most;
  const deletedAt = (one: M): number => one.deletedAt?.getTime() ?? 0;
  const order = messages
    .filter(({ state, hold, bytes }) => state === 'deleted' && hold === undefined && bytes > 0)
    .toSorted((a, b) => deletedAt(a) - deletedAt(b) || (a.id < b.id ? -1 : 1));
  const chosen: M[] = [];
  for (const one of order) {
    if (over <= 0) break;
    chosen.push(one);
    over -= one.bytes;
  }
  return chosen;
}
