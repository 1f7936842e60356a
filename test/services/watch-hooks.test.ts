import assert from 'node:assert/strict';
import { Fault } from '../../app/core/errors.ts';
import type { E164 } from '../../app/core/ids.ts';
import type { TextGateway } from '../../app/ports/gateway.ts';
import { createHookTally, createHookWatch } from '../../app/services/watch-hooks.ts';
import { createNodeWatch } from '../../app/services/watch-nodes.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { at, sampleNotification } from '../storage/sample.ts';

describe('What is around a controller', () => {
  let opened: TestStore;
  before(async () => {
    opened = await openTestStore();
  });
  after(async () => opened[Symbol.asyncDispose]());

  it('is how it goes with each hook: what waits for it, what was given up, what it took and why not', async () => {
    const { store } = opened;
    let isAway = false;
    let now = at(0);
    const webhook: TextGateway = {
      name: 'webhook',
      async send() {
        if (isAway) throw new Fault('gateway-unavailable', 'webhook: answered 503', { temporary: true });
        return {};
      },
    };
    const tally = createHookTally({ now: () => now });
    const sent = tally.over(new Map([['webhook', webhook]])).get('webhook');
    const text = { id: 'x', body: '{}' };
    await sent?.send({ ...text, to: 'hook:crm' });
    await sent?.send({ ...text, to: 'https://example.com/own' });
    [isAway, now] = [true, at(5)];
    await assert.rejects(async () => sent?.send({ ...text, to: 'hook:crm' }), /503/);

    const notes = [
      { to: 'hook:crm', created: at(20) },
      { to: 'hook:crm', created: at(10) },
      { to: 'hook:other', created: at(1) },
    ].map((one) => sampleNotification({ gateway: 'webhook', ...one }));
    const dead = sampleNotification({ gateway: 'webhook', to: 'hook:crm' });
    for (const one of [...notes, dead]) await store.notifications.ensure(one);
    // Others wait longer, and many: none of them hides what waits for this one.
    const others = Array.from({ length: 1_200 }, () => {
      const { id, ...rest } = sampleNotification({ to: '+12025551234', due: at(-5), created: at(-5) });
      return { _id: id, ...rest, workAt: at(-5) };
    });
    await opened.client
      .db(opened.database)
      .collection('notifications')
      .insertMany(others as never[]);
    await store.notifications.failed(dead.id, undefined, 'gone');

    const hooks = [
      { name: 'crm', url: 'https://crm.example.com/in?key=secret' },
      { name: 'quiet', url: 'https://quiet.example.com/', events: ['message.new' as const] },
    ];
    const { items } = await createHookWatch({ store, hooks, tally }).list();
    assert.deepEqual(items, [
      {
        name: 'crm',
        host: 'crm.example.com',
        waiting: 2,
        oldest: at(10),
        deadLetters: 1,
        delivered: { count: 1, last: at(0) },
        failed: { count: 1, last: at(5), error: 'webhook: answered 503' },
      },
      {
        name: 'quiet',
        host: 'quiet.example.com',
        events: ['message.new'],
        waiting: 0,
        deadLetters: 0,
        delivered: { count: 0 },
        failed: { count: 0 },
      },
    ]);
  });

  it('is how far other nodes are behind, and how many of ours are there', async () => {
    const { store } = opened;
    const visit = { node: 'east', since: at(0) };
    await store.replication.putVisit({ ...visit, number: '+12025550001' as E164 });
    await store.replication.putVisit({ ...visit, number: '+12025550002' as E164, ending: at(1) });
    const peers = ['east', 'west', 'south'].map((name) => ({ name, prefixes: [`+1${name.length}`] }));
    const outboxes = new Map([
      ['east', { waiting: 0, lag: () => 0, failing: false }],
      ['west', { waiting: 3, lag: () => 1.5, failing: false }],
      ['south', { waiting: 9, lag: () => 60, failing: true }],
    ]);
    const nodes = await createNodeWatch({ store }, peers, outboxes).list();
    assert.deepEqual(
      nodes.map(({ name, state, waiting, lagSeconds, visitors }) => [
        name,
        state,
        waiting,
        lagSeconds,
        visitors,
      ]),
      [
        ['east', 'even', 0, 0, 1],
        ['west', 'behind', 3, 1.5, 0],
        ['south', 'away', 9, 60, 0],
      ],
    );
  });
});
