import assert from 'node:assert/strict';
import { Fault } from '../../../app/core/errors.ts';
import { nobodyThere, type PeerAnswer } from './peers.ts';
import { headerOf, statusOf } from './message.ts';
import { access, openWorld, stranger, subscriber, trunkPeer, until, type World } from './world.ts';

describe('texts over the SIP edge', function () {
  this.timeout(20_000);

  it('are answered 202 once they are safe, whoever is named by whom it believes', async () => {
    await using world = await openWorld();
    let release = (): void => undefined;
    world.onText = () => new Promise((resolve) => (release = resolve));
    const pai = { 'P-Asserted-Identity': '"Alice A" <tel:+12025550111>' };
    let answered = false;
    const first = world.text('Hello grüße 👋 | pipe # hash\r\nsecond', { headers: pai, callId: 'a@sbc' });
    void first.then(() => (answered = true));
    await until(() => world.double.frames.some((frame) => frame.includes('route|')));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(answered, false, 'not before it is safe');
    release();
    assert.equal(statusOf(await first), 202);
    world.onText = async () => undefined;
    assert.equal(
      statusOf(
        await world.text('UNHEARD', {
          to: access,
          peer: { ...trunkPeer, address: '10.0.0.6' },
          headers: pai,
        }),
      ),
      202,
    );
    assert.deepEqual(
      world.texts.map(({ id, ...text }) => ({ ...text, known: id === 'a@sbc:1' })),
      [
        {
          network: 'sip',
          trunk: 'trunk',
          from: '+12025550111',
          to: subscriber,
          body: 'Hello grüße 👋 | pipe # hash\r\nsecond',
          truncated: false,
          known: true,
        },
        // That trunk is not believed: what it asserts does not count.
        {
          network: 'sip',
          trunk: 'other',
          from: '+12025550123',
          to: access,
          body: 'UNHEARD',
          truncated: false,
          known: false,
        },
      ],
    );
  });

  it('that come again are the same text; those that cannot be kept are to come again', async () => {
    await using world = await openWorld();
    const again = { callId: 'same@sbc', cseq: 7 };
    const both = await Promise.all([world.text('once', again), world.text('once', again)]);
    assert.deepEqual(both.map(statusOf), [202, 202]);
    assert.equal(world.texts.length, 1);
    world.onText = () => Promise.reject(new Fault('store-unavailable', 'away', { temporary: true }));
    const later = await world.text('later');
    assert.equal(statusOf(later), 503);
    assert.equal(headerOf(later, 'retry-after'), '30');
    world.onText = () => Promise.reject(new Fault('invalid', 'never', { temporary: false }));
    assert.equal(statusOf(await world.text('never')), 403);
    world.onText = () => Promise.reject(new Error('a defect'));
    assert.equal(statusOf(await world.text('defect')), 503);
    world.onText = () => new Promise(() => undefined);
    assert.equal(statusOf(await world.text('for ever')), 503, 'before its sender gives up');
  });

  const wrong: Readonly<Record<string, [number, string, Parameters<World['text']>[1]]>> = {
    'of a stranger': [403, 'x', { peer: stranger }],
    'of a stranger who says to be a trunk': [
      403,
      'x',
      { peer: { ...stranger, port: 5060 }, headers: { From: '<sip:+12025550123@10.0.0.5>;tag=1' } },
    ],
    'that are too long': [413, 'x'.repeat(4097), {}],
    'of another type': [
      415,
      '<isComposing/>',
      { headers: { 'Content-Type': 'application/im-iscomposing+xml' } },
    ],
    'of no type': [415, 'x', { headers: { 'Content-Type': '' } }],
    'that are compressed': [415, 'x', { headers: { 'Content-Encoding': 'gzip' } }],
    'in another alphabet': [
      415,
      'gr\u{fffd}n',
      { headers: { 'Content-Type': 'text/plain;charset=iso-8859-1' } },
    ],
    'with bytes that are no UTF-8': [415, 'gr\u{fffd}n', {}],
    'within a dialog that is none': [481, 'x', { headers: { To: `<sip:${subscriber}@example.org>;tag=9` } }],
    'from nobody': [400, 'x', { headers: { From: '<urn:x>;tag=1' } }],
    'to nobody': [400, 'x', { to: 'sip:127.0.0.1', headers: { To: '<sip:127.0.0.1>' } }],
    'with a display name of 8-bit bytes': [
      202,
      'x',
      { headers: { From: '"J\u{fffd}rg \u0007\\"|#" <sip:+12025550123@h>;tag=1' } },
    ],
    'with a number that would inject a header': [
      202,
      'x',
      { headers: { From: '<sip:+1%0d%0aX-Evil:%201@h>;tag=1' } },
    ],
  };
  it(`${Object.keys(wrong).join(', ')}: each gets its answer`, async () => {
    await using world = await openWorld();
    for (const [what, [status, body, more]] of Object.entries(wrong))
      assert.equal(statusOf(await world.text(body, more)), status, what);
    assert.equal(world.texts.length, 2);
    assert.ok(!world.double.frames.some((frame) => frame.includes('\nX-Evil')));
  });

  it('200 at once are all taken, each once, also over a loss of the connection', async () => {
    await using world = await openWorld();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => world.text(`text ${i} ${'.'.repeat(2000)}`)),
    );
    assert.ok(answers.every((one) => statusOf(one) === 202));
    assert.equal(new Set(world.texts.map(({ id }) => id)).size, 200);
    let release = (): void => undefined;
    world.onText = () => new Promise((resolve) => (release = resolve));
    const held = world.text('held');
    const before = world.double.connections;
    await until(() => String(release) !== String(() => undefined));
    await new Promise((resolve) => setTimeout(resolve, 50));
    world.double.drop();
    await until(() => world.edge.up && world.double.connections > before);
    release();
    assert.equal(statusOf(await held), 202, 'answered over the new connection');
  });

  it('go out to the trunk, and what becomes of them follows from the final answer', async () => {
    const answers: Record<string, PeerAnswer> = {};
    await using world = await openWorld(
      { transport: 'tcp' },
      { onRequest: (request) => answers[request.body] ?? { start: 'SIP/2.0 202 Accepted' } },
    );
    const send = (body: string, to = subscriber) =>
      world.edge.gateway?.send({ id: 'n-1\r\nX: 1', to, body }) ?? assert.fail();
    assert.deepEqual(await send('grüße 👋\r\n.'), {});
    const [sent] = world.double.sent;
    assert.equal(sent?.start, `MESSAGE sip:${subscriber}@10.0.0.5:5060;transport=tcp SIP/2.0`);
    assert.equal(sent.body, 'grüße 👋\r\n.');
    assert.equal(headerOf(sent, 'x-answerback-id'), 'n-1__X:_1');
    assert.match(headerOf(sent, 'from') ?? '', /^<sip:\+12025550199@127\.0\.0\.1:5260>;tag=/);
    const outcomes: readonly (readonly [string, PeerAnswer, boolean])[] = [
      ['480', { start: 'SIP/2.0 480 Temporarily Unavailable' }, true],
      ['404', { start: 'SIP/2.0 404 Not Found' }, false],
      ['500', { start: 'SIP/2.0 500 Error' }, true],
      ['513', { start: 'SIP/2.0 513 Message Too Large' }, false],
      ['603', { start: 'SIP/2.0 603 Decline' }, false],
      ['302', { start: 'SIP/2.0 302 Moved' }, false],
      ['refused', nobodyThere, true],
      ['silent', 'silent', true],
    ];
    for (const [body, answer] of outcomes) answers[body] = answer;
    const got = await Promise.all(
      outcomes.map(([body]) =>
        send(body).then(
          () => assert.fail('it was taken'),
          (error: unknown) => error,
        ),
      ),
    );
    for (const [i, [body, , temporary]] of outcomes.entries()) {
      const error = got[i];
      assert.ok(error instanceof Fault && error.temporary === temporary, `${body}: ${String(error)}`);
    }
    await assert.rejects(send('x', 'a@b\r\nX: 1'), { code: 'invalid' });
    await assert.rejects(send('x'.repeat(10_001)), { code: 'gateway-refused', temporary: false });
    // Frames that the server bears only one by one.
    await Promise.all(Array.from({ length: 20 }, (_, i) => send(`${i}${'y'.repeat(i % 2 ? 6000 : 9900)}`)));
    await Promise.all(Array.from({ length: 200 }, (_, i) => send(`${i} z`)));
    assert.equal(world.double.connections, 1, 'and the connection holds');
  });
});
