import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { quiet, tone } from '../../scripts/audio/tone.ts';
import { CallRefused } from './call.ts';
import { DeadlinePassed } from './changes.ts';
import { openPhone, type Phone } from './phone.ts';
import { header } from './sip-message.ts';

describe('the test phone', () => {
  let far: Phone;
  let near: Phone;

  beforeEach(async () => {
    far = await openPhone({ server: { host: '127.0.0.1', port: 9 }, number: '2002' });
    near = await openPhone({ server: { host: far.host, port: far.port }, number: '2001' });
  });

  afterEach(async () => {
    await near[Symbol.asyncDispose]();
    await far[Symbol.asyncDispose]();
  });

  it('calls, is answered, says something that is heard, and hangs up', async () => {
    const out = await near.call('2002');
    const incoming = await far.incoming();
    assert.equal(incoming.from, '2001');
    assert.equal(incoming.to, '2002');
    await Promise.all([incoming.answer(), out.up()]);
    const said = Buffer.concat([tone(440, 300), tone(700, 200)]);
    await out.say(said);
    const match = await incoming.hears(said, { withinMs: 2000 });
    assert.ok(match.score > 0.95, `score ${match.score}`);
    await out.hangup();
    const end = await incoming.ended();
    assert.equal(end.by, 'them');
    assert.ok((out.times.final ?? 0) >= out.times.invite);
  });

  it('says A-law to a far side that hears the same', async () => {
    const out = await near.call('2002', { codec: 'alaw' });
    const incoming = await far.incoming();
    await Promise.all([incoming.answer(), out.up()]);
    const said = tone(523, 300);
    await out.say(said);
    assert.ok((await incoming.hears(said)).score > 0.95);
  });

  it('presses keys that arrive once each', async () => {
    far.onCall = 'ring';
    const out = await near.call('2002');
    const incoming = await far.incoming();
    await Promise.all([incoming.answer(), out.up()]);
    await out.press('112#', { onMs: 60, gapMs: 40 });
    await incoming.soundAfter(performance.now());
    assert.equal(incoming.keysHeard, '112#');
    assert.ok(out.lastDigitAt !== undefined && out.lastDigitAt > (out.times.ack ?? Infinity));
    await assert.rejects(out.press('x'), RangeError);
  });

  it('stops sending sound altogether and goes on when it speaks again', async () => {
    const out = await near.call('2002');
    const incoming = await far.incoming();
    await Promise.all([incoming.answer(), out.up()]);
    await incoming.soundAfter(0);
    out.stopSending();
    await incoming.quietFor(200, 2000);
    const before = performance.now();
    await out.say(tone(440, 100));
    assert.ok((await incoming.soundAfter(before)).at >= before);
  });

  it('is told when the far side is busy, refuses, or does not answer', async () => {
    far.onCall = 'busy';
    const busy = await near.call('2002');
    assert.equal(await busy.refused(), 486);
    await assert.rejects(busy.up(), CallRefused);
    far.onCall = 404;
    assert.equal(await (await near.call('2002')).refused(), 404);
    far.onCall = 'ring';
    const unanswered = await near.call('2002');
    const ringing = await far.incoming({ where: (call) => call.state === 'ringing' });
    await unanswered.hangup();
    assert.equal((await ringing.ended()).by, 'them');
    assert.equal(unanswered.status, 487);
  });

  it('hangs up right after its answer with a BYE, not with a refusal', async () => {
    const out = await near.call('2002');
    const incoming = await far.incoming();
    const answering = incoming.answer();
    // The ACK is still on its way.
    assert.equal(incoming.times.ack, undefined);
    await Promise.all([answering, incoming.hangup(), out.up()]);
    assert.equal((await out.ended()).by, 'them');
    assert.deepEqual([out.status, out.state, incoming.state], [200, 'ended', 'ended']);
  });

  it('sends names, raw headers and hostile bytes as they are given', async () => {
    await near.call('2002', {
      fromName: 'Zoë "Z"',
      toUser: '1001',
      uriParameters: ';cause=302',
      headers: [
        'Diversion: <sip:1001@host>;reason=no-answer',
        Buffer.from([...Buffer.from('X-Bad: '), 0xff, 0x01]),
      ],
    });
    const { request } = await far.incoming();
    assert.ok(request !== undefined);
    assert.match(request.raw.toString('utf8'), /From: "Zoë \\"Z\\"" </);
    assert.match(request.uri, /;cause=302$/);
    assert.match(header(request, 'to'), /sip:1001@/);
    assert.equal(header(request, 'diversion'), '<sip:1001@host>;reason=no-answer');
    assert.equal(header(request, 'x-bad'), '\xff\x01');
  });

  it('sends a text and is told how it went', async () => {
    assert.equal(await near.text('2002', 'grüezi'), 200);
    const text = await far.nextText({ where: (t) => t.from === '2001' });
    assert.equal(text.body, 'grüezi');
    far.onText = 480;
    assert.equal(await near.text('2002', 'again'), 480);
    await assert.rejects(far.nextText({ timeoutMs: 50 }), DeadlinePassed);
  });

  it('hears a beep and when it ended', async () => {
    const out = await near.call('2002');
    const incoming = await far.incoming();
    await Promise.all([incoming.answer(), out.up()]);
    await out.say(Buffer.concat([quiet(100), tone(1000, 200), quiet(100)]));
    const beep = await incoming.hearsTone(1000);
    const length = beep.endAt - beep.startAt;
    assert.ok(length > 100 && length < 400, `beep of ${length} ms`);
    await assert.rejects(incoming.hearsTone(2000, { withinMs: 50 }), DeadlinePassed);
  });

  it('does not hear what was not said', async () => {
    const out = await near.call('2002');
    const incoming = await far.incoming();
    await Promise.all([incoming.answer(), out.up()]);
    await out.say(tone(440, 300));
    await assert.rejects(incoming.hears(tone(1500, 300), { withinMs: 300 }), DeadlinePassed);
  });

  it('puts up with noise on its port', async () => {
    const noise = createSocket('udp4');
    for (const bytes of ['\r\n\r\n', 'INVITE', 'SIP/2.0 200 OK\r\n\r\n', '\u0000\u0001']) {
      await new Promise((resolve) => noise.send(bytes, far.port, far.host, resolve));
    }
    await new Promise<void>((resolve) => noise.close(() => resolve()));
    assert.equal(await near.text('2002', 'still there'), 200);
  });
});
