/** What callers hear, as the API shows it. */
import type { Mailbox } from '../../../../core/mailbox/mailbox.ts';
import { chooseGreeting } from '../../../../core/profile/choose-greeting.ts';
import type * as schema from '../schema/greeting.ts';

const kinds = ['name', 'unavailable', 'busy', 'temporary'] as const;

export function greetingsView({ settings }: Mailbox, now: Date): schema.Greetings {
  const own = settings.greetings ?? {};
  const playing = chooseGreeting(own, undefined, now)[0]?.kind ?? 'system';
  const items = kinds.flatMap((kind): schema.Greeting[] => {
    const one = own[kind];
    if (one === undefined) return [];
    const until = kind === 'temporary' ? own.temporary?.until : undefined;
    return [
      {
        kind,
        durationMs: one.durationMs,
        contentType: one.contentType,
        ...(until === undefined ? {} : { until: until.toISOString() }),
        playing: kind === playing,
      },
    ];
  });
  return { items, announcementOnly: own.announcementOnly === true, playing };
}
