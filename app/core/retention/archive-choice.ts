/** Which messages of a mailbox go to the archive: over its memory allocation, those that nobody has asked for the longest. */
import { later, lastAccess, type RetentionFacts, type RetentionRules } from './judge.ts';

/** Of classes that do not say. */
const usualArchiveDays = 30;

export interface Archivable extends Omit<RetentionFacts, 'forms'> {
  readonly id: string;
  /** What it takes now: envelope and parts. */
  readonly bytes: number;
}

export interface ArchiveChoice<M> {
  /** In the order in which they go: the longest not accessed first. */
  readonly chosen: readonly M[];
  /** The mailbox stays over its allocation, and more may go then. Absent: nothing more is to be done by itself. */
  readonly again?: Date;
}

/**
 * Just as many as bring the mailbox down to its allocation, of those not accessed for the configured time. What lies in the
 * trash is not archived: it goes by itself.
 */
export function chooseForArchive<M extends Archivable>(
  messages: readonly M[],
  rules: RetentionRules,
  now: Date,
): ArchiveChoice<M> {
  const { memoryBytes, archiveAfterDays = usualArchiveDays } = rules;
  if (memoryBytes === undefined) return { chosen: [] };
  let over = messages.reduce((sum, one) => sum + takes(one), 0) - memoryBytes;
  const order = messages
    .filter((one) => one.tier !== 'archived' && one.state !== 'deleted' && one.bytes > 0 && !isKept(one))
    .toSorted((a, b) => lastAccess(a).getTime() - lastAccess(b).getTime() || (a.id < b.id ? -1 : 1));
  const chosen: M[] = [];
  for (const one of order) {
    if (over <= 0) return { chosen };
    const from = later(lastAccess(one), archiveAfterDays);
    if (from > now) return { chosen, again: from };
    chosen.push(one);
    over -= one.bytes;
  }
  return { chosen };
}

/** Whether a mailbox takes more than its allocation. */
export function isOverAllocation(
  bytes: number,
  { memoryBytes }: Pick<RetentionRules, 'memoryBytes'>,
): boolean {
  return memoryBytes !== undefined && bytes > memoryBytes;
}

/** What a message under a legal hold was before it was compressed may lie beside it still, and stays there. */
function isKept({ hold, tier }: Archivable): boolean {
  return hold !== undefined && tier === 'compressed';
}

function takes({ tier, bytes }: Archivable): number {
  return tier === 'archived' ? 0 : bytes;
}
