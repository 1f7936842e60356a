import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import type { MailboxId, MessageId } from '../../app/core/ids.ts';
import type { Message, MessageState } from '../../app/core/message/message.ts';
import type { MessageKind } from '../../app/core/profile/class-of-service.ts';
import type { ListOptions, MessageFilter, MessageOrder } from '../../app/ports/store.ts';
import { openTestStore, type TestStore } from './local-store.ts';
import { at, sampleMessage } from './sample.ts';

const states: readonly MessageState[] = ['new', 'heard', 'saved', 'deleted'];
const kinds: readonly MessageKind[] = ['voice', 'fax', 'text'];
const orders: readonly MessageOrder[] = ['newest', 'oldest', 'urgent-first'];
const callers = ['+12025550101', '+12025550102', undefined];

describe('storage: the folders of a mailbox', function () {
  this.timeout(120_000);
  let opened: TestStore;
  const mailbox = randomUUID() as MailboxId;
  const all: Message[] = [];
  const messages = () => opened.store.messages;
  before(async () => {
    opened = await openTestStore();
    for (let i = 0; i < 60; i += 1) {
      const from = callers[i % 3];
      const sender = { ...(from === undefined ? {} : { number: from }), private: from === undefined };
      all.push(
        sampleMessage(
          { mailbox, state: states[i % 4]! },
          // Several in the same millisecond, more than a page.
          {
            received: at(Math.floor(i / 13)),
            urgent: i % 5 === 0,
            kind: kinds[i % 7 > 3 ? i % 3 : 0]!,
            from: sender,
          },
        ),
      );
    }
    await Promise.all(all.map((message) => messages().insert(message)));
    await messages().insert(sampleMessage());
  });
  after(async () => opened[Symbol.asyncDispose]());

  /** The same by plain sorting. */
  const expected = (filter: MessageFilter): Message[] =>
    all
      .filter(({ state }) => filter.states?.includes(state) ?? true)
      .filter(({ envelope }) => filter.kinds?.includes(envelope.kind) ?? true)
      .filter(({ envelope }) => filter.from === undefined || envelope.from.number === filter.from)
      .toSorted((a, b) => {
        const time = a.envelope.received.getTime() - b.envelope.received.getTime() || (a.id < b.id ? -1 : 1);
        if (filter.order === 'urgent-first') return Number(b.urgent) - Number(a.urgent) || time;
        return filter.order === 'oldest' ? time : -time;
      });
  const ids = (list: readonly Message[]): MessageId[] => list.map((message) => message.id);

  const filters = fc.record(
    {
      states: fc.subarray([...states], { minLength: 1 }),
      kinds: fc.subarray([...kinds], { minLength: 1 }),
      from: fc.constantFrom('+12025550101', '+12025550102', '+12025550103'),
      order: fc.constantFrom(...orders),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<MessageFilter>;

  it('any choice of states, kinds and caller comes in each order, page by page, forwards and back', async () => {
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 1, max: 25 }), async (filter, limit) => {
        const wanted = ids(expected(filter));
        const pages = async (step: (edge: Message) => Partial<ListOptions>, back: boolean) => {
          const found: Message[] = [];
          for (let page = await messages().list(mailbox, { ...filter, limit }); page.length > 0;) {
            if (back) found.unshift(...page);
            else found.push(...page);
            page = await messages().list(mailbox, {
              ...filter,
              limit,
              ...step(back ? page[0]! : page.at(-1)!),
            });
          }
          return found;
        };
        const forwards = await pages((after) => ({ after }), false);
        assert.deepEqual(ids(forwards), wanted);
        const last = forwards.at(-1);
        if (last === undefined) return;
        const before = await messages().list(mailbox, { ...filter, limit: 100, before: last });
        assert.deepEqual(ids(before), wanted.slice(0, -1));
        const page = await messages().list(mailbox, { ...filter, limit, before: last });
        assert.deepEqual(ids(page), wanted.slice(0, -1).slice(-limit));
      }),
      { numRuns: 60 },
    );
  });

  it('next and previous step through a folder and back to its begin', async () => {
    for (const order of orders) {
      const filter = { states: ['new', 'saved'], order } as const;
      const wanted = expected(filter);
      const forth: Message[] = [];
      for (let one = await messages().next(mailbox, filter, undefined); one;) {
        forth.push(one);
        one = await messages().next(mailbox, filter, one);
      }
      assert.deepEqual(ids(forth), ids(wanted));
      const back: Message[] = [];
      for (let one = forth.at(-1); one; one = await messages().previous(mailbox, filter, one)) back.push(one);
      assert.deepEqual(ids(back), ids(wanted.toReversed()));
    }
  });

  it('a message that left the folder still says where the next one is', async () => {
    const filter = { states: ['new'], order: 'oldest' } as const;
    const [first, second, third] = expected(filter);
    await messages().setState(second!.id, 'deleted', at(100));
    assert.equal((await messages().next(mailbox, filter, second))?.id, third!.id);
    assert.equal((await messages().previous(mailbox, filter, second!))?.id, first!.id);
    await messages().setState(second!.id, 'new', at(101), ['deleted']);
    assert.equal((await messages().next(mailbox, filter, first))?.id, second!.id);
  });

  it('a limit of nothing asks for nothing', async () => {
    assert.deepEqual(await messages().list(mailbox, { limit: 0 }), []);
    assert.deepEqual(await messages().list(mailbox, { limit: 5, states: [] }), []);
    assert.deepEqual(await messages().list(mailbox, { limit: 5, kinds: [] }), []);
  });
});

describe('storage: marks of a message', function () {
  this.timeout(60_000);
  let opened: TestStore;
  const messages = () => opened.store.messages;
  before(async () => (opened = await openTestStore()));
  after(async () => opened[Symbol.asyncDispose]());

  it('what is deleted says since when, until it is brought back', async () => {
    const message = sampleMessage();
    await messages().insert(message);
    const gone = await messages().setState(message.id, 'deleted', at(5));
    assert.deepEqual(gone?.after.deletedAt, at(5));
    assert.deepEqual(await messages().get(message.id), gone?.after);
    // Again: the first time counts.
    assert.deepEqual((await messages().setState(message.id, 'deleted', at(9)))?.after.deletedAt, at(5));
    const back = await messages().setState(message.id, 'saved', at(10), ['deleted']);
    // Automatic management looks at it, and finds it brought back.
    const [accessedAt, sweepAt] = [at(10), at(5)];
    assert.deepEqual(back?.after, { ...message, state: 'saved', version: 3, accessedAt, sweepAt });
    assert.deepEqual(await messages().get(message.id), back?.after);
    // Only from the trash: one that is saved is not made new by that.
    assert.equal((await messages().setState(message.id, 'new', at(11), ['deleted']))?.after.state, 'saved');
  });

  it('urgent is marked and unmarked, each once; how it came stays in the envelope', async () => {
    const message = sampleMessage();
    await messages().insert(message);
    const marked = await messages().setUrgent(message.id, true);
    assert.deepEqual(marked, { before: message, after: { ...message, urgent: true, version: 2 } });
    assert.deepEqual(await messages().get(message.id), marked?.after);
    const again = await messages().setUrgent(message.id, true);
    assert.deepEqual(again, { before: marked?.after, after: marked?.after });
    const unmarked = await messages().setUrgent(message.id, false);
    assert.deepEqual(unmarked?.after, { ...message, version: 3 });
    assert.equal((await messages().get(message.id))?.envelope.urgent, false);
    assert.equal(await messages().setUrgent('none' as MessageId, true), undefined);
  });

  it('of ten that mark it at once one does', async () => {
    const message = sampleMessage();
    await messages().insert(message);
    const all = await Promise.all(Array.from({ length: 10 }, () => messages().setUrgent(message.id, true)));
    assert.equal(all.filter((one) => one?.before.urgent === false && one.after.urgent).length, 1);
    assert.equal((await messages().get(message.id))?.version, 2);
  });

  it('a document of before kinds, callers and marks were written down reads as it was', async () => {
    const message = sampleMessage({}, { from: { private: true } });
    await messages().insert(message);
    const raw = opened.client.db(opened.database).collection<{ _id: string }>('messages');
    await raw.updateOne({ _id: message.id }, { $unset: { kind: '', sender: '', urgent: '', deletedAt: '' } });
    assert.deepEqual(await messages().get(message.id), message);
    const found = await messages().list(message.mailbox, { limit: 5, kinds: ['voice'] });
    assert.deepEqual(found, [message]);
    assert.deepEqual(await messages().list(message.mailbox, { limit: 5, kinds: ['fax'] }), []);
  });
});
