import type { Mailbox } from '../mailbox/mailbox.ts';
import type {
  ClassOfService,
  MessageKind,
  NotificationEvent,
  NotificationRule,
} from '../profile/class-of-service.ts';

/** The rules by which something is told; each gateway and recipient once. `kind` absent: it is about no message. */
export function rulesFor(
  profile: Pick<ClassOfService, 'notify'>,
  event: NotificationEvent,
  kind?: MessageKind,
): NotificationRule[] {
  const seen = new Set<string>();
  return profile.notify.filter((rule) => {
    const { events, kinds, gateway, to } = rule;
    if (events !== undefined && !events.includes(event)) return false;
    if (kind !== undefined && kinds !== undefined && !kinds.includes(kind)) return false;
    const key = `${gateway} ${to}`;
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * Where what a rule tells goes: the subscriber's number for texts, or e-mail address, or another's; `undefined` for a
 * subscriber without an address.
 */
export function recipientOf(
  { gateway, to }: Pick<NotificationRule, 'gateway' | 'to'>,
  { number, settings }: Pick<Mailbox, 'number' | 'settings'>,
): string | undefined {
  if (to !== 'subscriber') return to;
  // No program is anybody's own.
  if (gateway === 'webhook') return undefined;
  return gateway === 'email' ? settings.addresses?.email : (settings.addresses?.sms ?? number);
}
