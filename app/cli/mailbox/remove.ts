import type { OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { openArchived } from '../office/archived.ts';
import { subscriberOffice } from '../office/subscribers.ts';
import { confirm } from '../output/ask.ts';

export interface RemoveChoice {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** A mailbox and its subscriber are one. */
export async function removeMailbox(
  { office, out, terminal }: OfficeRun,
  { yes, dryRun = false }: RemoveChoice,
  number: string,
): Promise<void> {
  const mailbox = await office.mailbox(number);
  if (mailbox.hold !== undefined)
    throw new Failure(
      'refused',
      `${mailbox.number} is on legal hold; \`mailbox release ${mailbox.number}\` ends that`,
    );
  if (await office.store.retention.holdsMessageOf(mailbox.id))
    throw new Failure(
      'refused',
      `messages of ${mailbox.number} are on legal hold; \`message list ${mailbox.number} --held\` shows them`,
    );
  const { new: fresh, old } = mailbox.counts;
  const what = `${mailbox.number}: ${fresh} new and ${old} old messages would be gone for good`;
  if (!dryRun) {
    await using archived = await openArchived(office);
    const { directory } = await subscriberOffice(office, archived.archiving);
    await confirm(terminal, what, yes);
    await directory.remove(mailbox.id);
    await office.note('mailbox-removed', mailbox, mailbox.number);
  }
  if (out.json) await out.document({ number: mailbox.number, removed: !dryRun, messages: fresh + old });
  await out.line(dryRun ? what : `${mailbox.number} is removed`);
}

export async function removeMailboxByNumber(
  run: OfficeRun,
  choice: RemoveChoice,
  number = '',
): Promise<void> {
  await removeMailbox(run, choice, number);
}
