/** PINs: a first one, the end of waits, and who got in. */
import type { OfficeRun } from '../command.ts';
import { subscriberOffice } from '../office/subscribers.ts';

export async function firstPin({ office, out }: OfficeRun, _choice: object, number = ''): Promise<void> {
  const mailbox = await office.mailbox(number);
  const { pins } = await subscriberOffice(office);
  const pin = await pins.firstPin(mailbox);
  await office.auditor.flush();
  if (out.json) await out.document({ number: mailbox.number, pin, mustChange: true });
  await out.line(`${mailbox.number}  PIN ${pin}, to be changed at the first login; an earlier PIN is over`);
}

export async function unlock({ office, out }: OfficeRun, _choice: object, number = ''): Promise<void> {
  const mailbox = await office.mailbox(number);
  const { pins } = await subscriberOffice(office);
  await pins.unlock(mailbox);
  await office.auditor.flush();
  if (out.json) await out.document({ number: mailbox.number, unlocked: true });
  await out.line(`${mailbox.number}  PINs are judged again at once`);
}

/** Newest first. */
export async function showAudit(
  { office, out }: OfficeRun,
  { limit }: { readonly limit: number },
  number?: string,
): Promise<void> {
  const mailbox = number === undefined ? undefined : await office.mailbox(number);
  const events = await office.store.audit.list({
    limit,
    ...(mailbox === undefined ? {} : { mailbox: mailbox.id }),
  });
  const zone = mailbox && office.profile(mailbox).timeZone;
  await out.list(
    events,
    [
      { title: `time (${out.zone(zone)})` },
      { title: 'event' },
      { title: 'outcome' },
      { title: 'caller' },
      { title: 'by' },
      { title: 'call or subject', shrinks: true },
    ],
    ({ at, event, outcome, caller, by, call, subject }) => [
      out.time(at, zone),
      event,
      outcome,
      caller,
      by,
      call ?? subject,
    ],
    (event) => event,
  );
  if (events.length === 0) await out.line('nobody has tried yet');
}
