import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { isFault } from '../../../app/core/errors.ts';
import type { MediaServer, OutboundText } from '../../../app/ports/media.ts';
import { openPhone } from '../../phone/phone.ts';
import { next, openLab } from './lab.ts';
import type { Lab } from './lab.ts';

describe('texts through Asterisk', function () {
  this.timeout(40_000);
  let lab: Lab;
  before(async () => (lab = await openLab({ phones: true })));
  after(async () => lab?.[Symbol.asyncDispose]());

  it('a text of over 1,023 bytes comes in as truncated, one of 1,000 whole', async () => {
    await using media = await lab.media();
    await lab.phone.text('+12025550199', 'x'.repeat(2000));
    const long = await next((signal) => media.texts(signal));
    assert.equal(long.truncated, true);
    assert.equal(long.body, '');
    await lab.phone.text('+12025550199', 'y'.repeat(1000));
    const short = await next((signal) => media.texts(signal));
    assert.deepEqual([short.truncated, short.urgent], [false, undefined]);
    assert.equal(short.body, 'y'.repeat(1000));
    await lab.phone.text('+12025550199', 'z'.repeat(10_000));
    const longest = await next((signal) => media.texts(signal));
    assert.deepEqual([longest.truncated, longest.trunk], [true, 'trunk']);
  });

  it('a text whose sender says that it is urgent is so', async () => {
    await using media = await lab.media();
    await lab.phone.text('+12025550199', 'now', { headers: ['Priority: urgent'] });
    assert.equal((await next((signal) => media.texts(signal))).urgent, true);
    await lab.phone.text('+12025550199', 'some day', { headers: ['Priority: non-urgent'] });
    assert.equal((await next((signal) => media.texts(signal))).urgent, undefined);
  });

  it('a registered phone gets its texts itself and is known by its number, not by what it says', async () => {
    await using media = await lab.media();
    const server = { host: lab.asterisk.sipHost, port: lab.asterisk.sipPort };
    await using anna = await openPhone({ server, number: 'anna', password: 'secret' });
    const text = { id: 'one', from: '+12025550199', to: '+12025550111', body: 'for anna' };
    await assert.rejects(
      media.sendText(text),
      (error) => isFault(error, 'gateway-unavailable') && error.temporary,
    );
    assert.equal(await anna.register(), 200);
    await media.sendText(text);
    const received = await anna.nextText();
    assert.equal(received.body, 'for anna');
    assert.match(received.request.raw?.toString() ?? JSON.stringify(received.request.headers), /one/);
    assert.ok(
      (await anna.text('+12025550199', '1', { headers: ['P-Asserted-Identity: <sip:+12025550100@x>'] })) <
        300,
    );
    const sent = await next((signal) => media.texts(signal));
    assert.deepEqual([sent.from, sent.to, sent.body], ['+12025550111', '+12025550199', '1']);
  });

  it('hostile senders, recipients and bodies do no harm', async () => {
    await using media = await lab.media();
    for (const to of ['1@evil/sip:x', '1,2', '', `+1202\r\nX: y`, '1'.repeat(100)]) {
      await assert.rejects(media.sendText({ id: 'x', from: '+12025550199', to, body: 'x' }), (error) =>
        isFault(error, 'invalid'),
      );
    }
    await media.sendText({
      id: 'a\r\nX-Evil: 1',
      from: '+12025550199',
      to: '+12025550132',
      body: 'line\r\n\r\nBYE sip:x SIP/2.0',
    });
    const received = await lab.phone.nextText();
    assert.equal(received.body, 'line\r\n\r\nBYE sip:x SIP/2.0');
    await lab.phone.text('+12025550199', '\u001b[2J %zz ${SHELL(id)}', { fromUser: '%zz' });
    const text = await next((signal) => media.texts(signal));
    assert.ok(text.body.includes('${SHELL(id)}'));
    await lab.phone.text('+12025550199', '\u0000cut');
    const cut = await next((signal) => media.texts(signal));
    assert.deepEqual([cut.body, cut.truncated], ['', true]);
  });
});

describe('texts to a subscriber with several phones', function () {
  this.timeout(40_000);
  let lab: Lab;
  const number = '+12025550111';
  before(async () => {
    const phones = ['desk', 'mobile', 'tablet'].map((name) => ({ name, number, password: 'secret' }));
    lab = await openLab({ phones });
  });
  after(async () => lab?.[Symbol.asyncDispose]());

  it('come to each account that is registered, once, and wait while none is', async () => {
    await using media = await lab.media();
    const server = { host: lab.asterisk.sipHost, port: lab.asterisk.sipPort };
    await using desk = await openPhone({ server, number: 'desk', password: 'secret' });
    await using mobile = await openPhone({ server, number: 'mobile', password: 'secret' });
    const text = { id: 'one', from: '+12025550199', to: number, body: 'for all' };
    await assert.rejects(
      media.sendText(text),
      (error) => isFault(error, 'gateway-unavailable') && error.temporary,
    );
    assert.equal(await desk.register(), 200);
    // The switch tells of a registration a moment after it has answered the phone.
    await sendOnceOnline(media, text);
    assert.equal((await desk.nextText()).body, 'for all');
    assert.equal(await mobile.register(), 200);
    const body = 'Two lines\nGrüße 🎂';
    await media.sendText({ ...text, id: 'two', body });
    for (const phone of [desk, mobile]) {
      assert.equal((await phone.nextText()).body, body);
      await media.sendText({ ...text, id: 'last', body: 'last' });
      assert.equal((await phone.nextText()).body, 'last', 'it came once');
    }
  });
});

async function sendOnceOnline(media: MediaServer, text: OutboundText): Promise<void> {
  for (const deadline = Date.now() + 10_000; ; await pause(50)) {
    try {
      return await media.sendText(text);
    } catch (error) {
      if (!isFault(error, 'gateway-unavailable') || Date.now() > deadline) throw error;
    }
  }
}
