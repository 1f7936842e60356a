/** What pages ask of the store. */
import type { Message } from '../../app/core/message/message.ts';
import type { Notification, Store } from '../../app/ports/store.ts';
import { at, number } from './sample.ts';

export function webQuestions(
  message: Message,
  notification: Notification,
): Record<string, (store: Store) => Promise<unknown>> {
  return {
    'messages.briefs': (store) => store.messages.briefs(message.mailbox, { limit: 20, after: message }),
    'messages.briefs of some states': (store) =>
      store.messages.briefs(message.mailbox, { limit: 20, states: ['new', 'heard'], kinds: ['fax'] }),
    'messages.briefs by urgency': (store) =>
      store.messages.briefs(message.mailbox, { limit: 20, order: 'urgent-first' }),
    'messages.searchBriefs': (store) =>
      store.messages.searchBriefs({
        mailbox: message.mailbox,
        terms: [],
        states: ['new', 'heard'],
        limit: 10,
      }),
    'messages.setState over a version': (store) =>
      store.messages.setState(message.id, 'saved', at(1), undefined, 99),
    'messages.setUrgent over a version': (store) => store.messages.setUrgent(message.id, false, 99),
    'notifications.ofMailbox': (store) =>
      store.notifications.ofMailbox(notification.mailbox, { limit: 20, after: notification }),
    'notifications.written': (store) => store.notifications.written(notification.mailbox, number(), 20),
    'messages.envelopeXml': (store) => store.messages.envelopeXml(message.id),
    'messages.touch': (store) => store.messages.touch(message.id, at(1)),
  };
}
