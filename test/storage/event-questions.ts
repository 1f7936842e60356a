/** What is asked of events, of calls in progress, and of what hooks are told. */
import type { NotificationId } from '../../app/core/ids.ts';
import type { Store } from '../../app/ports/store.ts';
import { filling } from './fill-store.ts';
import { at } from './sample.ts';

export const eventQuestions: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'events.last': (store) => store.events.last(),
  'events.append': (store) => store.events.append({ number: filling, key: 'x', at: at(filling), events: [] }),
  'events.after': (store) => store.events.after(filling - 10, 5),
  'events.removeBefore': (store) => store.events.removeBefore(at(5)),
  'liveCalls.put': (store) =>
    store.liveCalls.put({ controller: 'x', node: 'home', calls: [], expires: at(1) }),
  'liveCalls.remove': (store) => store.liveCalls.remove('none'),
  'liveCalls.list': (store) => store.liveCalls.list(new Date(4e12 - 10)),
  'notifications.forget': (store) => store.notifications.forget('none' as NotificationId),
};
