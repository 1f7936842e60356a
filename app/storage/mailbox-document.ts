import type { E164, MailboxId } from '../core/ids.ts';
import type { Hold, Mailbox, MailboxCounts, MailboxUsage } from '../core/mailbox/mailbox.ts';
import { noUsage } from '../core/mailbox/usage.ts';
import type { MessageKind } from '../core/profile/class-of-service.ts';
import type { Settings } from '../core/profile/settings.ts';
import type { CountChange, FullNewMailbox } from '../ports/store.ts';

export interface MailboxDocument {
  _id: string;
  /** Number, then aliases: one unique index serves both, so that no number leads to two mailboxes. */
  numbers: string[];
  origin: Mailbox['origin'];
  status: Mailbox['status'];
  classOfService: string;
  created: Date;
  textsStopped?: Date;
  counts: MailboxCounts;
  /** A counter that never moved is not there. */
  byKind?: Partial<Record<MessageKind, Partial<MailboxCounts>>>;
  /** A sum that never moved is not there; nor is any of it where nothing was counted. */
  usage?: Partial<MailboxUsage>;
  /** Goes up with every change of the counters, so that a recount knows whether one came in between. */
  tally?: number;
  hold?: Hold;
  sweepAt?: Date;
  settings?: Settings;
  version?: number;
}

export const counters = ['new', 'old', 'urgent'] as const;
const sums = ['bytes', 'seconds', 'archived'] as const;
/** The same, and what is not there where it is nothing. */
const allSums = [...sums, 'trash'] as const;

/** What is added to the counters and the usage, and by a new mailbox set to nothing. */
export function countUpdate(change: CountChange | undefined) {
  const moves = (name: keyof MailboxCounts | keyof MailboxUsage): boolean => (change?.[name] ?? 0) !== 0;
  const raised = counters
    .filter(moves)
    .flatMap((name) =>
      [`counts.${name}`, `byKind.${change?.kind}.${name}`].map((path) => [path, change?.[name]] as const),
    );
  const used = allSums.filter(moves).map((name) => [`usage.${name}`, change?.[name]] as const);
  const add = [...raised, ...used];
  const still = [...counters.map((name) => `counts.${name}`), ...sums.map((name) => `usage.${name}`)];
  const added = new Set(add.map(([path]) => path));
  return {
    zero: Object.fromEntries(still.filter((path) => !added.has(path)).map((path) => [path, 0])),
    inc: add.length === 0 ? undefined : { ...Object.fromEntries(add), tally: 1 },
  };
}

export function toDocument(fresh: FullNewMailbox): MailboxDocument {
  const { id, number, aliases = [], status = 'provisional', settings, ...rest } = fresh;
  return {
    _id: id,
    numbers: [...new Set([number, ...aliases])],
    ...rest,
    status,
    counts: { new: 0, old: 0, urgent: 0 },
    usage: noUsage,
    ...(settings === undefined ? {} : { settings }),
  };
}

export function fromDocument(document: MailboxDocument): Mailbox;
export function fromDocument(document: MailboxDocument | null): Mailbox | undefined;
export function fromDocument(document: MailboxDocument | null): Mailbox | undefined {
  if (document === null) return undefined;
  const [number, ...aliases] = document.numbers as E164[];
  const byKind = Object.entries(document.byKind ?? {}).map(([kind, counts]) => [kind, allCounts(counts)]);
  return {
    id: document._id as MailboxId,
    number: number as E164,
    aliases,
    origin: document.origin,
    status: document.status,
    classOfService: document.classOfService,
    created: document.created,
    ...(document.textsStopped === undefined ? {} : { textsStopped: document.textsStopped }),
    counts: allCounts(document.counts),
    byKind: Object.fromEntries(byKind) as Mailbox['byKind'],
    ...(document.hold === undefined ? {} : { hold: document.hold }),
    ...(document.sweepAt === undefined ? {} : { sweepAt: document.sweepAt }),
    ...(document.usage === undefined ? {} : { usage: usageFrom(document.usage) }),
    settings: document.settings ?? {},
    version: document.version ?? 0,
  };
}

function usageFrom({ trash = 0, ...sums }: Partial<MailboxUsage>): MailboxUsage {
  return { ...noUsage, ...sums, ...(trash > 0 ? { trash } : {}) };
}

function allCounts(counts: Partial<MailboxCounts>): MailboxCounts {
  return { new: counts.new ?? 0, old: counts.old ?? 0, urgent: counts.urgent ?? 0 };
}
