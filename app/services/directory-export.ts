import { columnNames, writeRow } from '../core/directory/columns.ts';
import type { MailboxId } from '../core/ids.ts';
import type { MailboxStore } from '../ports/store.ts';

const pageSize = 500;

/** Every subscriber as a row of a table, the header first. Those who come while it is written may be in it or not. */
export async function* exportSubscribers(
  mailboxes: Pick<MailboxStore, 'list'>,
): AsyncGenerator<readonly string[]> {
  yield columnNames;
  let after: MailboxId | undefined;
  for (;;) {
    const page = await mailboxes.list(after, pageSize);
    for (const mailbox of page) yield writeRow(mailbox);
    after = page.at(-1)?.id;
    if (page.length < pageSize) return;
  }
}
