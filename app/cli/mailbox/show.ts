import type { OfficeRun } from '../command.ts';
import { bar, bytes, duration } from '../output/text.ts';
import { limitsOf, type Limit } from './limits.ts';
import { mailboxValue } from './list.ts';

export async function showMailbox({ office, out }: OfficeRun, _choice: object, number = ''): Promise<void> {
  const mailbox = await office.mailbox(number);
  if (out.json) return out.document(mailboxValue(office, mailbox));
  const profile = office.profile(mailbox);
  const { counts, byKind, hold } = mailbox;
  const kinds = Object.entries(byKind).filter(([, { new: fresh, old }]) => fresh + old > 0);
  await out.record([
    ['number', mailbox.number],
    ['id', mailbox.id],
    ['name', mailbox.settings.name],
    ['class', mailbox.classOfService],
    ['status', `${mailbox.status}, ${mailbox.origin}`],
    ['made', out.time(mailbox.created, profile.timeZone)],
    ['zone', out.zone(profile.timeZone)],
    ['texts', mailbox.textsStopped && `stopped since ${out.time(mailbox.textsStopped, profile.timeZone)}`],
    ['hold', hold && `since ${out.time(hold.since, profile.timeZone)}${hold.why ? `: ${hold.why}` : ''}`],
    ['new', `${counts.new} (${counts.urgent} urgent)`],
    ['old', String(counts.old)],
    ...kinds.map(([kind, one]) => [`  ${kind}`, `${one.new} new, ${one.old} old`] as const),
    ...limitsOf(mailbox, profile).map((one) => [`used ${one.name}`, usedText(one)] as const),
  ]);
}

function usedText({ name, used, limit }: Limit): string {
  const text = (value: number): string => {
    if (name === 'bytes') return bytes(value);
    return name === 'seconds' ? duration(value) : String(value);
  };
  return limit === undefined
    ? `${text(used)}, no limit`
    : `${bar(used, limit)}  ${text(used)} of ${text(limit)}`;
}
