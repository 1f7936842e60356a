import type { ArchivingStore } from '../ports/archiving.ts';
import type { Occurred } from '../core/event/event.ts';
import type { EventBatch, EventStore } from '../ports/events.ts';
import type { ReplicationStore } from '../ports/replication.ts';
import type { RetentionStore } from '../ports/retention.ts';
import type { MailboxStore, Store } from '../ports/store.ts';
import { sealArchived } from './message.ts';
import { createReseal } from './reseal.ts';
import { sealedArrivals } from './sealed-arrivals.ts';
import { SealedMedia } from './sealed-media.ts';
import { SealedMessages } from './sealed-messages.ts';
import { SealedReplication } from './sealed-replication.ts';
import { sealedNotifications } from './sealed-notifications.ts';
import { sealedOperators } from './sealed-operators.ts';
import type { Sealer } from './sealer.ts';

/** The store with what messages say, their media and texts sealed; numbers, times and states are as they were. */
export function sealedStore(store: Store, sealer: Sealer): Store {
  return {
    ...store,
    mailboxes: withErasing(store.mailboxes, sealer),
    messages: new SealedMessages(store.messages, sealer, createReseal(store, sealer)),
    media: new SealedMedia(store.media, sealer, (id, bytes) => store.resealing.replaceMedia(id, bytes)),
    archiving: sealedArchiving(store.archiving, sealer),
    retention: sealedRetention(store.retention, sealer),
    arrivals: sealedArrivals(store.arrivals, sealer),
    replication: sealedReplication(store.replication, sealer),
    events: bareEvents(store.events, sealer),
    operators: sealedOperators(store.operators, sealer),
    notifications: sealedNotifications(store.notifications, sealer),
    strays: withMethods(store.strays, {
      owners: async (keys: readonly string[]) => sealer.openAll(await store.strays.owners(keys)),
    }),
  };
}

function sealedReplication(replication: ReplicationStore, sealer: Sealer): ReplicationStore {
  if (sealer.keyring === undefined) return replication;
  const sealed = new SealedReplication(replication, sealer, sealer.keyring);
  return withMethods(replication, {
    states: (...args) => sealed.states(...args),
    state: (...args) => sealed.state(...args),
    statesOf: (...args) => sealed.statesOf(...args),
    insert: (...args) => sealed.insert(...args),
    insertAll: (messages) => sealed.insertAll(messages),
    apply: (...args) => sealed.apply(...args),
    acknowledge: (...args) => sealed.acknowledge(...args),
  });
}

/** What messages say goes to no other controller in the clear: whoever follows there asks for the message. */
function bareEvents(events: EventStore, { keyring }: Sealer): EventStore {
  if (keyring === undefined) return events;
  return withMethods(events, {
    append: (batch: EventBatch) => events.append({ ...batch, events: batch.events.map(bare) }),
  });
}

function bare(event: Occurred): Occurred {
  if (event.type !== 'message.new' && event.type !== 'message.changed') return event;
  const { subject: _subject, preview: _preview, from, ...item } = event.item;
  const { name: _name, address: _address, ...who } = from;
  return { ...event, item: { ...item, from: who } };
}

/** The key goes before the mailbox, so that what a crash leaves is found and removed by repeating it; and after, for what came then. */
function withErasing(mailboxes: MailboxStore, { keyring }: Sealer): MailboxStore {
  if (keyring === undefined) return mailboxes;
  return withMethods(mailboxes, {
    async remove(...args: Parameters<MailboxStore['remove']>) {
      await keyring.erase(args[0]);
      const removed = await mailboxes.remove(...args);
      await keyring.erase(args[0]);
      return removed;
    },
  });
}

function sealedArchiving(archiving: ArchivingStore, sealer: Sealer): ArchivingStore {
  return withMethods(archiving, {
    async begin(...args: Parameters<ArchivingStore['begin']>) {
      const begun = await archiving.begin(...args);
      return begun.kind === 'gone' ? begun : { ...begun, message: await sealer.open(begun.message) };
    },
    async toArchive(...[message, moving, archived]: Parameters<ArchivingStore['toArchive']>) {
      const key = await sealer.keyring?.sealing(message.mailbox);
      const there = key === undefined ? archived : sealArchived(key, message.id, archived);
      return sealer.openBoth(await archiving.toArchive(message, moving, there));
    },
    async toLive(...args: Parameters<ArchivingStore['toLive']>) {
      return sealer.openBoth(await archiving.toLive(...args));
    },
    async left(...args: Parameters<ArchivingStore['left']>) {
      return sealer.openAll(await archiving.left(...args));
    },
  });
}

/** What is judged by its time and state need not be readable: it is to be removed when that is due all the same. */
function sealedRetention(retention: RetentionStore, sealer: Sealer): RetentionStore {
  return withMethods(retention, {
    async takeDue(...args: Parameters<RetentionStore['takeDue']>) {
      const taken = await retention.takeDue(...args);
      return Promise.all(taken.map(async (due) => ({ ...due, message: await sealer.open(due.message) })));
    },
    async *due(...args: Parameters<RetentionStore['due']>) {
      for await (const message of retention.due(...args)) yield sealer.open(message);
    },
    async *messagesOf(...args: Parameters<RetentionStore['messagesOf']>) {
      for await (const message of retention.messagesOf(...args)) yield sealer.open(message);
    },
  });
}

/** The same object with some of its methods replaced: those of a class are not its own, and need it as `this`. */
function withMethods<T extends object>(object: T, methods: Partial<T>): T {
  return new Proxy(object, {
    get(target, name) {
      const own = (methods as Record<PropertyKey, unknown>)[name];
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
