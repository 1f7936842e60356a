/** When a subscriber is told of something that no caller brought: pure times and thresholds. */
import type { MailboxUsage } from '../mailbox/mailbox.ts';
import { fullnessOf, nears, type Filled, type Limits, type Measure } from '../mailbox/room.ts';
import type { Message } from '../message/message.ts';
import type { NotificationEvent } from '../profile/class-of-service.ts';
import { localTime } from '../time/local-time.ts';

const hourMs = 3_600_000;
/** After so long a new message is reminded of, and an active mailbox without a PIN. */
export const unreadMs = 24 * hourMs;
/** So long before its end a message that is still wanted is told of. */
export const expiringMs = 72 * hourMs;

/** Shares of the quota that are told of, in percent. */
const levels = [75, 90, 100] as const;
export type QuotaLevel = (typeof levels)[number];

/** Which reminder of a message is next: at the step's own time, so that a step done twice is the same reminder. */
export function reminderOf(message: Pick<Message, 'envelope' | 'expires'>, due: Date): 'unread' | 'expiring' {
  return due.getTime() >= message.expires.getTime() - expiringMs ? 'expiring' : 'unread';
}

/** When the first reminder of a message is due. */
export function firstReminder(received: Date): Date {
  return new Date(received.getTime() + unreadMs);
}

/** When the reminder of its end is due; `undefined` where it is kept for so short that the first one is near its end. */
export function lastReminder(message: Pick<Message, 'envelope' | 'expires'>): Date | undefined {
  const at = message.expires.getTime() - expiringMs;
  return at > message.envelope.received.getTime() + unreadMs ? new Date(at) : undefined;
}

/** The highest level that a mailbox has come to, and by what. */
export function quotaLevel(
  mailbox: Filled,
  limits: Limits,
): { readonly level: QuotaLevel; readonly measure: Measure } | undefined {
  const { percent, measure } = fullnessOf(mailbox, limits);
  const level = levels.findLast((one) => percent >= one);
  return level === undefined ? undefined : { level, measure };
}

/**
 * Whether a message may bring its mailbox to a level, or find it there.
 * @param mailbox before or with that message: counters follow a moment later
 */
export function nearsQuota(
  mailbox: Filled,
  limits: Limits,
  size: Pick<MailboxUsage, 'bytes' | 'seconds'>,
): boolean {
  return nears(mailbox, limits, levels[0], size);
}

export function quotaEvent(level: QuotaLevel): NotificationEvent & ('full' | 'nearly-full') {
  return level === 100 ? 'full' : 'nearly-full';
}

/** Names a week in the subscriber's zone: a level that is left and come to again is told of once in it. */
export function weekOf(at: Date, timeZone: string): string {
  const days = Math.floor(Date.parse(`${localTime(at, timeZone).day}T00:00:00Z`) / (24 * hourMs));
  // The epoch was a Thursday: weeks begin on Monday.
  return `w${Math.floor((days + 3) / 7)}`;
}
