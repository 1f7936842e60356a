/** A subscriber is suspended, and served again. */
import type { OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { subscriberOffice } from '../office/subscribers.ts';

export async function suspendSubscriber(run: OfficeRun, _choice: object, number = ''): Promise<void> {
  await become(run, number, 'suspended');
}

export async function resumeSubscriber(run: OfficeRun, _choice: object, number = ''): Promise<void> {
  await become(run, number, 'active');
}

async function become(
  { office, out }: OfficeRun,
  number: string,
  status: 'suspended' | 'active',
): Promise<void> {
  const mailbox = await office.mailbox(number);
  const suspends = status === 'suspended';
  if ((mailbox.status === 'suspended') === suspends)
    throw new Failure('refused', `${mailbox.number} is ${suspends ? 'suspended already' : 'not suspended'}`);
  const { directory } = await subscriberOffice(office);
  const result = await directory.update(mailbox.id, { status }, mailbox.version);
  if (result.kind !== 'done')
    throw new Failure('failed', 'somebody else is changing this subscriber; try again');
  await office.note(suspends ? 'subscriber-suspended' : 'subscriber-resumed', mailbox);
  if (out.json) await out.document({ number: mailbox.number, status });
  await out.line(
    suspends
      ? `${mailbox.number} is suspended: nothing is taken for it, and nobody gets in`
      : `${mailbox.number} is served again`,
  );
}
