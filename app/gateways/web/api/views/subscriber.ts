/** A subscriber as operators see them. */
import type { z } from 'zod';
import type { Mailbox } from '../../../../core/mailbox/mailbox.ts';
import type { Profiles } from '../../../../services/profile.ts';
import type { subscriber } from '../schema/subscriber.ts';

export function subscriberView(
  { profiles }: { readonly profiles: Profiles },
  mailbox: Mailbox,
): z.input<typeof subscriber> {
  const { id, number, aliases, status, origin, classOfService, settings, hold, usage } = mailbox;
  const { textsStopped, counts, created, version } = mailbox;
  const email = settings.addresses?.email;
  return {
    id,
    number,
    aliases: [...aliases],
    ...(settings.name === undefined ? {} : { name: settings.name }),
    status,
    origin,
    classOfService,
    language: profiles.of(mailbox).language,
    ...(email === undefined ? {} : { email }),
    ...(textsStopped === undefined ? {} : { textsStopped: textsStopped.toISOString() }),
    ...(hold === undefined ? {} : { hold: { ...hold, since: hold.since.toISOString() } }),
    messages: {
      new: Math.max(0, counts.new),
      old: Math.max(0, counts.old),
      urgent: Math.max(0, counts.urgent),
    },
    ...(usage === undefined ? {} : { bytes: Math.max(0, usage.bytes) }),
    created: created.toISOString(),
    version,
  };
}
