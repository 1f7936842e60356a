/** The mailbox: settings, PIN, greetings, phones, what was sent about it. */
import type { DeviceList } from '../../app/gateways/web/api/schema/device.ts';
import type { GreetingKind, Greetings } from '../../app/gateways/web/api/schema/greeting.ts';
import type {
  Mailbox,
  MailboxChange,
  NotificationRule,
  Usage,
} from '../../app/gateways/web/api/schema/mailbox.ts';
import type { NotificationList } from '../../app/gateways/web/api/schema/notification.ts';
import { ask, query, type Answer } from './client.ts';

export type { GreetingKind, Greetings, Mailbox, MailboxChange, NotificationRule, Usage };

export function readMailbox(id: string): Promise<Answer<Mailbox>> {
  return ask('GET', `/mailboxes/${id}`);
}

export function changeMailbox(id: string, change: MailboxChange, version: number): Promise<Answer<Mailbox>> {
  return ask('PATCH', `/mailboxes/${id}`, { body: change, version });
}

export function changePin(id: string, old: string | undefined, chosen: string): Promise<Answer<unknown>> {
  return ask('PUT', `/mailboxes/${id}/pin`, { body: { ...(old === undefined ? {} : { old }), new: chosen } });
}

export function readGreetings(id: string): Promise<Answer<Greetings>> {
  return ask('GET', `/mailboxes/${id}/greetings`);
}

export function putGreeting(
  id: string,
  kind: GreetingKind,
  sound: Blob,
  until?: string,
): Promise<Answer<Greetings>> {
  return ask('PUT', `/mailboxes/${id}/greetings/${kind}${query({ until })}`, { body: sound });
}

export function removeGreeting(id: string, kind: GreetingKind): Promise<Answer<Greetings>> {
  return ask('DELETE', `/mailboxes/${id}/greetings/${kind}`);
}

export function setAnnouncementOnly(id: string, announcementOnly: boolean): Promise<Answer<Greetings>> {
  return ask('POST', `/mailboxes/${id}/greetings/active`, { body: { announcementOnly } });
}

export function greetingAddress(id: string, kind: GreetingKind): string {
  return `/v1/mailboxes/${id}/greetings/${kind}?form=audio/mpeg`;
}

export function readDevices(id: string): Promise<Answer<DeviceList>> {
  return ask('GET', `/mailboxes/${id}/devices`);
}

export function readNotifications(id: string, limit: number): Promise<Answer<NotificationList>> {
  return ask('GET', `/mailboxes/${id}/notifications?limit=${limit}`);
}
