/** Legal hold of one message. */
import type { OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { findMessage } from '../office/messages.ts';

export async function holdMessage(
  { office, out }: OfficeRun,
  { why }: { readonly why?: string },
  name = '',
): Promise<void> {
  const message = await findMessage(office, name);
  const now = new Date();
  const hold = { since: message.hold?.since ?? now, ...(why === undefined ? {} : { why }) };
  if (!(await office.store.retention.holdMessage(message.id, hold, now)))
    throw new Failure('refused', `message ${message.id} has just gone, or its removal has begun`);
  await office.note('message-held', await office.store.mailboxes.get(message.mailbox), message.id);
  if (out.json) await out.document({ id: message.id, hold });
  await out.line(`${message.id} is on hold: it is not purged`);
}

export async function releaseMessage({ office, out }: OfficeRun, _choice: object, name = ''): Promise<void> {
  const message = await findMessage(office, name);
  if (message.hold === undefined) throw new Failure('refused', `message ${message.id} is not on hold`);
  await office.store.retention.holdMessage(message.id, undefined, new Date());
  await office.note('message-released', await office.store.mailboxes.get(message.mailbox), message.id);
  if (out.json) await out.document({ id: message.id, hold: null });
  await out.line(`${message.id} is not on hold any more`);
}
