import assert from 'node:assert/strict';
import type { InboundText } from '../../../app/ports/media.ts';
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

function pdu(commandId: number, body: Buffer, length = 16 + body.length, sequence = 77): Buffer {
  const header = Buffer.alloc(16);
  [length, commandId, 0, sequence].forEach((value, i) => header.writeUInt32BE(value, i * 4));
  return Buffer.concat([header, body]);
}

/** Looks until it is so. */
async function until(what: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5000; !what() && Date.now() < deadline;)
    await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok(what());
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

  it('are urgent where their priority_flag says so', async () => {
    await using world = await openWorld();
    for (const priority_flag of [0, 1, 2, 3])
      await world.smsc.deliver({
        from: to,
        to: from,
        message: `${priority_flag}`,
        fields: { priority_flag },
      });
    assert.deepEqual(
      world.texts.map(({ urgent }) => urgent),
      [undefined, undefined, true, true],
    );
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

  it('parts go on with what they are of, and are answered when they are kept', async () => {
    await using world = await openWorld();
    const { smsc } = world;
    const sar = (number: number) => ({
      sar_msg_ref_num: 300,
      sar_total_segments: 2,
      sar_segment_seqnum: number,
    });
    assert.equal(await smsc.deliver(part('b', 1, 3, 2)), 0);
    assert.equal(await smsc.deliver({ from: to, to: from, message: 'p2', fields: sar(2) }), 0);
    const wide = Buffer.from([6, 8, 4, 1, 2, 2, 1, 65]);
    assert.equal(await smsc.deliver({ from: to, to: from, message: wide, fields: { esm_class: 0x40 } }), 0);
    assert.deepEqual(
      world.parts.map(({ body, total, number }) => [body, number, total]),
      [
        ['b', 2, 3],
        ['p2', 2, 2],
        ['A', 1, 2],
      ],
    );
    assert.equal(new Set(world.parts.map((one) => one.key)).size, 3);
    assert.deepEqual(world.parts[0]?.text, { network: 'sms', trunk: 'smpp:home', from: to, to: from });
    world.onPart = async () => {
      throw new Error('the store is away');
    };
    assert.equal(await smsc.deliver(part('c', 1, 3, 3)), 0x64);
    assert.deepEqual(world.texts, []);
  });

  it('the third part of two and the like come as far as they came, and say that something is missing', async () => {
    await using world = await openWorld();
    for (const [number, total] of [
      [3, 2],
      [0, 2],
      [1, 0],
    ] as const)
      assert.equal(await world.smsc.deliver(part('words', 1, total, number)), 0);
    assert.equal(await world.smsc.deliver(part('the only one', 1, 1, 1)), 0);
    assert.deepEqual(
      world.texts.map(({ body, truncated, omitted }) => [
        body,
        truncated,
        omitted?.[0]?.why,
        omitted?.[0]?.name,
      ]),
      [
        ['words', true, 'incomplete', 'part 3 of 2'],
        ['words', true, 'incomplete', 'part 0 of 2'],
        ['words', true, 'incomplete', 'part 1 of 0'],
        ['the only one', false, undefined, undefined],
      ],
    );
  });

  it('a header that ends behind the text is refused for good, and what is meant for a program makes no text', async () => {
    await using world = await openWorld();
    const fields = { esm_class: 0x40 };
    for (const message of [
      [200, 0, 3, 1],
      [3, 0, 1],
    ])
      assert.equal(
        await world.smsc.deliver({ from: to, to: from, message: Buffer.from(message), fields }),
        0x65,
      );
    // To port 2948, which is WAP push, alone and nested with a part.
    for (const message of [
      [6, 5, 4, 0x0b, 0x84, 0x23, 0xf0, 1, 2, 3],
      [11, 5, 4, 0x0b, 0x84, 0x23, 0xf0, 0, 3, 9, 2, 1, 1, 2, 3],
    ])
      assert.equal(
        await world.smsc.deliver({ from: to, to: from, message: Buffer.from(message), fields }),
        0,
      );
    assert.deepEqual([...world.texts, ...world.parts], []);
  });

  it('one with NULs comes with them and harms nothing', async () => {
    await using world = await openWorld();
    const message = Buffer.from('A\0B\0', 'utf16le').swap16();
    assert.equal(await world.smsc.deliver({ from: to, to: from, message, fields: { data_coding: 8 } }), 0);
    assert.equal(world.texts[0]?.body, 'A\0B\0');
  });

  it('what an SMSC says by data_sm is a text or a receipt too', async () => {
    await using world = await openWorld();
    const { providerId } = await world.send('x');
    const fields = {
      source_addr_ton: 1,
      source_addr: to.slice(1),
      dest_addr_ton: 1,
      destination_addr: from.slice(1),
    };
    const payload = { ...fields, message_payload: Buffer.from('by another request') };
    assert.equal(await world.smsc.request('data_sm', 0, payload), 0);
    assert.deepEqual(
      world.texts.map(({ from, to, body }) => [from, to, body]),
      [[to, from, 'by another request']],
    );
    const receipt = { ...fields, esm_class: 4, receipted_message_id: '1', message_state: 2 };
    assert.equal(await world.smsc.request('data_sm', 0, receipt), 0);
    assert.deepEqual(world.reports, [{ gateway: 'smpp', providerId, status: 'delivered' }]);
  });

  it('an SMSC that asks whether we are there is answered; what is not for us it is told', async () => {
    await using world = await openWorld();
    assert.equal(await world.smsc.request('enquire_link'), 0);
    assert.equal(await world.smsc.request('submit_sm', 0, { destination_addr: '1' }), 0x03);
    assert.equal(await world.smsc.request('query_sm', 0, { message_id: '1' }), 0x03);
    // Answered by nobody (SMPP 3.4, section 4.12).
    world.smsc.raw(pdu(0x0102, Buffer.from([1, 1, 49, 0, 1, 1, 50, 0])));
    world.smsc.raw(pdu(0x000b, Buffer.from('smsc\0secret\0')));
    assert.equal(await world.smsc.deliver({ from: to, to: from, message: 'still here' }), 0);
    assert.equal(world.smsc.binds.length, 1);
  });

  it('a text that an earlier process took and never answered is the same again', async () => {
    const journal = new Map<string, { id: string; received: Date }>();
    const kept = {
      begin: async (key: string, id: string) => {
        const known = journal.get(key) ?? { id, received: new Date() };
        journal.set(key, known);
        return known;
      },
      end: async (key: string) => void journal.delete(key),
    };
    const texts: InboundText[] = [];
    const takes = async (text: InboundText) => void texts.push(text);
    {
      await using world = await openWorld(
        {},
        {},
        { journal: kept, onText: () => new Promise(() => undefined) },
      );
      void world.smsc.deliver({ from: to, to: from, message: 'SAVE' });
      await until(() => journal.size === 1);
    }
    const [first] = [...journal.values()];
    await using world = await openWorld({}, {}, { journal: kept, onText: takes });
    assert.equal(await world.smsc.deliver({ from: to, to: from, message: 'SAVE' }), 0);
    await until(() => journal.size === 0);
    assert.equal(await world.smsc.deliver({ from: to, to: from, message: 'SAVE' }), 0);
    assert.equal(texts[0]?.id, first?.id);
    assert.deepEqual(texts[0]?.received, first?.received);
    assert.notEqual(texts[1]?.id, first?.id, 'the same words said again');
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
      tlv([0x14, 0x00, 0, 2, 1, 2]),
      tlv([0xff, 0xff, 0, 0]),
      tlv([0, 0x1e, 0, 3, 65, 66, 67]),
      pdu(0x7777, Buffer.from('junk')),
      pdu(0x80000004, Buffer.from('no such request')),
      pdu(0x80000000, Buffer.alloc(0)),
      pdu(0x0103, Buffer.alloc(3)),
    ])
      world.smsc.raw(bytes);
    for (const sequence of [0, 0x7fff_ffff, 0x8000_0001, 0xffff_ffff])
      world.smsc.raw(pdu(0x15, Buffer.alloc(0), 16, sequence));
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
});
