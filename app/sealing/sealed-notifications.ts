import type { MessageId, NotificationId } from '../core/ids.ts';
import { isTemporary } from '../core/errors.ts';
import type { Notification, NotificationStore } from '../ports/store.ts';
import { openText, sealText } from './field.ts';
import type { OpenKey } from './keyring.ts';
import type { Sealer } from './sealer.ts';

/** What is sealed of a text or mail. */
type Hidden = Pick<Notification, 'body' | 'subject' | 'parts'>;

/** Texts and mails whose words are sealed with the keys of their mailboxes. */
export function sealedNotifications(notifications: NotificationStore, sealer: Sealer): NotificationStore {
  const open = async (notification: Notification): Promise<Notification> => {
    const { sealed, ...rest } = notification;
    if (sealed === undefined) return notification;
    try {
      const hidden = JSON.parse(await openText(sealer.keys, about(rest.id), sealed)) as Hidden;
      return { ...rest, ...hidden };
    } catch (error) {
      if (isTemporary(error)) throw error;
      sealer.log.error('a text cannot be read', { error, notification: rest.id });
      return rest;
    }
  };
  const openIf = async (notification: Notification | undefined) => notification && open(notification);
  const openAll = async (all: readonly Notification[]) => Promise.all(all.map(open));
  const openTaken = async <T extends { readonly notification: Notification }>(taken: T | undefined) =>
    taken && { ...taken, notification: await open(taken.notification) };
  return {
    async ensure(notification) {
      const { keyring } = sealer;
      const { body, subject, parts } = notification;
      const bare = body === undefined && subject === undefined && parts === undefined;
      if (keyring === undefined || bare) return openTakenOf(await notifications.ensure(notification));
      const key = await keyring.sealing(notification.mailbox);
      const { notification: there, created } = await notifications.ensure(seal(key, notification));
      return { notification: created ? notification : await open(there), created };
    },
    about: async (message: MessageId) => openAll(await notifications.about(message)),
    take: async (id: NotificationId, now, leaseMs) => openTaken(await notifications.take(id, now, leaseMs)),
    takeDue: async (now, leaseMs) => openTaken(await notifications.takeDue(now, leaseMs)),
    sent: (id, at, providerId) => notifications.sent(id, at, providerId),
    failed: (id, due, error) => notifications.failed(id, due, error),
    report: (gateway, providerId, status, error) => notifications.report(gateway, providerId, status, error),
    latestSent: async (to, before) => openIf(await notifications.latestSent(to, before)),
    ofMailbox: async (mailbox, options) => openAll(await notifications.ofMailbox(mailbox, options)),
    written: async (mailbox, to, limit) => openAll(await notifications.written(mailbox, to, limit)),
    byToken: async (token) => openIf(await notifications.byToken(token)),
    nextDue: () => notifications.nextDue(),
    deadLetters: async (limit) => openAll(await notifications.deadLetters(limit)),
    revive: (id, due) => notifications.revive(id, due),
    forget: (id) => notifications.forget(id),
    drop: (id) => notifications.drop(id),
  };

  async function openTakenOf(made: { notification: Notification; created: boolean }) {
    return { ...made, notification: await open(made.notification) };
  }
}

function seal(key: OpenKey, notification: Notification): Notification {
  const { body, subject, parts, ...rest } = notification;
  const hidden: Hidden = {
    ...(body === undefined ? {} : { body }),
    ...(subject === undefined ? {} : { subject }),
    ...(parts === undefined ? {} : { parts }),
  };
  return { ...rest, sealed: sealText(key, about(rest.id), JSON.stringify(hidden)) };
}

function about(id: NotificationId): string {
  return `notification/${id}`;
}
