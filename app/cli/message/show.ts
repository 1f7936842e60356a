import type { OfficeRun } from '../command.ts';
import { findMessage } from '../office/messages.ts';
import { bytes, duration, shortened } from '../output/text.ts';
import { flagsOf, messageValue, senderOf } from './list.ts';

/** Places for the words of a message. */
const mostWords = 500;

export async function showMessage(
  { office, out }: OfficeRun,
  { showReference = false }: { readonly showReference?: boolean },
  name = '',
): Promise<void> {
  const message = await findMessage(office, name);
  const mailbox = await office.store.mailboxes.get(message.mailbox);
  if (showReference) await office.note('reference-shown', mailbox, message.id);
  const { transcript, derived = [], stored, archived, pending, referenceExpires } = message;
  const secret = showReference ? { reference: message.reference } : {};
  if (out.json) {
    const forms = derived.map(({ of, form, bytes }) => ({ of, form, bytes }));
    const beside = { referenceExpires, transcript, derived: forms, stored, archived, pending };
    return out.document({ ...messageValue(message), ...secret, ...beside });
  }
  const { envelope } = message;
  const zone = mailbox && office.profile(mailbox).timeZone;
  await out.record([
    ['id', message.id],
    ['mailbox', mailbox?.number ?? `${message.mailbox} (gone)`],
    ['kind', envelope.kind],
    ['state', message.state],
    ['flags', flagsOf(message)],
    ['from', senderOf(message)],
    ['to', envelope.to],
    ['dialled', envelope.dialled],
    ['subject', envelope.subject],
    ['zone', out.zone(zone)],
    ['received', out.time(envelope.received, zone)],
    ['heard', out.time(message.heardAt, zone)],
    ['last access', out.time(message.accessedAt, zone)],
    ['deleted', out.time(message.deletedAt, zone)],
    ['expires', out.time(message.expires, zone)],
    ['reference', secret.reference],
    ['… good until', out.time(referenceExpires, zone)],
    ['hold', message.hold && `since ${out.time(message.hold.since, zone)} ${message.hold.why ?? ''}`],
    ['network', `${envelope.origin.network} ${envelope.origin.id}`],
    ...envelope.parts.map((part, i) => {
      const length = part.durationMs === undefined ? '' : `, ${duration(part.durationMs / 1000)}`;
      const pages = part.pages === undefined ? '' : `, ${part.pages} pages`;
      const called = part.name === undefined ? '' : `, ${part.name}`;
      return [
        `part ${i + 1}`,
        `${part.contentType}, ${bytes(part.bytes)}${length}${pages}${called}`,
      ] as const;
    }),
    ['also as', derived.map(({ form }) => form).join(', ')],
    ['archived', archived && `${archived.key}, ${out.time(archived.at, zone)}`],
    ['words', transcript && shortened(transcript, mostWords)],
    ...pending.map(
      ({ kind, due, tries, lastError }) =>
        [
          'to do',
          `${kind}, due ${out.time(due, zone)}, ${tries} tries${lastError === undefined ? '' : `: ${lastError}`}`,
        ] as const,
    ),
  ]);
}
