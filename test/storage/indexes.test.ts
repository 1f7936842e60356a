import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Document } from 'mongodb';
import type { MailboxId, MediaId, MessageId } from '../../app/core/ids.ts';
import type { Derived } from '../../app/core/message/message.ts';
import type { MessageSearch } from '../../app/ports/message-search.ts';
import type { ListOptions, Store } from '../../app/ports/store.ts';
import { indexes } from '../../app/storage/indexes.ts';
import { asksAllShards } from './shards.ts';
import { scattered } from '../../app/storage/shard-keys.ts';
import { sampleClass } from '../services/sample-class.ts';
import { mediaQuestions } from './media-questions.ts';
import { webQuestions } from './web-questions.ts';
import { allOf, replicationQuestions } from './replication-questions.ts';
import { choices, filtersOf, indexesOf, scansOf, shapeOf, sortsOf } from './explain.ts';
import { filling, fillStore, fresh, route } from './fill-store.ts';
import { openTestStore, type TestStore } from './local-store.ts';
import { otherQuestions } from './questions.ts';
import {
  at,
  number,
  sampleCdr,
  sampleDelivery,
  sampleFax,
  sampleMailbox,
  sampleMessage,
  sampleNotification,
  step,
} from './sample.ts';

const lease = { by: 'a sweeper', until: at(3000) };
/** Are asked by `retention.deleteMedia` and `resealing.replaceMedia`; the third reads all of a collection with one document for each class of service, the last nothing. */
const askedOtherwise = ['media.deleteAll', 'media.replace', 'retention.rulesSeen', 'retention.serverTime'];

describe('storage: every question has its index', function () {
  this.timeout(120_000);
  let opened: TestStore;
  const message = sampleMessage({ pending: [step('notify', at(0))] });
  const notification = sampleNotification({ message: message.id });
  const mailbox = sampleMailbox();
  before(async () => {
    opened = await openTestStore();
    await fillStore(opened);
    await opened.store.mailboxes.findOrCreate(mailbox);
    await opened.store.messages.insert(message);
    await opened.store.notifications.ensure(notification);
  });
  after(async () => opened[Symbol.asyncDispose]());

  const none = randomUUID();
  const derived: Derived = {
    of: 0,
    media: `${none}/x` as MediaId,
    form: 'audio/ogg',
    contentType: 'audio/ogg',
    bytes: 1,
  };
  const left = { key: 'left', until: at(0) };
  const questions: Record<string, (store: Store) => Promise<unknown>> = {
    'mailboxes.find': (store) => store.mailboxes.find(mailbox.number),
    'mailboxes.get': (store) => store.mailboxes.get(mailbox.id),
    'mailboxes.findOrCreate': (store) => store.mailboxes.findOrCreate(mailbox, { kind: 'voice', new: 1 }),
    'mailboxes.create': (store) => store.mailboxes.create(sampleMailbox()),
    'mailboxes.count': (store) => store.mailboxes.count(mailbox.id, { kind: 'voice', new: 1 }),
    'mailboxes.recount': (store) => store.mailboxes.recount(mailbox.id),
    'mailboxes.activate': (store) => store.mailboxes.activate(mailbox.id),
    'mailboxes.stopTexts': (store) => store.mailboxes.stopTexts(mailbox.id, at(0)),
    'counting.raise': (store) =>
      store.counting.raise([{ mailbox: mailbox.id, change: { kind: 'voice', new: 1 } }]),
    'counting.note': (store) => store.counting.note('a controller', at(0)),
    'counting.noted': (store) => store.counting.noted(),
    'counting.forget': (store) => store.counting.forget({ controller: 'a controller', at: at(0) }),
    'counting.mailboxesOf': (store) => store.counting.mailboxesOf(at(0), at(30)),
    'mailboxes.update': (store) => store.mailboxes.update(mailbox.id, { classOfService: 'gold' }, 0),
    'mailboxes.addAlias': (store) => store.mailboxes.addAlias(mailbox.id, number()),
    'mailboxes.removeAlias': (store) => store.mailboxes.removeAlias(mailbox.id, number()),
    'mailboxes.list': (store) => store.mailboxes.list(mailbox.id, 10),
    'mailboxes.list from the begin': (store) => store.mailboxes.list(undefined, 10),
    'mailboxes.withMessages': (store) => store.mailboxes.withMessages(mailbox.id, 10),
    'mailboxes.findAll': (store) => store.mailboxes.findAll([mailbox.number, number()]),
    'mailboxes.putAll': (store) =>
      store.mailboxes.putAll([{ kind: 'change', id: mailbox.id, version: 0, change: { status: 'active' } }]),
    'mailboxes.remove': (store) => store.mailboxes.remove(none as MailboxId),
    'mailboxes.freed': (store) => store.mailboxes.freed(new Date(Date.now() + (filling - 5) * 1000)),
    'classes.all': (store) => store.classes.all(7),
    'classes.put': (store) => store.classes.put(sampleClass({ name: 'gold' })),
    'classes.remove': (store) => store.classes.remove('gold'),
    'messages.insert of a duplicate': (store) => store.messages.insert(message),
    'messages.get': (store) => store.messages.get(message.id),
    'messages.getAll': (store) => store.messages.getAll([message.id]),
    'messages.byReference': (store) => store.messages.byReference(message.reference),
    'messages.byOrigin': (store) => store.messages.byOrigin('sip', message.envelope.origin.id),
    'messages.list': (store) => store.messages.list(message.mailbox, { limit: 20, states: ['new', 'heard'] }),
    ...webQuestions(message, notification),
    'messages.next': (store) => store.messages.next(message.mailbox, { states: ['new'] }, message),
    'messages.next of a kind': (store) =>
      store.messages.next(message.mailbox, { states: ['new'], kinds: ['fax'], order: 'oldest' }, undefined),
    'messages.previous of a caller': (store) =>
      store.messages.previous(message.mailbox, { from: '+12025550123', order: 'urgent-first' }, message),
    'messages.search of a word in a mailbox': (store) =>
      store.messages.search(sought({ mailbox: message.mailbox })),
    'messages.search of a word in all': (store) => store.messages.search(sought({})),
    'messages.setUrgent': (store) => store.messages.setUrgent(message.id, true),
    'messages.setState': (store) => store.messages.setState(message.id, 'heard', at(1)),
    'messages.setState from': (store) => store.messages.setState(message.id, 'heard', at(1), ['new']),
    'messages.addDerived': (store) => store.messages.addDerived(message.id, derived),
    'messages.addDerived again': (store) => store.messages.addDerived(message.id, derived),
    'messages.move': (store) => store.messages.move(message.id, none as MailboxId, none as MailboxId),
    'messages.remove': (store) => store.messages.remove(none as never),
    'messages.takePending': (store) => store.messages.takePending(at(0), 1000),
    'messages.takePendingOf': (store) => store.messages.takePendingOf(message.id, at(0), 1000),
    'archiving.begin': (store) => store.archiving.begin(message.id, { key: 'key', until: at(9e8) }),
    'archiving.takeOver': (store) =>
      store.archiving.takeOver(message.id, left, { key: 'key', until: at(9e8) }),
    'archiving.toArchive': (store) =>
      store.archiving.toArchive(message, left, { key: 'key', at: at(0), bytes: 1, sha256: 'a'.repeat(64) }),
    'archiving.toLive': (store) => store.archiving.toLive(message, left, at(0)),
    'archiving.finish': (store) => store.archiving.finish(message.id, left, ['form' as MediaId]),
    'archiving.damaged': (store) => store.archiving.damaged(message.id, 'key', 'it is not there'),
    'archiving.left': (store) => store.archiving.left(at(0), 10),
    'messages.finishPending': (store) => store.messages.finishPending(message.id, ['lamp']),
    'messages.delayPending': (store) => store.messages.delayPending(message.id, 'notify', at(5), 'x'),
    'messages.extendPending': (store) => store.messages.extendPending(message.id, 'notify', at(6)),
    'messages.nextPendingDue': (store) => store.messages.nextPendingDue(),
    'retention.takeDue': (store) => store.retention.takeDue(at(0), lease, 50),
    'retention.takeDue of a mailbox': (store) => store.retention.takeDue(at(0), lease, 50, mailbox.id),
    'retention.due': (store) => allOf(store.retention.due(at(0))),
    'retention.nextDue': (store) => store.retention.nextDue(),
    'retention.putOff': (store) => store.retention.putOff([{ id: message.id, at: at(9) }], lease),
    'retention.lookBy': (store) => store.retention.lookBy([{ id: message.id, at: at(9), keep: at(10) }]),
    'retention.endTrash': (store) => store.retention.endTrash([message.id], at(9)),
    'retention.condemn': (store) => store.retention.condemn([message], lease),
    'retention.pardon': (store) => store.retention.pardon([message.id], lease),
    'retention.removeCondemned': (store) => store.retention.removeCondemned([none as never], lease),
    'retention.compress': (store) => store.retention.compress(message, [], at(9), lease),
    'retention.cleaned': (store) => store.retention.cleaned(message.id, [none as never], at(9), lease),
    'retention.deleteMedia': (store) => store.retention.deleteMedia([none as never]),
    'retention.mailboxes': (store) => store.retention.mailboxes([mailbox.id]),
    'retention.takeMailbox': (store) => store.retention.takeMailbox(at(0), lease),
    'retention.dueMailboxes': (store) => allOf(store.retention.dueMailboxes(at(0))),
    'retention.mailboxDone': (store) => store.retention.mailboxDone(mailbox.id, undefined, lease),
    'retention.mailboxesBy': (store) => store.retention.mailboxesBy([mailbox.id], at(1)),
    'retention.mailboxesNotBy': (store) => store.retention.mailboxesNotBy([mailbox.id], at(1)),
    'retention.messagesOf': (store) => allOf(store.retention.messagesOf(message.mailbox)),
    'retention.holdMessage': (store) => store.retention.holdMessage(message.id, { since: at(0) }, at(0)),
    'retention.holdMailbox': (store) => store.retention.holdMailbox(mailbox.id, undefined, at(0)),
    'retention.holdsMessageOf': (store) => store.retention.holdsMessageOf(mailbox.id),
    'retention.noteSweep': (store) =>
      store.retention.noteSweep({
        ended: at(0),
        tookMs: 1,
        purged: 1,
        compressed: 0,
        archived: 0,
        held: 0,
        failed: 0,
      }),
    'retention.lastSweeps': (store) => store.retention.lastSweeps(),
    'retention.setRulesSeen': (store) => store.retention.setRulesSeen('gold', { rules: 'x', at: at(0) }),
    'strays.put': (store) => store.strays.put(new Date(0), at(3000), 50),
    'strays.owners': (store) => store.strays.owners([none, 'sip:none']),
    'strays.remove': (store) => store.strays.remove([{ id: none as never, at: at(0) }]),
    'strays.lookedUpTo': (store) => store.strays.lookedUpTo(),
    'strays.setLookedUpTo': (store) => store.strays.setLookedUpTo(at(0)),
    ...mediaQuestions(message),
    'notifications.ensure of a repeat': (store) =>
      store.notifications.ensure({ ...notification, id: none as never }),
    'notifications.about': (store) => store.notifications.about(message.id),
    'notifications.take': (store) => store.notifications.take(notification.id, at(0), 1000),
    'notifications.takeDue': (store) => store.notifications.takeDue(at(0), 1000),
    'notifications.sent': (store) => store.notifications.sent(notification.id, at(0), 'SM'),
    'notifications.failed': (store) => store.notifications.failed(notification.id, at(9), 'x'),
    'notifications.report': (store) => store.notifications.report('sip', 'SM', 'failed'),
    'notifications.latestSent': (store) => store.notifications.latestSent(notification.to),
    'notifications.latestSent before': (store) => store.notifications.latestSent(notification.to, at(9)),
    'notifications.byToken': (store) => store.notifications.byToken('1'.repeat(25)),
    'notifications.deadLetters': (store) => store.notifications.deadLetters(10),
    'notifications.revive': (store) => store.notifications.revive(notification.id, at(0)),
    'notifications.drop': (store) => store.notifications.drop(notification.id),
    'notifications.nextDue': (store) => store.notifications.nextDue(),
    'deliveries.add': (store) => store.deliveries.add(sampleDelivery({ due: at(filling) })),
    'deliveries.failed': (store) => store.deliveries.failed(none as never, at(9), 'x'),
    'deliveries.failed for good': (store) => store.deliveries.failed(none as never, undefined, 'x', at(9)),
    'deliveries.takeDue': (store) => store.deliveries.takeDue(at(0), 1000),
    'deliveries.extend': (store) => store.deliveries.extend(none as never, at(0), 1000),
    'deliveries.done': (store) => store.deliveries.done(none as never, at(1)),
    'deliveries.ask': (store) =>
      store.deliveries.ask(sampleDelivery({ id: none as never, due: at(filling) })),
    'deliveries.putOff': (store) => store.deliveries.putOff(none as never, at(9), 'x'),
    'mailboxes.byEmail': (store) => store.mailboxes.byEmail('mailbox7@example.com'),
    'faxes.add': (store) => store.faxes.add(sampleFax({ due: at(filling) })),
    'faxes.get': (store) => store.faxes.get(none as never),
    'faxes.list': (store) => store.faxes.list(mailbox.id, 10),
    'faxes.takeDue': (store) => store.faxes.takeDue(at(0), 1000),
    'faxes.extend': (store) => store.faxes.extend(none as never, at(0), 1000),
    'faxes.prepared': (store) => store.faxes.prepared(none as never, { media: none as never, pages: 1 }),
    'faxes.again': (store) => store.faxes.again(none as never, at(9), 'x', true),
    'faxes.over': (store) => store.faxes.over(none as never, { kind: 'sent', pages: 1 }),
    'faxes.told': (store) => store.faxes.told(none as never),
    'faxes.nextDue': (store) => store.faxes.nextDue(),
    'deliveries.nextDue': (store) => store.deliveries.nextDue(),
    'queues.read': (store) => store.queues.read(at(5), 10),
    'queues.addressee': (store) => store.queues.addressee('hook:crm', 10),
    'arrivals.addPart': (store) =>
      store.arrivals.addPart({ key: 'arrival none', text: route, total: 2, number: 1, body: 'x' }, fresh),
    'credentials.get': (store) => store.credentials.get(mailbox.id),
    'credentials.setPin': (store) =>
      store.credentials.setPin({ mailbox: mailbox.id, hash: 'x', set: at(0), mustChange: false, keep: 5 }),
    'credentials.rehash': (store) => store.credentials.rehash(mailbox.id, 'x', 'y'),
    'credentials.putCode': (store) =>
      store.credentials.putCode(mailbox.id, { hash: 'x', expires: at(600), tries: 3 }),
    'credentials.takeCodeTry': (store) => store.credentials.takeCodeTry(mailbox.id, at(0)),
    'credentials.useCode': (store) => store.credentials.useCode(mailbox.id, 'x'),
    'credentials.remove': (store) => store.credentials.remove(none as MailboxId),
    'audit.insert': (store) =>
      store.audit.insert(
        [{ id: randomUUID(), at: at(0), event: 'login', outcome: 'in', caller: 'trunk' }],
        1,
      ),
    'audit.list': (store) => store.audit.list({ limit: 20 }),
    'audit.list from a place': (store) => store.audit.list({ limit: 20, after: { at: at(50), seen: 2 } }),
    'audit.list of a mailbox': (store) => store.audit.list({ limit: 20, mailbox: mailbox.id }),
    'cdrs.insert': (store) => store.cdrs.insert([sampleCdr()]),
    ...otherQuestions,
    ...replicationQuestions(message, mailbox.id),
    ping: (store) => store.ping(),
    'cdrs.list': (store) => store.cdrs.list({ limit: 10, since: at(filling - 5) }),
  };
  for (const [name, ask] of Object.entries(questions)) {
    it(name, async () => {
      opened.commands.length = 0;
      await ask(opened.store);
      const sent = opened.commands.map((event) => event.command);
      assert.ok(sent.length > 0, 'the store was asked');
      for (const find of sent.flatMap(filtersOf))
        assert.deepEqual(scansOf(await explain(find)), [], JSON.stringify(find));
      if (!scattered.includes(name)) assert.deepEqual(sent.flatMap(filtersOf).filter(asksAllShards), []);
    });
  }

  it('every operation of the store is among these questions', () => {
    const asked = new Set([...Object.keys(questions).map((name) => name.split(' ')[0]), ...askedOtherwise]);
    assert.deepEqual(
      operationsOf(opened.store).filter((operation) => !asked.has(operation)),
      [],
      'operations whose questions nobody has looked at: write a line for each',
    );
  });

  it('every choice of filters that a list or a search knows has its index', async () => {
    const { messages } = opened.store;
    opened.commands.length = 0;
    const { mailbox: of } = message;
    await Promise.all([
      ...choices(listFilters).map((choice) => messages.list(of, { limit: 5, ...choice })),
      ...termLists.flatMap((terms) =>
        choices(searchFilters).flatMap((choice) => [
          messages.search({ terms, limit: 5, ...choice }),
          messages.search({ mailbox: of, terms, limit: 5, ...choice }),
        ]),
      ),
    ]);
    // One of a shape tells for all: they differ by what they are compared with.
    const asked = opened.commands.flatMap((event) => filtersOf(event.command));
    const seen = new Map(asked.map((find) => [JSON.stringify(shapeOf(find)), find]));
    await Promise.all(
      Array.from(seen.values(), async (find) =>
        assert.deepEqual(scansOf(await explain(find)), [], JSON.stringify(find)),
      ),
    );
    assert.ok(seen.size > 50, `${seen.size} shapes`);
  });

  it('a search in one mailbox is bounded by it, and one word over all is read in order', async () => {
    const { messages } = opened.store;
    const finds = async (ask: () => Promise<unknown>): Promise<Document[]> => {
      opened.commands.length = 0;
      await ask();
      return opened.commands.flatMap((event) => filtersOf(event.command));
    };
    for (const terms of termLists) {
      const { mailbox: of } = message;
      for (const find of await finds(() => messages.search({ mailbox: of, terms, limit: 5 })))
        assert.equal(find['filter'].mailbox, of);
    }
    const inMailbox = await finds(() => messages.search(sought({ mailbox: message.mailbox })));
    assert.ok(inMailbox.length > 0);
    for (const find of inMailbox) {
      const plan = await explain(find);
      assert.deepEqual([indexesOf(plan), sortsOf(plan)], [['mailbox_words'], []], JSON.stringify(find));
    }
    const place = { received: at(50), id: message.id };
    for (const search of [sought({}), sought({ after: place }), sought({ kinds: ['fax'] })]) {
      for (const find of await finds(() => messages.search(search))) {
        const plan = await explain(find);
        assert.deepEqual([indexesOf(plan), sortsOf(plan)], [['words'], []], JSON.stringify(find));
      }
    }
  });

  it('folders are read in order, however large the mailbox: nothing is sorted', async () => {
    const { messages } = opened.store;
    const { mailbox: box } = message;
    opened.commands.length = 0;
    for (const order of ['newest', 'oldest', 'urgent-first'] as const) {
      await messages.list(box, { limit: 20, order });
      await messages.next(box, { states: ['new'], kinds: ['fax'], order }, undefined);
      await messages.previous(box, { states: ['heard', 'saved'], from: '+12025550123', order }, message);
    }
    const asked = opened.commands.flatMap((event) => filtersOf(event.command));
    assert.ok(asked.length > 20);
    for (const find of asked) assert.deepEqual(sortsOf(await explain(find)), [], JSON.stringify(find));
    const { mailbox: one, ...unordered } = { mailbox: box, sort: { transcript: 1 } };
    const sorted = await explain({ find: 'messages', filter: { mailbox: one }, ...unordered });
    assert.notDeepEqual(sortsOf(sorted), [], 'sorting would be found out');
  });

  it('a question without index would be found out', async () => {
    const find = { find: 'messages', filter: { transcript: 'x' } };
    assert.notDeepEqual(scansOf(await explain(find)), []);
  });

  it('the indexes are those that are written down, and no others', async () => {
    for (const [name, list] of Object.entries(indexes)) {
      const there = await opened.client.db(opened.database).collection(name).indexes();
      assert.deepEqual(
        new Set(there.map((index) => index.name)),
        new Set(['_id_', ...list.map((index) => index.name)]),
      );
      const byFirst = list.map((index) => Object.keys(index.key)[0] as string);
      for (const [i, { name: given = '', unique }] of list.entries()) {
        const first = byFirst[i] as string;
        assert.ok(given === first || given.startsWith(`${first}_`), 'named by its first field');
        if (unique) assert.equal(given, first, 'what an error about a taken key tells');
      }
    }
  });

  const explain = (find: Document): Promise<Document> =>
    opened.client.db(opened.database).command({ explain: find, verbosity: 'queryPlanner' });
});

/** `mailboxes.find` and so on: what the room offers, by its own classes. */
function operationsOf(store: Store): string[] {
  return Object.entries(store).flatMap(([name, part]: [string, unknown]) => {
    if (typeof part === 'function') return [name];
    const prototype: unknown = Object.getPrototypeOf(part);
    assert.ok(typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype);
    const methods = Object.getOwnPropertyNames(prototype).filter((method) => method !== 'constructor');
    return methods.map((method) => `${name}.${method}`);
  });
}

/** All that a list can be asked for: one that is missing here is an error of types. */
const listFilters: Required<ListOptions> = {
  states: ['new', 'saved'],
  kinds: ['fax'],
  from: '+12025550123',
  fromEnding: '0123',
  order: 'urgent-first',
  after: sampleMessage(),
  before: sampleMessage(),
  limit: 4,
};

/** The same of a search; in a mailbox and over all, by a word, its beginning and without either. */
const searchFilters: Required<Omit<MessageSearch, 'mailbox' | 'terms'>> = {
  kinds: ['fax', 'voice'],
  states: ['new', 'saved'],
  urgent: true,
  since: at(10),
  until: at(90),
  after: { received: at(50), id: randomUUID() as MessageId },
  limit: 4,
};
const word = { anyOf: ['word7', '@word7'], beginning: false };
const termLists = [[], [word, { anyOf: ['many'], beginning: true }], [{ ...word, beginning: true }]];

/** By a word that some messages have, as a subscriber asks for it. */
function sought(change: Partial<MessageSearch>): MessageSearch {
  const terms = [{ anyOf: ['many1'], beginning: false }];
  return { terms, states: ['new', 'heard', 'saved'], limit: 10, ...change };
}
