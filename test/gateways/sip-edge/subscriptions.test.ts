import assert from 'node:assert/strict';
import { Fault } from '../../../app/core/errors.ts';
import { headerOf, statusOf, type SipMessage } from './message.ts';
import { access, openWorld, phonePeer, stranger, subscriber, trunkPeer, until } from './world.ts';

const state = (one: SipMessage | undefined) => headerOf(one ?? assert.fail(), 'subscription-state');

describe('message waiting over the SIP edge', function () {
  this.timeout(20_000);

  it('phones are told at once, at each change, and at the end, which they or the time brings', async () => {
    await using world = await openWorld();
    const { sent } = world.double;
    const answer = await world.subscribe({ Expires: '600' }, phonePeer, 'one');
    assert.equal(statusOf(answer), 200);
    assert.equal(headerOf(answer, 'expires'), '600');
    await until(() => sent.length === 1);
    assert.match(state(sent[0]) ?? '', /^active;expires=(600|599)$/);
    assert.equal(
      sent[0]?.body,
      `Messages-Waiting: yes\r\nMessage-Account: sip:${subscriber}@127.0.0.1\r\nVoice-Message: 1/4 (0/0)\r\n`,
    );
    assert.equal(
      headerOf(sent[0], 'contact'),
      '<sip:mwi@127.0.0.1:5260>',
      'an address where it can be reached',
    );
    await world.edge.setLamp({
      mailbox: subscriber,
      classes: {
        'voice-message': { new: 2, old: 4, urgent: 1 },
        'fax-message': { new: 0, old: 1, urgent: 0 },
      },
    });
    await until(() => sent.length === 2);
    assert.match(sent[1]?.body ?? '', /Voice-Message: 2\/4 \(1\/0\)\r\nFax-Message: 0\/1/);
    await world.edge.setLamp({ mailbox: '+12025550100', classes: world.lamp });
    const tag = /;tag=.*/.exec(headerOf(answer, 'to') ?? '')?.[0];
    assert.equal(statusOf(await world.subscribe({ Expires: '120' }, phonePeer, 'one', tag)), 200);
    await until(() => sent.length === 3);
    assert.match(state(sent[2]) ?? '', /^active;expires=1(20|19)$/);
    world.laterMs = 121_000;
    await until(() => sent.length === 4);
    assert.equal(state(sent[3]), 'terminated;reason=timeout');
    await until(() => world.double.dialogs.length === 0);
    const again = await world.subscribe({}, phonePeer, 'two');
    assert.equal(headerOf(again, 'expires'), '3600');
    await until(() => world.store.all.size === 1);
    const second = /;tag=.*/.exec(headerOf(again, 'to') ?? '')?.[0];
    assert.equal(statusOf(await world.subscribe({ Expires: '0' }, phonePeer, 'two', second)), 200);
    await until(() =>
      sent.some((one) => headerOf(one, 'call-id') === 'two' && state(one) === 'terminated;reason=timeout'),
    );
    assert.equal(world.store.all.size, 0);
  });

  it('what cannot be subscribed to is refused so that the phone knows why', async () => {
    await using world = await openWorld();
    const refused = async (headers: Readonly<Record<string, string>>, peer = phonePeer) =>
      statusOf(await world.subscribe(headers, peer));
    assert.equal(await refused({}, stranger), 403);
    assert.equal(await refused({}, trunkPeer), 200);
    assert.equal(await refused({ Event: 'presence' }), 489);
    assert.equal(await refused({ Accept: 'application/pidf+xml' }), 406);
    assert.equal(await refused({ Expires: 'soon' }), 400);
    const short = await world.subscribe({ Expires: '5' });
    assert.deepEqual([statusOf(short), headerOf(short, 'min-expires')], [423, '60']);
    assert.equal(headerOf(await world.subscribe({ Expires: '9999999999' }), 'expires'), '3600');
    assert.equal(statusOf(await world.subscribe({}, phonePeer, 'unknown', ';tag=old')), 481);
  });

  it('phones that are gone, and dialogs that a new server does not know, are forgotten', async () => {
    const gone = new Set<string>();
    await using world = await openWorld(
      {},
      {
        onRequest: (one) => ({
          start: gone.has(headerOf(one, 'call-id') ?? '') ? 'SIP/2.0 481 Gone' : 'SIP/2.0 200 OK',
        }),
      },
    );
    for (const id of ['stays', 'goes']) await world.subscribe({}, phonePeer, id);
    await until(() => world.double.sent.length === 2 && world.store.all.size === 2);
    gone.add('goes');
    await world.edge.setLamp({ mailbox: subscriber, classes: world.lamp });
    await until(() => world.store.all.size === 1);
    await world.double.stop();
    await until(() => !world.edge.up);
    await assert.rejects(world.edge.setLamp({ mailbox: subscriber, classes: world.lamp }), {
      code: 'gateway-unavailable',
      temporary: true,
    });
    await world.double.start();
    await world.ready();
    await world.edge.setLamp({ mailbox: subscriber, classes: world.lamp });
    await until(() => world.store.all.size === 0);
    world.store.away = new Fault('store-unavailable', 'away', { temporary: true });
    await world.subscribe({}, phonePeer, 'unkept');
    await until(() =>
      world.double.sent.some((one) => state(one) === 'terminated;reason=probation;retry-after=60'),
    );
  });
});

describe('the front door of the SIP edge', function () {
  this.timeout(20_000);
  const nodes = [
    { name: 'east', uri: 'sip:10.0.1.5:5060', prefixes: ['+1202555014'] },
    { name: 'west', uri: 'sip:10.0.2.5:5060;transport=tcp', prefixes: [] },
  ];
  const door = { mode: 'redirect', recordRoute: true, provisionalMs: 700, probeMs: 60_000, nodes } as const;

  it('redirects to the node that has the mailbox, whoever was meant first; the next stands in', async () => {
    await using world = await openWorld({ door });
    const moved = await world.call(subscriber);
    assert.equal(statusOf(moved), 302);
    const contacts = moved.headers.filter(([name]) => name === 'Contact').map(([, value]) => value);
    assert.deepEqual(contacts, [
      `<sip:${subscriber}@10.0.1.5:5060;answerback-edge=home>;q=1.0`,
      `<sip:${subscriber}@10.0.2.5:5060;transport=tcp;answerback-edge=home>;q=0.9`,
    ]);
    const diverted = await world.call(access, {
      To: `<sip:${access}@h>`,
      Diversion: '<sip:+12025550147@h>;reason=no-answer',
    });
    assert.match(headerOf(diverted, 'contact') ?? '', /@10\.0\.1\.5/);
    const other = await world.call('+12025550200');
    assert.match(headerOf(other, 'contact') ?? '', /@10\.0\.2\.5/);
    assert.equal(statusOf(await world.call('+442071838750', { To: '<sip:+442071838750@h>' })), 404);
    assert.equal(statusOf(await world.call(subscriber, {}, stranger)), 403);
    assert.equal(statusOf(await world.call(subscriber, { 'X-Answerback-Edge': 'west, home' })), 482);
    assert.equal(statusOf(await world.call(`sip:${subscriber}@127.0.0.1;answerback-edge=home`)), 482);
    assert.equal(statusOf(await world.call(subscriber, { 'Max-Forwards': '0' })), 483);
    const hostile = await world.call('sip:a|b%0d%0aX:1@127.0.0.1');
    assert.match(headerOf(hostile, 'contact') ?? '', /^<sip:a%7Cb%0D%0AX@10/);
  });

  it('sends on by the server; nodes that do not answer get no calls, and without any the caller is to try later', async () => {
    const targets: string[] = [];
    let marks = '';
    let alive = true;
    const proxy = { ...door, mode: 'proxy' } as const;
    await using world = await openWorld(
      { door: proxy },
      {
        onProxy: (target, frame) => {
          targets.push(target);
          marks = headerOf(frame, 'x-answerback-edge') ?? '';
          return alive ? 200 : undefined;
        },
        onRequest: () =>
          alive ? { start: 'SIP/2.0 200 OK' } : { start: 'SIP/2.0 503 Gone', unreached: true },
      },
    );
    assert.equal(
      statusOf(
        await world.call(
          `sip:${subscriber}@127.0.0.1:5260;user=phone;cause=486;target=sip%3A%2B12025550147%40h`,
        ),
      ),
      200,
    );
    assert.deepEqual(targets, [`sip:${subscriber}@10.0.1.5:5060;target=sip%3A+12025550147%40h;cause=486`]);
    assert.equal(marks, 'home');
    // What the node would believe of the edge: of a trunk that is trusted it passes, of nobody else.
    const asserted = { 'P-Asserted-Identity': '<sip:+12025550111@h>' };
    assert.equal(statusOf(await world.call(subscriber, asserted)), 200);
    targets.length = 0;
    const untrusted = { ...trunkPeer, address: '10.0.0.6' };
    for (const peer of [phonePeer, untrusted])
      for (const headers of [
        asserted,
        { 'Remote-Party-ID': '<sip:+12025550111@h>' },
        { 'P-Attestation-Indicator': 'A' },
      ])
        assert.equal(statusOf(await world.call(subscriber, headers, peer)), 403, JSON.stringify(headers));
    assert.deepEqual(targets, []);
    assert.equal(statusOf(await world.call(subscriber, {}, untrusted)), 200);
    assert.ok(
      world.double.frames.some((frame) =>
        /\|proxy\|[^|]+\|remainInDialog\|fullResponse\|\|serial\|700ms\|\|/.test(frame),
      ),
    );
    alive = false;
    assert.equal(statusOf(await world.call(subscriber)), 408);
    await until(() => world.log.filter(({ text }) => text === 'a node does not answer').length === 2);
    const later = await world.call(subscriber);
    assert.deepEqual([statusOf(later), headerOf(later, 'retry-after')], [503, '30']);
  });
});
