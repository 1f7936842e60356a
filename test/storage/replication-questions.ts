import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { advanceMessage } from '../../app/core/replication/message-register.ts';
import type { Store } from '../../app/ports/store.ts';
import { at, number, sampleMessage } from './sample.ts';

/** What replication asks of the store. */
export function replicationQuestions(
  message: Message,
  mailbox: MailboxId,
): Record<string, (store: Store) => Promise<unknown>> {
  const register = advanceMessage(undefined, message);
  const seen = {
    ...message,
    received: at(0),
    bytes: 1,
    pending: [],
    seen: undefined,
    acked: {},
  };
  const profile = { register: {}, acked: {} };
  const visitor = '+12029' as E164;
  const visit = { number: visitor, node: 'east', since: at(0) };
  const peer = { name: 'east', has: 'x' };
  return {
    'replication.foreign': (store) => store.replication.foreign('+12025559', undefined, 10),
    'replication.foreign after': (store) => store.replication.foreign('+12025559', '+120255590', 10),
    'replication.watched': (store) => store.replication.watched([number(), number()]),
    'replication.states': (store) => allOf(store.replication.states(mailbox)),
    'replication.state': (store) => store.replication.state(message.id),
    'replication.insert': (store) => store.replication.insert(sampleMessage(), register, peer),
    'replication.apply': (store) => store.replication.apply(seen, register, peer),
    'replication.acknowledge': (store) =>
      store.replication.acknowledge('east', [{ seen, register, epoch: '' }]),
    'replication.forgetNotices': (store) => store.replication.forgetNotices([message.id]),
    'replication.profile': (store) => store.replication.profile(visitor),
    'replication.putProfile': (store) => store.replication.putProfile(visitor, profile, profile),
    'replication.removeProfile': (store) => store.replication.removeProfile(visitor),
    'replication.visit': (store) => store.replication.visit(visitor),
    'replication.putVisit': (store) => store.replication.putVisit(visit),
    'replication.visits': (store) => store.replication.visits('east'),
    'replication.visits of all': (store) => store.replication.visits(undefined),
    'replication.endVisit': (store) => store.replication.endVisit(visitor, 'east'),
    'replication.putHome': (store) => store.replication.putHome('+12028' as E164, at(0)),
    'replication.lastTold': (store) => store.replication.lastTold(visitor),
  };
}

export async function allOf(some: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of some);
}
