/** What is asked of phones that subscribed to waiting messages. */
import type { Store } from '../../app/ports/store.ts';
import { at } from './sample.ts';

const one = { dialog: 'dialog', number: '+12025550147', account: 'sip:1@h', expires: at(5) };

export const subscriptionQuestions: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'subscriptions.keep': (store) => store.subscriptions.keep(one),
  'subscriptions.extend': (store) => store.subscriptions.extend(one.dialog, at(6)),
  'subscriptions.of': (store) => store.subscriptions.of(one.number, at(0)),
  'subscriptions.takeExpired': (store) => store.subscriptions.takeExpired(at(7)),
  'subscriptions.forget': (store) => store.subscriptions.forget(one.dialog),
};
