/**
 * A store that tells what was changed through it, and changes nothing of it: whoever changes messages, by whatever way, is
 * heard. Wrapped where services are put together, as metered ports are.
 */
import type { AppEvent, EventOfMessage } from '../core/event/event.ts';
import type { MailboxId, MessageId, NotificationId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { briefOf } from '../core/message/brief.ts';
import { itemOf } from '../core/message/item.ts';
import type { Message } from '../core/message/message.ts';
import type { MailboxChange, Notification, Store } from '../ports/store.ts';

type Publish = (event: AppEvent) => void;

export function tellingStore(store: Store, publish: Publish): Store {
  const notifications = tellingNotifications(store.notifications, publish);
  return {
    ...store,
    messages: tellingMessages(store.messages, publish),
    mailboxes: tellingMailboxes(store.mailboxes, publish),
    counting: tellingCounting(store.counting, publish),
    archiving: tellingArchiving(store.archiving, publish),
    retention: tellingRetention(store.retention, publish),
    replication: tellingReplication(store.replication, publish),
    notifications,
    ...tellingAccess(store, publish),
    ping: () => store.ping(),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** The part with some of its methods done otherwise. */
function over<T extends object>(part: T, changed: Partial<T>): T {
  const methods = new Map<PropertyKey, unknown>(Object.entries(changed));
  return new Proxy(part, {
    get(target, name) {
      const known = methods.get(name);
      if (known !== undefined) return known;
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const bound: unknown = value.bind(target);
      methods.set(name, bound);
      return bound;
    },
  });
}

function toldOf(type: 'message.new' | 'message.changed', message: Message): EventOfMessage {
  const { id, mailbox, version } = message;
  return { type, id, mailbox, version, item: itemOf(briefOf(message)) };
}

function tellingMessages(messages: Store['messages'], publish: Publish): Store['messages'] {
  const changed = (done: { readonly before: Message; readonly after: Message } | undefined): void => {
    if (done !== undefined && done.before.version !== done.after.version)
      publish(toldOf('message.changed', done.after));
  };
  return over<Store['messages']>(messages, {
    async insert(message) {
      const result = await messages.insert(message);
      if (result.kind === 'inserted') publish(toldOf('message.new', message));
      return result;
    },
    async setState(...asked) {
      const done = await messages.setState(...asked);
      changed(done);
      return done;
    },
    async setUrgent(...asked) {
      const done = await messages.setUrgent(...asked);
      changed(done);
      return done;
    },
    async setTranscript(...asked) {
      const after = await messages.setTranscript(...asked);
      if (after !== undefined) publish(toldOf('message.changed', after));
      return after;
    },
    async move(id, from, to) {
      const moved = await messages.move(id, from, to);
      if (!moved) return moved;
      publish({ type: 'message.removed', id, mailbox: from });
      const message = await messages.get(id).catch(() => undefined);
      if (message !== undefined) publish(toldOf('message.new', message));
      return moved;
    },
    async remove(id, trace) {
      const gone = await messages.remove(id, trace);
      if (gone !== undefined) publish({ type: 'message.removed', id, mailbox: gone.mailbox });
      return gone;
    },
  });
}

/** What comes from another node is told of as what is left here, and as what is done here. */
function tellingReplication(replication: Store['replication'], publish: Publish): Store['replication'] {
  const came = (message: Message, from: string): void => publish({ ...toldOf('message.new', message), from });
  return over<Store['replication']>(replication, {
    async insert(...asked) {
      const result = await replication.insert(...asked);
      const [message, , peer] = asked;
      if (result === 'inserted') came(message, peer.name);
      return result;
    },
    async insertAll(messages) {
      const results = await replication.insertAll(messages);
      messages.forEach(({ message, peer }, i) => {
        if (results[i] === 'inserted') came(message, peer.name);
      });
      return results;
    },
    async apply(...asked) {
      const done = await replication.apply(...asked);
      const [, , peer] = asked;
      if (done !== undefined && done.before.version !== done.after.version)
        publish({ ...toldOf('message.changed', done.after), from: peer.name });
      return done;
    },
  });
}

function tellingMailboxes(mailboxes: Store['mailboxes'], publish: Publish): Store['mailboxes'] {
  const changed = (id: MailboxId): void => publish({ type: 'mailbox.changed', id, mailbox: id });
  const closed = (id: MailboxId, { status }: MailboxChange): void => {
    if (status === 'suspended') publish({ type: 'access.ended', of: { mailbox: id } });
  };
  const after = async (work: Promise<Mailbox | undefined>): Promise<Mailbox | undefined> => {
    const mailbox = await work;
    if (mailbox !== undefined) changed(mailbox.id);
    return mailbox;
  };
  return over<Store['mailboxes']>(mailboxes, {
    count: (...asked) => after(mailboxes.count(...asked)),
    async update(...asked) {
      const mailbox = await after(mailboxes.update(...asked));
      if (mailbox !== undefined) closed(mailbox.id, asked[1]);
      return mailbox;
    },
    removeAlias: (...asked) => after(mailboxes.removeAlias(...asked)),
    async findOrCreate(...asked) {
      const found = await mailboxes.findOrCreate(...asked);
      if (found.created || asked[1] !== undefined) changed(found.mailbox.id);
      return found;
    },
    async create(fresh) {
      const result = await mailboxes.create(fresh);
      if (result.kind === 'created') changed(result.mailbox.id);
      return result;
    },
    async addAlias(...asked) {
      const result = await mailboxes.addAlias(...asked);
      if (result.kind === 'added') changed(result.mailbox.id);
      return result;
    },
    async recount(id) {
      const counted = await mailboxes.recount(id);
      if (counted?.corrected === true) changed(id);
      return counted;
    },
    async activate(id) {
      await mailboxes.activate(id);
      changed(id);
    },
    async stopTexts(id, at) {
      await mailboxes.stopTexts(id, at);
      changed(id);
    },
    async remove(...asked) {
      const gone = await mailboxes.remove(...asked);
      const [id] = asked;
      changed(id);
      if (gone) publish({ type: 'access.ended', of: { mailbox: id } });
      return gone;
    },
    async putAll(puts) {
      const results = await mailboxes.putAll(puts);
      puts.forEach((put, i) => {
        if (results[i] !== 'done') return;
        if (put.kind === 'create') return changed(put.fresh.id);
        changed(put.id);
        closed(put.id, put.change);
      });
      return results;
    },
  });
}

function tellingCounting(counting: Store['counting'], publish: Publish): Store['counting'] {
  return over<Store['counting']>(counting, {
    async raise(changes) {
      const missing = await counting.raise(changes);
      for (const { mailbox } of changes) publish({ type: 'mailbox.changed', id: mailbox, mailbox });
      return missing;
    },
  });
}

function tellingArchiving(archiving: Store['archiving'], publish: Publish): Store['archiving'] {
  const moved = async <T extends { readonly after: Message }>(work: Promise<T | undefined>) => {
    const done = await work;
    if (done !== undefined) publish(toldOf('message.changed', done.after));
    return done;
  };
  return over<Store['archiving']>(archiving, {
    toArchive: (...asked) => moved(archiving.toArchive(...asked)),
    toLive: (...asked) => moved(archiving.toLive(...asked)),
  });
}

/** Most messages that are remembered from their condemnation to their removal. */
const mostCondemned = 50_000;

function tellingRetention(retention: Store['retention'], publish: Publish): Store['retention'] {
  const condemned = new Map<MessageId, MailboxId>();
  return over<Store['retention']>(retention, {
    async takeDue(...asked) {
      const due = await retention.takeDue(...asked);
      // Of one that began to be removed before.
      for (const { message, condemned: begun } of due) if (begun) condemned.set(message.id, message.mailbox);
      return due;
    },
    async condemn(messages, lease) {
      const ids = await retention.condemn(messages, lease);
      if (condemned.size > mostCondemned) condemned.clear();
      for (const { id, mailbox } of messages) if (ids.has(id)) condemned.set(id, mailbox);
      return ids;
    },
    async pardon(ids, lease) {
      await retention.pardon(ids, lease);
      for (const id of ids) condemned.delete(id);
    },
    async removeCondemned(ids, lease) {
      const count = await retention.removeCondemned(ids, lease);
      for (const id of ids) {
        const mailbox = condemned.get(id);
        condemned.delete(id);
        // If the lease was lost, another removes it and tells that; twice is harmless.
        if (mailbox !== undefined && count > 0) publish({ type: 'message.removed', id, mailbox });
      }
      return count;
    },
  });
}

/** Most texts that are known by their ids alone: what becomes of one is mostly told within seconds. */
const mostKnown = 5_000;

function tellingNotifications(
  notifications: Store['notifications'],
  publish: Publish,
): Store['notifications'] {
  const known = new Map<string, Notification>();
  const keep = (key: string, notification: Notification): void => {
    known.delete(key);
    known.set(key, notification);
    const [first] = known.keys();
    if (known.size > mostKnown && first !== undefined) known.delete(first);
  };
  const tell = (notification: Notification | undefined, status: Notification['status']): void => {
    // What goes to hooks is what happened already.
    if (notification === undefined || notification.kind === 'event') return;
    const { id, mailbox, message, about, gateway, kind } = notification;
    const meant = about ?? (kind === 'welcome' || kind === 'notice' || kind === 'hint' ? message : undefined);
    publish({
      type: 'notification.changed',
      id,
      mailbox,
      ...(meant === undefined ? {} : { message: meant }),
      gateway,
      status,
    });
  };
  const ofId = (id: NotificationId): Notification | undefined => known.get(id);
  const reported = (gateway: string, providerId: string): string => `${gateway} ${providerId}`;
  return over<Store['notifications']>(notifications, {
    async ensure(notification) {
      const done = await notifications.ensure(notification);
      keep(done.notification.id, done.notification);
      if (done.created) tell(notification, notification.status);
      return done;
    },
    async take(...asked) {
      const taken = await notifications.take(...asked);
      if (taken !== undefined) keep(taken.notification.id, taken.notification);
      return taken;
    },
    async takeDue(...asked) {
      const taken = await notifications.takeDue(...asked);
      if (taken !== undefined) keep(taken.notification.id, taken.notification);
      return taken;
    },
    async sent(id, at, providerId) {
      await notifications.sent(id, at, providerId);
      const one = ofId(id);
      if (one !== undefined && providerId !== undefined) keep(reported(one.gateway, providerId), one);
      tell(one, 'sent');
    },
    async failed(id, due, error) {
      await notifications.failed(id, due, error);
      tell(ofId(id), due === undefined ? 'dead' : 'failed');
    },
    async report(gateway, providerId, status, error) {
      await notifications.report(gateway, providerId, status, error);
      tell(known.get(reported(gateway, providerId)), status === 'delivered' ? 'delivered' : 'dead');
    },
  });
}

/** Whoever is not let in any more is not told anything any more. */
function tellingAccess(
  { sessions, keys, operators }: Pick<Store, 'sessions' | 'keys' | 'operators'>,
  publish: Publish,
): Pick<Store, 'sessions' | 'keys' | 'operators'> {
  return {
    sessions: over<Store['sessions']>(sessions, {
      async remove(id) {
        const gone = await sessions.remove(id);
        publish({ type: 'access.ended', of: { credential: id } });
        return gone;
      },
      async removeAll(of, except) {
        const count = await sessions.removeAll(of, except);
        publish({ type: 'access.ended', of, ...(except === undefined ? {} : { except }) });
        return count;
      },
    }),
    keys: over<Store['keys']>(keys, {
      async revoke(id, at) {
        const key = await keys.revoke(id, at);
        publish({ type: 'access.ended', of: { credential: `key-${id}` } });
        return key;
      },
    }),
    operators: over<Store['operators']>(operators, {
      async change(name, change) {
        const changed = await operators.change(name, change);
        publish({ type: 'access.ended', of: { operator: name } });
        return changed;
      },
      async remove(name) {
        const gone = await operators.remove(name);
        publish({ type: 'access.ended', of: { operator: name } });
        return gone;
      },
    }),
  };
}
