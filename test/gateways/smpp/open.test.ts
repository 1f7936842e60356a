import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Fault } from '../../../app/core/errors.ts';
import { from, openWorld, times, to } from './world.ts';

const notice = 'New voice message from Ann, 0:42. Call +12025550199,,1234567894# - Reply 1 to listen';

describe('Texts out over SMPP', function () {
  this.timeout(20_000);

  it('S41: a notice is one short message with number, words and what to tap', async () => {
    await using world = await openWorld();
    const { providerId } = await world.send(notice);
    assert.equal(providerId, 'home:1');
    const [text] = world.smsc.submitted;
    assert.equal(text?.to, to);
    assert.equal(text?.from, '12025550199');
    assert.equal(text?.body, notice);
    assert.equal(text?.dataCoding, 0);
    assert.equal(text?.receipt, true);
    assert.equal(text?.callback, undefined);
    assert.deepEqual(world.smsc.faults, []);
  });

  it('the callback number and the voice mail indicator are set where configured', async () => {
    for (const [callback, expected] of [
      ['access', '12025550199'],
      ['reference', '12025550199,,1234567894#'],
    ] as const) {
      await using world = await openWorld({ callback, waiting: true });
      await world.send(notice);
      await world.send('Your message is saved.');
      const [first, second] = world.smsc.submitted;
      assert.equal(first?.callback, expected);
      assert.equal(first?.waiting, 0x80);
      assert.equal(second?.callback, undefined, 'an answer is no notice');
      assert.equal(second?.waiting, undefined);
    }
  });

  it('every character of GSM-7 and its extension table comes through, and emoji as UCS-2', async () => {
    await using world = await openWorld();
    const all = '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./09:;<=>?¡AZÄÖÑÜ§¿azäöñüà^{}\\[~]|€';
    await world.send(all);
    await world.send('Привет 🎂');
    assert.deepEqual(
      world.smsc.submitted.map(({ body, dataCoding }) => [body, dataCoding]),
      [
        [all, 0],
        ['Привет 🎂', 8],
      ],
    );
  });

  it('in Latin-1 where the SMSC’s default is that, and what it lacks as UCS-2', async () => {
    await using world = await openWorld({ alphabet: 'latin1' });
    await world.send('Price: 5 €');
    await world.send('plain');
    assert.deepEqual(
      world.smsc.submitted.map(({ body, dataCoding }) => [body, dataCoding]),
      [
        ['Price: 5 €', 8],
        ['plain', 0],
      ],
    );
  });

  it('a long text goes in parts that fit and join to the same words, also between emoji and escapes', async () => {
    await using world = await openWorld();
    for (const body of [
      '0123456789'.repeat(40),
      '€'.repeat(200),
      '🎂'.repeat(100),
      `${'x'.repeat(152)}€${'y'.repeat(50)}`,
    ]) {
      world.smsc.submitted.splice(0);
      await world.send(body);
      const parts = world.smsc.submitted;
      assert.ok(parts.length > 1);
      assert.equal(parts.map((one) => one.body).join(''), body);
      assert.equal(new Set(parts.map((one) => one.part?.[0])).size, 1);
      assert.deepEqual(
        parts.map((one) => one.part?.[2]),
        parts.map((_, i) => i + 1),
      );
      assert.deepEqual(
        parts.map((one) => one.part?.[1]),
        parts.map(() => parts.length),
      );
      assert.equal(parts.filter((one) => one.receipt).length, 1);
    }
    assert.deepEqual(world.smsc.faults, []);
  });

  it('or whole in message_payload where configured', async () => {
    await using world = await openWorld({ long: 'payload' });
    await world.send('0123456789'.repeat(40));
    await world.send('short');
    assert.deepEqual(
      world.smsc.submitted.map(({ payload, body }) => [payload, body.length]),
      [
        [true, 400],
        [false, 5],
      ],
    );
  });

  it('never more than the window is unanswered, and none waits for ever', async () => {
    await using world = await openWorld({ window: 5 }, { window: 5 });
    world.smsc.delayMs = 20;
    await Promise.all(Array.from({ length: 60 }, () => world.send('x')));
    assert.equal(world.smsc.submitted.length, 60);
    assert.equal(world.smsc.mostBusy, 5);
  });

  it('no more go out in a second than configured', async () => {
    await using world = await openWorld({ perSecond: 40, window: 50 });
    const began = performance.now();
    await Promise.all(Array.from({ length: 40 }, () => world.send('x')));
    const seconds = (performance.now() - began) / 1000;
    assert.ok(seconds > 0.85, `${seconds} s`);
  });

  it('a throttling SMSC gets a pause and then the text, once; the pause grows', async () => {
    await using world = await openWorld();
    const asked: number[] = [];
    world.smsc.verdict = (n) => {
      asked.push(performance.now());
      return [0x58, 0x14][n] ?? 0;
    };
    await Promise.all([world.send('x'), world.smsc.deliver({ from: to, to: from, message: 'not held up' })]);
    assert.equal(world.smsc.submitted.length, 1);
    const [first = 0, second = 0, third = 0] = asked;
    assert.ok(second - first > 450, `${second - first} ms`);
    assert.ok(third - second > 950, `${third - second} ms`);
    assert.equal(world.texts.length, 1);
  });

  it('a number that the SMSC refuses is given up, what else it refuses is tried again', async () => {
    await using world = await openWorld();
    for (const [status, temporary] of [
      [0x0b, false],
      [0x08, true],
      [0x45, true],
      [0x0e, true],
    ] as const) {
      world.smsc.verdict = () => status;
      await assert.rejects(world.send('x'), (error: unknown) => {
        assert.ok(error instanceof Fault);
        assert.equal(error.temporary, temporary, status.toString(16));
        return true;
      });
    }
  });

  it('is refused for the time being while nobody is bound', async () => {
    await using world = await openWorld({ password: 'wrong' });
    assert.deepEqual(world.gateway.bound, []);
    await assert.rejects(world.send('x'), (error: unknown) => error instanceof Fault && error.temporary);
  });

  it('closing does not wait for an SMSC that says nothing', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket.on('error', () => undefined))).listen(
      0,
      '127.0.0.1',
    );
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    for (const tls of [false, true]) {
      const world = await openWorld(
        { port, tls, password: 'x' },
        {},
        { times: { ...times, connectMs: 30_000 } },
      );
      const began = performance.now();
      await world[Symbol.asyncDispose]();
      assert.ok(performance.now() - began < 15_000);
    }
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('an answer that comes too late is remembered: the text does not go out twice', async () => {
    await using world = await openWorld({}, {}, { times: { ...times, responseMs: 200, enquireMs: 5000 } });
    world.smsc.delayMs = 400;
    await assert.rejects(world.send('x', 'late'));
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.deepEqual(await world.send('x', 'late', new Date()), { providerId: 'home:1', segments: 1 });
    assert.equal(world.smsc.submitted.length, 1);
  });

  it('parts that the SMSC has are not sent again when the connection breaks between them', async () => {
    await using world = await openWorld();
    const body = '0123456789'.repeat(40);
    world.smsc.verdict = (n) => (n === 1 ? 'break' : 0);
    await assert.rejects(world.send(body, 'long'));
    await world.sendAgain(body, 'long');
    assert.equal(world.smsc.submitted.map((one) => one.body).join(''), body);
    assert.equal(new Set(world.smsc.submitted.map((one) => one.part?.[0])).size, 1);
  });

  it('a lost SMSC is found again, and all texts get out once', async () => {
    await using world = await openWorld();
    await world.send('one', 'one');
    await world.smsc.stop();
    await assert.rejects(world.send('two', 'two'));
    await world.smsc.start();
    await world.sendAgain('two', 'two');
    assert.deepEqual(
      world.smsc.submitted.map((one) => one.body),
      ['one', 'two'],
    );
  });

  it('a silent SMSC is asked whether it is there, and left if it does not say', async () => {
    await using world = await openWorld();
    await world.smsc.until(() => world.smsc.enquiries >= 2);
    assert.equal(world.smsc.binds.length, 1);
    world.smsc.alive = false;
    await world.smsc.until(() => world.smsc.binds.length >= 2);
  });

  it('a pair has one connection for each direction', async () => {
    await using world = await openWorld({ mode: 'pair' });
    await world.smsc.until(() => world.smsc.binds.length === 2);
    assert.deepEqual(world.smsc.binds.toSorted(), ['receiver', 'transmitter']);
    await world.send('out');
    assert.equal(await world.smsc.deliver({ from: to, to: from, message: 'in' }), 0);
    assert.equal(world.texts.length, 1);
  });

  it('receipts reach the text that they are about, in hexadecimal or decimal', async () => {
    for (const [answered, reported] of [
      ['4711', '4711'],
      ['1a2b3c', '1715004'],
      ['1A2B3C', '1715004'],
      ['1715004', '1A2B3C'],
    ] as const) {
      await using world = await openWorld({}, { messageId: () => answered });
      const { providerId } = await world.send('x');
      assert.equal(await world.smsc.receipt(reported, 'ENROUTE'), 0);
      assert.equal(await world.smsc.receipt(reported, 'DELIVRD'), 0);
      assert.equal(await world.smsc.receipt(reported, 'UNDELIV', '042'), 0);
      assert.deepEqual(world.reports, [
        { gateway: 'smpp', providerId, status: 'delivered' },
        { gateway: 'smpp', providerId, status: 'failed', error: 'UNDELIV 042' },
      ]);
      assert.deepEqual(world.texts, [], 'a receipt is no text');
    }
  });

  it('a receipt in optional parameters is read, and one for nobody knows what is answered', async () => {
    await using world = await openWorld();
    const { providerId } = await world.send('x');
    const fields = { esm_class: 4, receipted_message_id: '1', message_state: 5 };
    assert.equal(await world.smsc.deliver({ from: to, to: from, message: '', fields }), 0);
    assert.deepEqual(world.reports, [{ gateway: 'smpp', providerId, status: 'failed', error: 'UNDELIV' }]);
    assert.equal(
      await world.smsc.deliver({ from: to, to: from, message: 'junk', fields: { esm_class: 4 } }),
      0,
    );
  });
});
