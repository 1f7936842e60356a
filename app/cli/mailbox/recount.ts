import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { allMailboxes } from '../office/pages.ts';
import { openProgress } from '../output/progress.ts';

export async function recountMailboxes(
  { office, out, terminal }: OfficeRun,
  { all = false }: { readonly all?: boolean },
  number?: string,
): Promise<void> {
  if ((number === undefined) !== all) throw new Failure('usage', 'recount: a number, or --all');
  const progress = openProgress(terminal.stderr, undefined);
  let counted = 0;
  let corrected = 0;
  const count = async (mailbox: Mailbox): Promise<void> => {
    terminal.signal.throwIfAborted();
    const result = await office.store.mailboxes.recount(mailbox.id);
    counted += 1;
    if (result?.corrected) corrected += 1;
    progress.step(counted, `${counted} mailboxes, ${corrected} corrected`);
  };
  try {
    if (number !== undefined) await count(await office.mailbox(number));
    else for await (const mailbox of allMailboxes(office.store.mailboxes)) await count(mailbox);
  } finally {
    progress.end();
  }
  if (out.json) await out.document({ counted, corrected });
  await out.line(`${counted} counted, ${corrected} of them corrected`);
}
