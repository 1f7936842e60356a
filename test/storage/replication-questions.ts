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
  const lease = { holder: 'one', beat: 1 };
  const peer = { name: 'east', has: 'x' };
  return {
    'replication.foreign': (store) => store.replication.foreign('+12025559', undefined, 10),
    'replication.foreign after': (store) => store.replication.foreign('+12025559', '+120255590', 10),
    'replication.watched': (store) => store.replication.watched([number(), number()]),
    'replication.states': (store) => allOf(store.replication.states(mailbox)),
    'replication.state': (store) => store.replication.state(message.id),
    'replication.statesOf': (store) => store.replication.statesOf([message.id]),
    'replication.clashes': (store) =>
      store.replication.clashes([message.envelope.origin], [message.reference]),
    'replication.insertAll': (store) =>
      store.replication.insertAll([{ message: sampleMessage(), register, peer }]),
    'replication.insert': (store) => store.replication.insert(sampleMessage(), register, peer),
    'replication.apply': (store) => store.replication.apply(seen, register, peer),
    'replication.acknowledge': (store) =>
      store.replication.acknowledge('east', [{ seen, register, epoch: '' }]),
    'replication.purged': (store) => store.replication.purged([message.id]),
    'replication.purgedOf': (store) => store.replication.purgedOf(mailbox, 10),
    'replication.forgetNotices': (store) => store.replication.forgetNotices([message.id]),
    'replication.owes': (store) => store.replication.owes(mailbox, [message.id]),
    'replication.forgetVisitor': (store) => store.replication.forgetVisitor(mailbox, visitor),
    'replication.profile': (store) => store.replication.profile(visitor),
    'replication.profiles': (store) => store.replication.profiles([visitor]),
    'replication.putProfile': (store) => store.replication.putProfile(visitor, profile, profile),
    'replication.removeProfile': (store) => store.replication.removeProfile(visitor),
    'replication.visit': (store) => store.replication.visit(visitor),
    'replication.visitsOf': (store) => store.replication.visitsOf([visitor]),
    'replication.putVisit': (store) => store.replication.putVisit(visit),
    'replication.visits': (store) => store.replication.visits('east'),
    'replication.visits of all': (store) => store.replication.visits(undefined),
    'replication.visitPage': (store) => store.replication.visitPage('+15' as E164, 10),
    'replication.endVisit': (store) => store.replication.endVisit(visitor, 'east'),
    'replication.lease': (store) => store.replication.lease('outbox:east'),
    'replication.takeLease': (store) => store.replication.takeLease('outbox:east', undefined, 'one'),
    'replication.takeLease again': (store) => store.replication.takeLease('outbox:east', lease, 'two'),
    'replication.giveUpLease': (store) => store.replication.giveUpLease('outbox:east', lease),
    'replication.putHome': (store) => store.replication.putHome('+12028' as E164, at(0)),
    'replication.lastTold': (store) => store.replication.lastTold(visitor),
  };
}

export async function allOf(some: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of some);
}
