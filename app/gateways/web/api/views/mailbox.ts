/** Mailboxes as the API shows them. */
import { fullnessOf } from '../../../../core/mailbox/room.ts';
import { noUsage } from '../../../../core/mailbox/usage.ts';
import type { Mailbox, MailboxCounts } from '../../../../core/mailbox/mailbox.ts';
import type { ClassOfService } from '../../../../core/profile/class-of-service.ts';
import type { ApiServices } from '../services.ts';
import type * as schema from '../schema/mailbox.ts';

type Needs = Pick<ApiServices, 'profiles' | 'authentication' | 'directory'>;

export async function mailboxView(services: Needs, mailbox: Mailbox): Promise<schema.Mailbox> {
  const profile = services.profiles.of(mailbox);
  const hasPin = await services.authentication.hasPin(mailbox.id);
  const { id, number, aliases, status, classOfService, created, counts, byKind, hold, version } = mailbox;
  const kinds = Object.entries(byKind).map(([kind, own]) => [kind, bounded(own)]);
  return {
    id,
    number,
    aliases: [...aliases],
    status,
    classOfService,
    created: created.toISOString(),
    counts: bounded(counts),
    byKind: Object.fromEntries(kinds) as schema.Mailbox['byKind'],
    usage: usageView(mailbox, profile),
    hasPin,
    hold: hold !== undefined,
    maxMessageSeconds: profile.maxMessageSeconds,
    retentionDays: profile.retentionDays,
    trashDays: profile.trashDays,
    languages: [...services.directory.known().languages],
    settings: settingsView(mailbox, profile),
    version,
  };
}

/** Derived counters may be wrong for a while; below nothing there is nothing. */
function bounded(counts: MailboxCounts): MailboxCounts {
  const fresh = Math.max(0, counts.new);
  return { new: fresh, old: Math.max(0, counts.old), urgent: Math.min(fresh, Math.max(0, counts.urgent)) };
}

function usageView(mailbox: Mailbox, profile: ClassOfService): schema.Usage {
  const { counts, usage = noUsage } = mailbox;
  const { maxMessages, maxBytes, maxSeconds, memoryBytes } = profile;
  const measure = (used: number, limit: number | undefined) => ({
    used: Math.max(0, used),
    ...(limit === undefined ? {} : { limit }),
  });
  return {
    ...fullnessOf(mailbox, profile),
    messages: measure(counts.new + counts.old - usage.archived, maxMessages),
    bytes: measure(usage.bytes, maxBytes),
    seconds: measure(usage.seconds, maxSeconds),
    archived: Math.max(0, usage.archived),
    memory: measure(usage.bytes, memoryBytes),
    urgentReservePercent: profile.urgentReservePercent ?? 0,
  };
}

const chosen = ['language', 'timeZone', 'notify', 'quietHours', 'deliverByCall'] as const;

function settingsView({ settings, textsStopped }: Mailbox, profile: ClassOfService): schema.Settings {
  const { name, addresses, lists, greetings } = settings;
  const { quietHours } = profile;
  return {
    language: profile.language,
    timeZone: profile.timeZone,
    ...(name === undefined ? {} : { name }),
    ...(addresses?.email === undefined ? {} : { email: addresses.email }),
    ...(addresses?.sms === undefined ? {} : { sms: addresses.sms }),
    notify: profile.notify.map(({ gateway, to, events, kinds, attach }) => ({
      gateway,
      to,
      ...(events === undefined ? {} : { events: [...events] }),
      ...(kinds === undefined ? {} : { kinds: [...kinds] }),
      ...(attach === undefined ? {} : { attach }),
    })),
    ...(quietHours === undefined ? {} : { quietHours: { ...quietHours } }),
    deliverByCall: profile.deliverByCall,
    texts: textsStopped === undefined,
    announcementOnly: greetings?.announcementOnly === true,
    lists: Object.fromEntries(
      Object.entries(lists ?? {}).map(([key, list]) => [
        key,
        { ...(list.name === undefined ? {} : { name: list.name }), members: [...list.members] },
      ]),
    ),
    own: chosen.filter((key) => settings[key] !== undefined),
  };
}
