/** What is asked of sessions, keys, operators and links. */
import { randomUUID } from 'node:crypto';
import type { MailboxId, MessageId } from '../../app/core/ids.ts';
import type { Store } from '../../app/ports/store.ts';
import { at } from './sample.ts';

const mailbox = randomUUID() as MailboxId;
const message = randomUUID() as MessageId;
const session = {
  id: 'session',
  holder: { kind: 'subscriber', mailbox, via: 'pin' },
  created: at(0),
  lastSeen: at(0),
  expires: new Date(4e12),
  until: new Date(4e12),
} as const;
const key = { id: 'key', hash: 'x', name: 'x', scopes: [], created: at(0), by: 'x' };
const operator = { name: 'op', role: 'admin', hash: 'x', totp: 'X', created: at(0), set: at(0) } as const;

export const accessQuestions: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'sessions.insert': (store) => store.sessions.insert(session),
  'sessions.get': (store) => store.sessions.get('session'),
  'sessions.touch': (store) => store.sessions.touch('session', at(1), at(2)),
  'sessions.remove': (store) => store.sessions.remove('session 1'),
  'sessions.removeAll': (store) => store.sessions.removeAll({ mailbox }, 'session'),
  'sessions.removeAll of an operator': (store) => store.sessions.removeAll({ operator: 'op' }),
  'keys.insert': (store) => store.keys.insert(key),
  'keys.renew': (store) => store.keys.renew(key),
  'keys.get': (store) => store.keys.get('key'),
  'keys.list': (store) => store.keys.list('k', 5),
  'keys.revoke': (store) => store.keys.revoke('key', at(1)),
  'keys.used': (store) => store.keys.used('key', at(1)),
  'operators.insert': (store) => store.operators.insert(operator),
  'operators.get': (store) => store.operators.get('op'),
  'operators.list': (store) => store.operators.list(undefined, 5),
  'operators.change': (store) => store.operators.change('op', { role: 'support' }),
  'operators.rehash': (store) => store.operators.rehash('op', 'x', 'y'),
  'operators.useCounter': (store) => store.operators.useCounter('op', 7, at(1)),
  'operators.remove': (store) => store.operators.remove('op'),
  'links.insert': (store) => store.links.insert({ id: 'link', message, mailbox, expires: at(9) }),
  'links.get': (store) => store.links.get('link'),
  'attempts.fail': (store) => store.attempts.fail('key 7', at(0), 60_000),
  'attempts.count': (store) => store.attempts.count('key 7', at(0), 60_000),
  'attempts.clear': (store) => store.attempts.clear('key 8'),
  'attempts.clearAll': (store) => store.attempts.clearAll('key 8:'),
  'attempts.failures': (store) => store.attempts.failures(['key 7', 'key 9']),
  'attempts.beginning': (store) => store.attempts.beginning('key 7', 5),
  'attempts.failIfUnchanged': (store) =>
    store.attempts.failIfUnchanged({ key: 'key 9', at: [at(9)], version: 0 }, at(10), 60_000),
  'attempts.undo': (store) => store.attempts.undo('key 9', at(10)),
  'usage.take': (store) => store.usage.take('key', 5, at(9)),
  'usage.giveBack': (store) => store.usage.giveBack('key'),
  'usage.takeRates': (store) => store.usage.takeRates([{ key: 'rates', most: { minute: 5, day: 9 } }], at(9)),
  'usage.giveBackRates': (store) => store.usage.giveBackRates(['rates'], at(9)),
  'usage.used': (store) => store.usage.used('key'),
  'stops.set': (store) => store.stops.set('+12025550123', at(0)),
  'stops.has': (store) => store.stops.has('+12025550123'),
};
