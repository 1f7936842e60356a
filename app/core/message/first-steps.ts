import { isTimed } from '../conversion/media-type.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import { usageOfParts } from '../mailbox/usage.ts';
import { rulesFor } from '../notification/recipients.ts';
import { firstReminder, nearsQuota } from '../notification/reminders.ts';
import type { ClassOfService, NotificationEvent } from '../profile/class-of-service.ts';
import { broughtByCall } from './brought-by-call.ts';
import type { Envelope, PendingKind, PendingStep } from './message.ts';

/** Counters follow a message after so long, in milliseconds; how full the mailbox is, is judged then. */
const countedMs = 2000;
const reminded: readonly NotificationEvent[] = ['unread', 'expiring', 'pin-not-set'];
const quota: readonly NotificationEvent[] = ['nearly-full', 'full'];

/**
 * The steps that a new message begins with, written with it: what is due at once under the lease of whoever writes it, and
 * what must be looked at later.
 * @param first its mailbox came into being with it
 */
export function firstSteps(
  { kind, received, parts }: Pick<Envelope, 'kind' | 'received' | 'parts'>,
  profile: ClassOfService,
  mailbox: Pick<Mailbox, 'counts' | 'usage'>,
  first: boolean,
  now: Date,
  leasedUntil: Date,
): PendingStep[] {
  const tells = (events: readonly NotificationEvent[]): boolean =>
    events.some((event) => rulesFor(profile, event, kind).length > 0);
  const atOnce: PendingKind[] = [];
  if (tells(['message'])) {
    if (first && profile.welcome) atOnce.push('welcome');
    atOnce.push('notify');
  }
  if (profile.deliverByCall && broughtByCall.includes(kind)) atOnce.push('call');
  if (profile.lamp) atOnce.push('lamp');
  const spoken = (kind === 'voice' || kind === 'video') && parts.some((part) => isTimed(part.contentType));
  if (profile.transcribe === true && spoken) atOnce.push('transcribe');
  const steps: PendingStep[] = atOnce.map((step) => ({ kind: step, due: now, tries: 0, leasedUntil }));
  if (tells(reminded)) steps.push({ kind: 'remind', due: firstReminder(received), tries: 0 });
  if (nearsQuota(mailbox, profile, usageOfParts(parts)) && tells(quota))
    steps.push({ kind: 'quota', due: new Date(now.getTime() + countedMs), tries: 0 });
  return steps;
}
