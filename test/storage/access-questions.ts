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
};
