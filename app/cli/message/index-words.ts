/** Messages from before there was a search are made findable. */
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import { indexWords } from '../../services/index-words.ts';
import type { OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { allMailboxes } from '../office/pages.ts';
import { openProgress } from '../output/progress.ts';

export async function indexMessages(
  { office, out, terminal }: OfficeRun,
  { all = false }: { readonly all?: boolean },
  number?: string,
): Promise<void> {
  if ((number === undefined) !== all) throw new Failure('usage', 'index: a number, or --all');
  const progress = openProgress(terminal.stderr, undefined);
  const sum = { mailboxes: 0, messages: 0 };
  const index = async ({ id }: Mailbox): Promise<void> => {
    sum.messages += await indexWords(office, id, terminal.signal);
    sum.mailboxes += 1;
    progress.step(sum.mailboxes, `${sum.mailboxes} mailboxes, ${sum.messages} messages added`);
  };
  try {
    if (number !== undefined) await index(await office.mailbox(number));
    else for await (const mailbox of allMailboxes(office.store.mailboxes)) await index(mailbox);
  } finally {
    progress.end();
  }
  if (out.json) await out.document(sum);
  await out.line(`${sum.mailboxes} mailboxes: ${sum.messages} messages are found from now on`);
}
