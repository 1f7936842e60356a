import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { OfficeRun } from '../command.ts';
import type { Office } from '../office/office.ts';
import { allMailboxes, firstOf } from '../office/pages.ts';
import { bytes } from '../output/text.ts';
import { fullest, limitsOf } from './limits.ts';

interface ListChoice {
  readonly messages?: boolean;
  readonly full?: number;
  readonly held?: boolean;
  readonly limit?: number;
}

export async function listMailboxes({ office, out }: OfficeRun, choice: ListChoice): Promise<void> {
  const { messages = false, full = 0, held = false, limit = Infinity } = choice;
  const shareOf = (one: Mailbox): number => fullest(limitsOf(one, office.profile(one)));
  const wanted = (one: Mailbox): boolean =>
    (!messages || one.counts.new + one.counts.old > 0) &&
    (!held || one.hold !== undefined) &&
    (full === 0 || shareOf(one) >= full);
  await out.list(
    firstOf(allMailboxes(office.store.mailboxes), limit, wanted),
    [
      { title: 'number' },
      { title: 'class' },
      { title: 'new', right: true },
      { title: 'old', right: true },
      { title: 'urgent', right: true },
      { title: 'used', right: true },
      { title: 'size', right: true },
      { title: 'hold', shrinks: true },
    ],
    (one) => [
      one.number,
      one.classOfService,
      String(one.counts.new),
      String(one.counts.old),
      String(one.counts.urgent),
      `${shareOf(one)} %`,
      one.usage && bytes(one.usage.bytes),
      one.hold && (one.hold.why ?? 'yes'),
    ],
    (one) => mailboxValue(office, one),
  );
}

/** For programs; fields keep their names and meaning. */
export function mailboxValue(office: Office, mailbox: Mailbox): Readonly<Record<string, unknown>> {
  const { id, number, classOfService, status, counts, byKind, usage, hold, created } = mailbox;
  const limits = limitsOf(mailbox, office.profile(mailbox));
  return {
    id,
    number,
    class: classOfService,
    status,
    created,
    counts,
    byKind,
    usage,
    hold,
    limits: Object.fromEntries(limits.map(({ name, limit }) => [name, limit ?? null])),
    usedPercent: fullest(limits),
  };
}
