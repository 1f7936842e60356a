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

/** Where a rule's texts go: the subscriber's number for texts, or another's. */
export function recipientOf({ to }: NotificationRule, mailbox: Pick<Mailbox, 'number' | 'settings'>): string {
  return to === 'subscriber' ? (mailbox.settings.addresses?.sms ?? mailbox.number) : to;
}
