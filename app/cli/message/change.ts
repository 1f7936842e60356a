/** A message is deleted, brought back or put elsewhere; counters and records of events follow. */
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { Message } from '../../core/message/message.ts';
import { changeState } from '../../services/change-message.ts';
import { removeMessage } from '../../services/remove-message.ts';
import type { OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import type { Office } from '../office/office.ts';
import { openArchived } from '../office/archived.ts';
import { changing, findMessage } from '../office/messages.ts';
import { confirm } from '../output/ask.ts';
import type { Output } from '../output/output.ts';

interface DeleteChoice {
  readonly forGood?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export async function deleteMessage(run: OfficeRun, choice: DeleteChoice, name = ''): Promise<void> {
  const { office, out, terminal } = run;
  const { forGood = false, dryRun = false, yes } = choice;
  const message = await findMessage(office, name);
  const mailbox = await office.store.mailboxes.get(message.mailbox);
  if (!forGood) {
    if (!dryRun) await changed(office, message, 'deleted', mailbox);
    return answer(out, message, 'deleted', dryRun);
  }
  const held = message.hold ?? mailbox?.hold;
  if (held !== undefined) {
    const where =
      message.hold === undefined ? `mailbox release ${mailbox?.number}` : `message release ${message.id}`;
    throw new Failure('refused', `message ${message.id} is on legal hold; \`${where}\` ends that`);
  }
  if (!dryRun) {
    await confirm(terminal, `message ${message.id} would be gone for good`, yes);
    await using archived = await openArchived(office);
    const { archiving } = archived;
    await removeMessage({ ...office.store, forget: (one) => archiving.forget(one) }, message);
    // Counted anew and not subtracted: removing it twice counts it once.
    await office.store.mailboxes.recount(message.mailbox);
    await office.note('message-removed', mailbox, message.id);
  }
  await answer(out, message, 'removed', dryRun);
}

export async function restoreMessage(
  { office, out }: OfficeRun,
  { as }: { readonly as: 'new' | 'heard' | 'saved' },
  name = '',
): Promise<void> {
  const message = await findMessage(office, name);
  if (message.state !== 'deleted') throw new Failure('refused', `message ${message.id} is not in the trash`);
  const mailbox = await office.store.mailboxes.get(message.mailbox);
  await changed(office, message, as, mailbox, ['deleted']);
  await answer(out, message, 'restored', false);
}

export async function moveMessage(
  { office, out }: OfficeRun,
  _choice: object,
  name = '',
  number = '',
): Promise<void> {
  const message = await findMessage(office, name);
  const to = await office.mailbox(number);
  if (to.id === message.mailbox) throw new Failure('refused', `message ${message.id} is there already`);
  const { messages, mailboxes } = office.store;
  if (!(await messages.move(message.id, message.mailbox, to.id)))
    throw new Failure('failed', `message ${message.id} has just been moved or removed; look again`);
  for (const id of [message.mailbox, to.id]) await mailboxes.recount(id);
  await office.note('message-moved', to, message.id);
  await answer(out, message, `moved to ${to.number}`, false);
}

async function changed(
  office: Office,
  message: Message,
  state: Message['state'],
  mailbox: Mailbox | undefined,
  from?: readonly Message['state'][],
): Promise<void> {
  const deps = changing(office);
  const after = await changeState(deps, message, state, from);
  if (after === undefined) throw new Failure('notFound', `message ${message.id} has just gone`);
  await deps.flush();
  await office.note(state === 'deleted' ? 'message-deleted' : 'message-restored', mailbox, message.id);
}

async function answer(out: Output, { id, mailbox }: Message, what: string, dryRun: boolean): Promise<void> {
  if (out.json) await out.document({ id, mailbox, done: what, dryRun });
  await out.line(dryRun ? `${id} would be ${what}` : `${id} is ${what}`);
}
