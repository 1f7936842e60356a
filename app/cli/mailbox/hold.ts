/** Legal hold of a whole mailbox. */
import type { OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { confirm } from '../output/ask.ts';

export async function holdMailbox(
  { office, out }: OfficeRun,
  { why }: { readonly why?: string },
  number = '',
): Promise<void> {
  const mailbox = await office.mailbox(number);
  const now = new Date();
  const hold = { since: mailbox.hold?.since ?? now, ...(why === undefined ? {} : { why }) };
  if (!(await office.store.retention.holdMailbox(mailbox.id, hold, now)))
    throw new Failure('notFound', `${mailbox.number} has just gone`);
  await office.note('mailbox-held', mailbox, why);
  if (out.json) await out.document({ number: mailbox.number, hold });
  await out.line(`${mailbox.number} is on hold: nothing in it is purged`);
}

export async function releaseMailbox(
  { office, out, terminal }: OfficeRun,
  { yes }: { readonly yes?: boolean },
  number = '',
): Promise<void> {
  const mailbox = await office.mailbox(number);
  if (mailbox.hold === undefined) throw new Failure('refused', `${mailbox.number} is not on hold`);
  await confirm(
    terminal,
    `what the hold of ${mailbox.number} kept would be purged when its time has come`,
    yes,
  );
  await office.store.retention.holdMailbox(mailbox.id, undefined, new Date());
  await office.note('mailbox-released', mailbox);
  if (out.json) await out.document({ number: mailbox.number, hold: null });
  await out.line(`${mailbox.number} is not on hold any more`);
}
