import assert from 'node:assert/strict';
import { from, openWorld, to } from './world.ts';

/** A part with a user data header of 8-bit reference. */
function part(text: string, reference: number, total: number, number: number) {
  return {
    message: Buffer.concat([Buffer.from([5, 0, 3, reference, total, number]), Buffer.from(text, 'latin1')]),
    fields: { esm_class: 0x40 },
    from: to,
    to: from,
  };
}

function pdu(commandId: number, body: Buffer, length = 16 + body.length): Buffer {
  const header = Buffer.alloc(16);
  [length, commandId, 0, 77].forEach((value, i) => header.writeUInt32BE(value, i * 4));
  return Buffer.concat([header, body]);
}

describe('Texts in over SMPP', function () {
  this.timeout(20_000);

  it('come with both numbers, in the alphabet that they say', async () => {
    await using world = await openWorld();
    const ucs2 = Buffer.from('Привет 🎂', 'utf16le').swap16();
    assert.equal(await world.smsc.deliver({ from: to, to: from, message: 'It costs 5 € [each]' }), 0);
    assert.equal(
      await world.smsc.deliver({ from: to, to: from, message: ucs2, fields: { data_coding: 8 } }),
      0,
    );
    const latin = Buffer.from('déjà vu Ý', 'latin1');
    assert.equal(
      await world.smsc.deliver({ from: '2025550147', to: from, message: latin, fields: { data_coding: 3 } }),
      0,
    );
    assert.deepEqual(
      world.texts.map(({ body, from, to, network, trunk }) => ({ body, from, to, network, trunk })),
      [
        { body: 'It costs 5 € [each]', from: to },
        { body: 'Привет 🎂', from: to },
        { body: 'déjà vu Ý', from: '2025550147' },
      ].map((one) => ({ ...one, to: from, network: 'sms', trunk: 'smpp:home' })),
    );
    assert.equal(new Set(world.texts.map((one) => one.id)).size, 3);
  });

  it('a long one in message_payload comes whole', async () => {
    await using world = await openWorld();
    const fields = { message_payload: Buffer.from('0123456789'.repeat(100)) };
    assert.equal(await world.smsc.deliver({ from: to, to: from, message: '', fields }), 0);
    assert.equal(world.texts[0]?.body, '0123456789'.repeat(100));
  });

  it('are answered only when safe, and otherwise come again as the same', async () => {
    await using world = await openWorld();
    const ids: string[] = [];
    world.onText = async ({ id }) => {
      ids.push(id);
      if (ids.length < 3) throw new Error('the store is away');
    };
    for (const status of [0x64, 0x64, 0, 0])
      assert.equal(await world.smsc.deliver({ from: to, to: from, message: 'yes' }), status);
    assert.equal(new Set(ids.slice(0, 3)).size, 1, 'a repeat');
    assert.notEqual(ids[3], ids[0], 'the same words said again');
  });

  it('one whose answer was lost with the connection is the same when it comes again', async () => {
    await using world = await openWorld();
    world.onText = async () => {
      world.smsc.breakAll();
    };
    assert.equal(await world.smsc.deliver({ from: to, to: from, message: 'yes' }), 'gone');
    await world.smsc.until(() => world.smsc.binds.length === 2);
    world.onText = async () => undefined;
    assert.equal(await world.smsc.deliver({ from: to, to: from, message: 'yes' }), 0);
    assert.equal(await world.smsc.deliver({ from: to, to: from, message: 'yes' }), 0);
    const [first, second, third] = world.texts.map((one) => one.id);
    assert.equal(second, first);
    assert.notEqual(third, first);
  });

  it('parts in any order, twice and of two texts at once make two texts', async () => {
    await using world = await openWorld();
    const { smsc } = world;
    const statuses = await Promise.all(
      [
        part('c', 1, 3, 3),
        part('x', 2, 2, 1),
        part('a', 1, 3, 1),
        part('a', 1, 3, 1),
        part('y', 2, 2, 2),
        part('b', 1, 3, 2),
      ].map((one) => smsc.deliver(one)),
    );
    assert.deepEqual(statuses, [0, 0, 0, 0, 0, 0]);
    assert.deepEqual(world.texts.map((one) => one.body).toSorted(), ['abc', 'xy']);
    assert.equal(await smsc.deliver(part('b', 1, 3, 2)), 0, 'a late repeat');
    assert.equal(world.texts.length, 2);
  });

  it('an SMSC that sends one part after the other’s answer is not kept waiting', async () => {
    await using world = await openWorld();
    for (const [i, text] of ['one ', 'two ', 'three'].entries())
      assert.equal(await world.smsc.deliver(part(text, 9, 3, i + 1)), 0);
    assert.deepEqual(
      world.texts.map((one) => one.body),
      ['one two three'],
    );
    assert.equal(world.texts[0]?.truncated, false);
  });

  it('parts by optional parameters are put together as well', async () => {
    await using world = await openWorld();
    for (const number of [1, 2]) {
      const fields = { sar_msg_ref_num: 300, sar_total_segments: 2, sar_segment_seqnum: number };
      assert.equal(await world.smsc.deliver({ from: to, to: from, message: `p${number}`, fields }), 0);
    }
    assert.deepEqual(
      world.texts.map((one) => one.body),
      ['p1p2'],
    );
  });

  it('a text whose parts never all come is taken as far as it came, and says so', async () => {
    await using world = await openWorld();
    await world.smsc.deliver(part('begin', 7, 4, 1));
    await world.smsc.deliver(part('end', 7, 4, 4));
    for (const deadline = Date.now() + 5000; world.texts.length === 0 && Date.now() < deadline;)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(
      world.texts.map(({ body, truncated }) => ({ body, truncated })),
      [{ body: 'begin ... end', truncated: true }],
    );
  });

  it('parts that could not be made safe come again and make one text', async () => {
    await using world = await openWorld();
    let away = true;
    world.onText = async () => {
      if (away) throw new Error('the store is away');
    };
    assert.equal(await world.smsc.deliver(part('a', 3, 2, 1)), 0);
    assert.equal(await world.smsc.deliver(part('b', 3, 2, 2)), 0x64);
    away = false;
    assert.equal(await world.smsc.deliver(part('b', 3, 2, 2)), 0);
    assert.deepEqual(
      world.texts.map((one) => one.body),
      ['ab'],
    );
  });

  it('a number of parts that is used again begins another text', async () => {
    await using world = await openWorld();
    await world.smsc.deliver(part('lost half', 3, 2, 1));
    await world.smsc.deliver(part('new ', 3, 2, 1));
    await world.smsc.deliver(part('text', 3, 2, 2));
    assert.deepEqual(world.texts.map((one) => one.body).toSorted(), ['lost half ... ', 'new text']);
  });

  it('closing hands on what there is of a text in parts', async () => {
    const world = await openWorld();
    await world.smsc.deliver(part('only this', 3, 2, 1));
    await world[Symbol.asyncDispose]();
    assert.deepEqual(
      world.texts.map((one) => one.body),
      ['only this ... '],
    );
  });

  it('three thousand texts in parts that never complete take no more room than some, and lose nothing', async () => {
    await using world = await openWorld({}, {}, { parts: { holdMs: 0, incompleteMs: 60_000 } });
    for (let from = 0; from < 3000; from += 100)
      await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          world.smsc.deliver({ ...part('x', 1, 2, 1), from: `+1202${5_000_000 + from + i}` }),
        ),
      );
    assert.ok(world.texts.length >= 2500, `${world.texts.length} handed on`);
  });

  it('broken PDUs of every kind are refused, and texts come and go as before', async () => {
    await using world = await openWorld();
    const tlv = (bytes: number[]) =>
      pdu(5, Buffer.from([0, 1, 1, 49, 0, 1, 1, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 65, ...bytes]));
    for (const bytes of [
      pdu(5, Buffer.alloc(0)),
      pdu(5, Buffer.from([0, 1, 1, 0x31, 0x32])),
      pdu(5, Buffer.alloc(40, 0xff)),
      tlv([0x04, 0x24, 0xff, 0xff, 1]),
      tlv([0x02, 0x0c, 0, 1, 9]),
      tlv([0, 0x1e, 0, 3, 65, 66, 67]),
      pdu(0x7777, Buffer.from('junk')),
      pdu(0x80000004, Buffer.from('no such request')),
      pdu(0x80000000, Buffer.alloc(0)),
      pdu(0x0103, Buffer.alloc(3)),
    ])
      world.smsc.raw(bytes);
    for (const message of [
      [200, 0, 3, 1],
      [5, 0, 3, 1, 0, 0, 65],
      [5, 0, 3, 1, 2, 9, 65],
      [0],
      [3, 0, 200, 1, 66],
    ])
      assert.equal(
        await world.smsc.deliver({
          from: to,
          to: from,
          message: Buffer.from(message),
          fields: { esm_class: 0x40 },
        }),
        0,
      );
    await world.send('still here');
    for (const bytes of [
      pdu(5, Buffer.alloc(0), 0xffff_ffff),
      pdu(5, Buffer.alloc(0), 3),
      Buffer.alloc(64),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    ]) {
      const before = world.smsc.binds.length;
      world.smsc.raw(bytes);
      await world.smsc.until(() => world.smsc.binds.length > before);
    }
    await world.sendAgain('and here', 'last');
    assert.deepEqual(
      world.smsc.submitted.map((one) => one.body),
      ['still here', 'and here'],
    );
  });

  it('any bytes at all do no harm', async () => {
    await using world = await openWorld();
    let seed = 42;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
      return seed % below;
    };
    for (let i = 0; i < 300; i += 1)
      world.smsc.raw(
        pdu(5, Buffer.from(Array.from({ length: random(120) }, () => random(256) & random(256)))),
      );
    await world.send('still here');
    assert.equal(world.smsc.binds.length, 1);
  });

  it('a bind over TLS gives nothing to a server that is not one', async () => {
    await using world = await openWorld({ tls: true });
    assert.deepEqual(world.gateway.bound, []);
    assert.deepEqual(world.smsc.binds, []);
  });
});
