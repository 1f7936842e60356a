import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Mailbox } from '../../../app/core/mailbox/mailbox.ts';
import { eventRoutes } from '../../../app/gateways/web/api/routes/events.ts';
import { createStreams, usualStreams, type Streams } from '../../../app/gateways/web/api/stream/streams.ts';
import { openApiWorld, type ApiWorld } from './api/world.ts';
import { readEvents, type EventReader } from './event-reader.ts';

describe('the API: events as they happen', function () {
  this.timeout(60_000);
  let world: ApiWorld;
  let streams: Streams;
  let ann: Mailbox;
  let ben: Mailbox;
  const open: EventReader[] = [];
  before(async () => {
    world = await openApiWorld(undefined, (controller) => {
      streams = createStreams(
        { ...controller.happening, log: world?.log ?? { debug: () => undefined } },
        { ...usualStreams, perPrincipal: 3, pulseMs: 300 },
      );
      return eventRoutes({ streams, auditor: controller.operating.auditor });
    });
    ann = await world.subscriber('Ann');
    ben = await world.subscriber('Ben');
    world.operator('watcher', ['mailboxes:read', 'operations:read'], 'password');
    world.operator('billing', ['cdrs:read'], 'password');
    world.people.set('words', {
      kind: 'subscriber',
      mailbox: ann.id,
      via: 'key',
      scopes: ['mailboxes:read'],
    });
    world.people.set('link', { kind: 'link', mailbox: ann.id, message: 'none' as never });
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
  });
  after(async () => {
    streams.close();
    await world.controller.happening.events.stop();
    await world[Symbol.asyncDispose]();
  });

  const follow = async (who: string, headers: Record<string, string> = {}): Promise<EventReader> => {
    const reader = await readEvents(`${world.web.address}/v1/events`, {
      ...(who === '' ? {} : { authorization: `Bearer ${who}` }),
      ...headers,
    });
    open.push(reader);
    return reader;
  };

  it('a message is told of with all that a list shows, then its changes, then that it is gone', async () => {
    const page = await follow('Ann');
    assert.equal(page.response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    assert.equal(page.response.headers.get('cache-control'), 'no-store, no-transform');
    const message = await world.leave(ann, { text: 'the parcel is here' });
    const told = await page.next('message.new');
    const listed = (await (await world.ask('GET', `/mailboxes/${ann.id}/messages`)).json()) as {
      items: object[];
    };
    assert.deepEqual(told.data['item'], listed.items[0]);
    assert.equal(told.data['id'], message.id);
    await page.next('mailbox.changed');
    const path = `/messages/${message.id}`;
    assert.equal((await world.ask('PATCH', path, { body: { state: 'saved' } })).status, 200);
    const changed = await page.next('message.changed');
    assert.equal((changed.data['item'] as { state: string }).state, 'saved');
    assert.ok(Number(changed.data['version']) > Number(told.data['version']));
    await world.controller.store.messages.remove(message.id);
    assert.equal((await page.next('message.removed')).data['id'], message.id);
  });

  it('another’s events, and what scopes leave out, are told to nobody', async () => {
    const readers = await Promise.all(['Ben', 'watcher', 'program', 'words'].map((who) => follow(who)));
    const [bens, watcher, program, words] = readers as [EventReader, EventReader, EventReader, EventReader];
    const message = await world.leave(ann, { text: 'a secret' });
    const toBen = await world.leave(ben, { text: 'yours' });
    const mine = (event: { data: Record<string, unknown> }): boolean => event.data['id'] === toBen.id;
    await Promise.all([bens, watcher, program].map((one) => one.next(mine)));
    await words.next('mailbox.changed');
    assert.ok(bens.seen.every(({ data }) => data['mailbox'] === ben.id));
    // Staff in person sees that there is a message, and nothing of it.
    const seen = watcher.seen.find(({ data }) => data['id'] === message.id);
    assert.deepEqual(Object.keys(seen?.data ?? {}).toSorted(), ['at', 'id', 'mailbox', 'version']);
    assert.ok(!JSON.stringify(watcher.seen).includes('secret'));
    assert.ok(JSON.stringify(program.seen).includes('a secret'));
    assert.ok(words.seen.every(({ type }) => !type.startsWith('message.')));
    for (const [who, status] of [
      ['', 401],
      ['made up', 401],
      ['billing', 403],
      ['link', 403],
    ] as const)
      assert.equal((await follow(who)).response.status, status, who);
  });

  it('who comes back with its place misses nothing; with one that is unknown it is told to begin anew', async () => {
    const first = await follow('Ann');
    await world.leave(ann, { text: 'one' });
    const { id } = await first.next('message.new');
    await first[Symbol.asyncDispose]();
    const missed = await world.leave(ann, { text: 'two' });
    const again = await follow('Ann', { 'last-event-id': id });
    assert.equal((await again.next('message.new')).data['id'], missed.id);
    for (const place of ['99999999.1', 'rubbish', '-1']) {
      const lost = await follow('Ann', { 'last-event-id': place });
      await lost.next('reset');
      await lost[Symbol.asyncDispose]();
    }
  });

  it('calls are told of to staff, with masked numbers', async () => {
    const watcher = await follow('watcher');
    const subscriber = await follow('Ann');
    world.controller.happening.events.publish({
      type: 'call.began',
      id: 'leg',
      node: 'home',
      direction: 'inbound',
      trunk: 'trunk',
      from: '+12025550123',
      to: ann.number,
      started: new Date().toISOString(),
    });
    const { data } = await watcher.next('call.began');
    assert.equal(data['from'], '+1202•••••23');
    await world.leave(ann, {});
    assert.ok(subscriber.seen.every(({ type }) => !type.startsWith('call.')));
  });

  it('a stream ends with the session, with the mailbox’s suspension, and at once', async () => {
    const credential = 'a'.repeat(64);
    const { sessions } = world.controller.store;
    const until = new Date(Date.now() + 600_000);
    const holder = { kind: 'subscriber', mailbox: ann.id, via: 'pin' } as const;
    await sessions.insert({ id: credential, holder, created: until, lastSeen: until, expires: until, until });
    world.people.set('page', { ...holder, credential });
    const page = await follow('page');
    await sessions.remove(credential);
    await page.ended;
    const other = await follow('Ben');
    await world.controller.store.mailboxes.update(ben.id, { status: 'suspended' });
    await other.ended;
    await world.controller.store.mailboxes.update(ben.id, { status: 'active' });
  });

  it('too many streams of one subscriber are refused, and a closed one makes room', async () => {
    const three = await Promise.all([follow('Ann'), follow('Ann'), follow('Ann')]);
    const fourth = await follow('Ann');
    assert.equal(fourth.response.status, 429);
    assert.ok(fourth.response.headers.get('retry-after'));
    await three[0][Symbol.asyncDispose]();
    await until(() => streams.size === 2);
    assert.equal((await follow('Ann')).response.status, 200);
  });

  it('a client that does not read is let go, and the others go on', async () => {
    const { hostname, port } = new URL(world.web.address);
    const before = streams.size;
    const idle = connect(Number(port), hostname);
    idle.pause();
    idle.on('error', () => undefined);
    idle.write('GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer program\r\n\r\n');
    const reader = await follow('Ann');
    await until(() => streams.size === before + 2);
    const words = 'word '.repeat(40);
    for (let round = 0; streams.size > before + 1; round += 1) {
      assert.ok(round < 400, 'it was let go');
      for (let i = 0; i < 100; i += 1)
        world.controller.happening.events.publish({
          type: 'message.new',
          id: `${round} ${i}` as never,
          mailbox: ann.id,
          version: 1,
          item: { id: `${round} ${i}`, subject: words.repeat(10) } as never,
        });
      await reader.next(({ data }) => data['id'] === `${round} 99`);
    }
    idle.destroy();
    const message = await world.leave(ann, { text: 'still here' });
    await reader.next(({ data }) => data['id'] === message.id);
  });

  it('a message that another controller takes in is told of here', async () => {
    const page = await follow('Ann');
    const { withEvents } = await import('../../../app/controller/happening.ts');
    const other = withEvents({
      store: world.store,
      clock: { now: () => new Date() },
      random: randomOf(),
      log: world.log,
    } as never);
    const { sampleMessage } = await import('../../storage/sample.ts');
    const began = performance.now();
    const message = sampleMessage({ mailbox: ann.id }, { to: ann.number });
    await other.rooms.store.messages.insert(message);
    await page.next(({ data }) => data['id'] === message.id);
    const ms = performance.now() - began;
    assert.ok(ms < 5000, `${ms} ms`);
    await other.events.stop();
  });
});

async function until(fits: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !fits(); await pause(10)) assert.ok(Date.now() < end, 'in time');
}

function randomOf() {
  return { uuid: () => crypto.randomUUID(), digits: (n: number) => '1'.repeat(n) };
}
