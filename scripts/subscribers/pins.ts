/** PINs: a first one, the end of waits, and who got in. */
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { Office } from './office.ts';

/** Events that are shown. */
const mostShown = 50;

export async function firstPin(office: Office, number: string): Promise<number> {
  return withMailbox(office, number, async (mailbox) => {
    const pin = await office.pins.firstPin(mailbox);
    await office.auditor.flush();
    console.log(`${mailbox.number}  PIN ${pin}, to be changed at the first login; an earlier PIN is over`);
  });
}

export async function unlock(office: Office, number: string): Promise<number> {
  return withMailbox(office, number, async (mailbox) => {
    await office.pins.unlock(mailbox);
    await office.auditor.flush();
    console.log(`${mailbox.number}  PINs are judged again at once`);
  });
}

/** Newest first. */
export async function showAudit(office: Office, number: string): Promise<number> {
  return withMailbox(office, number, async (mailbox) => {
    const events = await office.store.audit.list({ limit: mostShown, mailbox: mailbox.id });
    for (const { at, event, outcome, caller, call } of events)
      console.log(
        [at.toISOString(), event.padEnd(10), outcome.padEnd(14), caller, call ?? ''].join('  ').trimEnd(),
      );
    if (events.length === 0) console.log('nobody has tried yet');
  });
}

async function withMailbox(
  { directory }: Office,
  number: string,
  work: (mailbox: Mailbox) => Promise<void>,
): Promise<number> {
  const mailbox = await directory.get(number);
  if (mailbox === undefined) {
    console.error(`there is no subscriber ${number}`);
    return 1;
  }
  await work(mailbox);
  return 0;
}
