import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { loadConfig } from '../../app/config.ts';
import { Fault } from '../../app/core/errors.ts';
import type { DeliveryId, E164, FaxJobId, MailboxId, MediaId, MessageId } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { advanceMessage } from '../../app/core/replication/message-register.ts';
import type { MediaStore } from '../../app/ports/media-store.ts';
import type { Peer } from '../../app/ports/replication.ts';
import type { Store } from '../../app/ports/store.ts';
import { createProfiles } from '../../app/services/profile.ts';
import { createOutbox } from '../../app/services/replicate.ts';
import { sendBatch } from '../../app/services/send-batch.ts';
import type { Item } from '../../app/services/send-lanes.ts';
import { systemClock as clock } from '../../app/telemetry/system-clock.ts';
import { systemDigest as digest } from '../../app/telemetry/system-digest.ts';
import { systemRandom as random } from '../../app/telemetry/system-random.ts';
import { silentLog as log } from '../ports/silent-log.ts';
import type { TestStore } from '../storage/local-store.ts';
import { sampleDelivery, sampleFax } from '../storage/sample.ts';
import { left } from './left.ts';
import { leave, openNodes, until, type Node, type Nodes } from './nodes.ts';

const number = (i: number): E164 => `+1202555${String(2000 + i)}` as E164;
const at = (node: Node, id: MessageId): Promise<Message | undefined> => node.store.store.messages.get(id);
const bytesPerSecond = 2_000_000;

describe('sync: how it is sent', function () {
  this.timeout(120_000);
  let nodes: Nodes;
  let home: Node;
  let away: Node;
  /** Bytes that were read or put at once. */
  let mostHeld = 0;
  const held = <T extends { readonly length: number } | undefined>(bytes: T): T => {
    mostHeld = Math.max(mostHeld, bytes?.length ?? 0);
    return bytes;
  };
  const measured = (media: MediaStore): MediaStore => ({
    get: async (id) => {
      if (id.startsWith('lost:')) throw new Fault('key-lost', 'it was erased', { temporary: false });
      const found = await media.get(id);
      held(found?.bytes);
      return found;
    },
    getRange: async (...asked) => {
      const found = await media.getRange(...asked);
      held(found?.bytes);
      return found;
    },
    put: (id, type, bytes, owner) => media.put(id, type, held(bytes), owner),
    putFrom: (id, type, source, owner, sha256) => {
      const { length } = source;
      const read = async (from: number, to: number) => held(await source.read(from, to));
      return media.putFrom(id, type, { length, read }, owner, sha256);
    },
    getAll: (ids) => media.getAll(ids),
    putAll: (all) => media.putAll(all),
    delete: (id) => media.delete(id),
  });
  before(async () => {
    const seal = ({ store }: TestStore): Store => ({ ...store, media: measured(store.media) });
    nodes = await openNodes({ bytesPerSecond, delayMs: 20, seal });
    ({ home, away } = nodes);
  });
  after(() => nodes[Symbol.asyncDispose]());

  it('a new message overtakes all that was there before', async () => {
    const who = number(0);
    const old: Message[] = [];
    for (let i = 0; i < 40; i += 1) old.push(await leave(home, who, { state: 'heard' }, 100_000));
    await home.roaming.report(who, 'away');
    const there = async () => (await Promise.all(old.map(({ id }) => at(away, id)))).filter(Boolean).length;
    await until('the first is there', async () => (await there()) > 0);
    const fresh = await leave(home, who, {}, 20_000);
    home.outbox.noticed(fresh.mailbox, fresh.id);
    await until('the new one is there', async () => (await at(away, fresh.id)) !== undefined);
    assert.ok((await there()) < old.length, 'others are still on their way');
    await until('all are there', async () => (await there()) === old.length);
    await until('home knows', async () => home.outbox.waiting === 0);
    const { counts } = (await away.store.store.mailboxes.find(who)) ?? {};
    assert.deepEqual(counts, { new: 1, old: 40, urgent: 0 });
  });

  it('what changes while it is on its way goes after it', async () => {
    const who = number(1);
    const message = await leave(home, who, {}, 200_000);
    await home.roaming.report(who, 'away');
    await until('it waits, or is there', async () => {
      return home.outbox.waiting > 0 || (await at(away, message.id)) !== undefined;
    });
    await home.store.store.messages.setState(message.id, 'heard', new Date());
    home.outbox.noticed(message.mailbox, message.id);
    await until('it is heard there', async () => (await at(away, message.id))?.state === 'heard');
  });

  it('one that the other node does not understand holds up no other', async () => {
    const who = number(4);
    const odd = await leave(home, who, {}, 2000);
    await home.store.store.messages.setTranscript(odd.id, 'word '.repeat(30_000));
    const large = await leave(home, who, {}, 300_000);
    await home.store.store.messages.setTranscript(large.id, 'word '.repeat(30_000));
    const others: Message[] = [];
    for (let i = 0; i < 5; i += 1) others.push(await leave(home, who, {}, 2000));
    await home.roaming.report(who, 'away');
    await until('the others are there', async () =>
      (await Promise.all(others.map(({ id }) => at(away, id)))).every(Boolean),
    );
    await until('home gives up those two', async () => home.outbox.waiting === 0);
    for (const { id } of [odd, large]) assert.equal(await at(away, id), undefined);
    assert.equal(home.outbox.failing, false);
    const { acked } = (await home.store.store.replication.state((others[0] as Message).id)) ?? {};
    assert.ok(acked?.['away'], 'home knows that the others are there');
  });

  it('one that the store there does not take holds up no other', async () => {
    const who = number(14);
    const odd = await leave(home, who, {}, 2000);
    const [part] = odd.envelope.parts;
    const { media } = away.store.store;
    const [put, putAll] = [media.put.bind(media), media.putAll.bind(media)];
    const refuse = (): never => {
      throw new Fault('store-failed', 'there is something about it', { temporary: false });
    };
    media.put = async (id, ...rest) => (id === part?.media ? refuse() : put(id, ...rest));
    media.putAll = async (all) => (all.some(({ id }) => id === part?.media) ? refuse() : putAll(all));
    try {
      const others: Message[] = [];
      for (let i = 0; i < 5; i += 1) others.push(await leave(home, who, {}, 2000));
      await home.roaming.report(who, 'away');
      await until('the others are there', async () =>
        (await Promise.all(others.map(({ id }) => at(away, id)))).every(Boolean),
      );
      await until('home gives up that one', async () => home.outbox.waiting === 0);
      assert.equal(await at(away, odd.id), undefined);
      assert.equal(home.outbox.failing, false);
    } finally {
      Object.assign(media, { put, putAll });
    }
  });

  it('an archive that is away holds up only what lies in it', async () => {
    const [stays, goes] = [await leave(home, number(12)), await leave(home, number(12))];
    const { store } = home.store;
    const isAway = new Fault('archive-unavailable', 'it is away', { temporary: true });
    const messages = {
      get: async (id: MessageId) => ({ ...(await store.messages.get(id)), tier: 'archived' }),
      getAll: async (ids: MessageId[]) =>
        (await store.messages.getAll(ids)).map((one) =>
          one.id === stays.id ? { ...one, tier: 'archived' } : one,
        ),
    } as unknown as typeof store.messages;
    const items: Item[] = [];
    for (const state of await store.replication.statesOf([stays.id, goes.id]))
      items.push({
        epoch: '',
        number: number(12),
        state,
        register: advanceMessage(undefined, state),
        whole: true,
        since: 0,
      });
    const sent: string[] = [];
    const peer: Peer = {
      name: 'third',
      prefixes: [],
      send: async (replicas) => replicas.map(({ id }) => (sent.push(id), { kind: 'taken' })),
      tell: async () => [],
    };
    const never = () => assert.fail('nothing is refused or left');
    const bringBack = () => Promise.reject(isAway);
    await sendBatch(
      { store: { ...store, messages }, archiving: { bringBack }, digest },
      peer,
      items,
      'bulk',
      { onRefused: never, onPurged: never, onLeft: never },
    );
    assert.deepEqual(sent, [goes.id]);
  });

  it('what was said to many at once is one large part, and goes to each', async () => {
    const bytes = randomBytes(1_600_000);
    const who = number(8);
    const same: Message[] = [];
    for (let i = 0; i < 3; i += 1) same.push(await leave(home, who, {}, bytes));
    await home.roaming.report(who, 'away');
    let failed = false;
    await until('all are there', async () => {
      failed ||= home.outbox.failing;
      return (await Promise.all(same.map(({ id }) => at(away, id)))).every(Boolean);
    });
    assert.equal(failed, false);
  });

  it('a node gets nothing of numbers that are of another with a longer prefix, or of this one', async () => {
    const visitor = await leave(away, number(9));
    const own = await leave(away, '+12026662001' as E164);
    await away.store.store.messages.remove(own.id);
    const asked: unknown[] = [];
    const peer: Peer = {
      name: 'wide',
      prefixes: ['+1202'],
      ours: ['+1202666'],
      send: async (replicas) => {
        asked.push(...replicas);
        return replicas.map(() => ({ kind: 'taken' }));
      },
      tell: async (...told) => {
        asked.push(told);
        return [];
      },
    };
    const { store } = away.store;
    const { config } = loadConfig(undefined, {});
    const outbox = createOutbox(
      {
        store,
        archiving: { bringBack: async () => ({ kind: 'gone' }), forget: async () => undefined },
        profiles: createProfiles(() => config.classes),
        mostBytes: {},
        rule: { everyMs: 20, wholeMs: 20, mostRetryMs: 100, beatMs: 250 },
        domains: [peer, ...away.sync.peers],
        digest,
        clock,
        random,
        log,
      },
      peer,
    );
    const stopping = new AbortController();
    const ran = outbox.run(stopping.signal);
    const looks = (): number =>
      away.store.commands.filter(({ command }) => JSON.stringify(command).includes('"+1202"')).length;
    await until('it has looked', async () => looks() > 3);
    await until('it is at its home', async () => (await at(home, visitor.id)) !== undefined);
    stopping.abort();
    await ran;
    assert.deepEqual(asked, []);
    assert.ok(await store.mailboxes.get(own.mailbox), 'whoever is at home has not left');
  });

  it('a subscriber who cannot be sent holds up no other, nor what came here for others', async () => {
    const { mailboxes, replication } = home.store.store;
    const many = Array.from({ length: 101 }, (_, i) => `+1202555${String(7000 + i)}` as E164);
    for (const [who, aliases] of [
      [number(10), many],
      [number(11), []],
    ] as const)
      await mailboxes.create({
        id: randomUUID() as MailboxId,
        number: who,
        aliases,
        origin: 'provisioned',
        classOfService: 'standard',
        created: new Date(),
        status: 'active',
      });
    const busy = { media: 'lost:greeting' as MediaId, contentType: 'audio/PCMU', durationMs: 60 };
    const { id = '' as MailboxId } = (await mailboxes.find(number(11))) ?? {};
    await mailboxes.update(id, { settings: { greetings: { busy } } });
    for (const i of [10, 11]) await home.roaming.report(number(i), 'away');
    const looks = (): number =>
      home.store.commands.filter(({ command }) => command['find'] === 'visits').length;
    const before = looks();
    await until('it has looked at them', async () => looks() > before + 4);
    const visitor = await leave(home, '+12026662000' as E164);
    await until('it is at its home', async () => (await at(away, visitor.id)) !== undefined, 20_000);
    assert.equal(home.outbox.failing, false);
    for (const i of [10, 11]) await replication.endVisit(number(i), 'away');
  });

  it('a large part goes on where it was cut: each cut costs a window at most; no node holds more than some of it', async () => {
    const who = number(2);
    const [line] = nodes.lines;
    const length = 6_000_000;
    const large = await leave(home, who, {}, length);
    mostHeld = 0;
    const began = line.bytes;
    await home.roaming.report(who, 'away');
    for (const cut of [3_500_000, 2_000_000]) {
      const from = line.bytes;
      line.cutAfter(cut);
      await until('it is cut', async () => line.bytes - from >= cut);
      line.mend();
    }
    await until('it is there', async () => (await at(away, large.id)) !== undefined);
    assert.ok(mostHeld <= 3_000_000, `${mostHeld} bytes at once`);
    const media = large.envelope.parts[0]?.media as MediaId;
    assert.equal((await away.store.store.media.get(media))?.bytes.length, length);
    const again = line.bytes - began - length;
    assert.ok(again < 2 * 1_048_576 + 0.05 * length, `${again} bytes were sent again`);
  });

  it('what waits for one who has left is not sent any more', async () => {
    const who = number(7);
    const [line] = nodes.lines;
    const some: Message[] = [];
    for (let i = 0; i < 40; i += 1) some.push(await leave(home, who, {}, 400_000));
    const began = line.bytes;
    await home.roaming.report(who, 'away');
    await until(
      'the first is there',
      async () => (await at(away, (some.at(-1) as Message).id)) !== undefined,
    );
    await home.roaming.returned(who);
    await until('it is cleared', async () => (await home.store.store.replication.visit(who)) === undefined);
    await until('nothing waits', async () => home.outbox.waiting === 0);
    // What was under way still went there: 4 MiB, and what came before.
    const sent = line.bytes - began;
    assert.ok(sent < 12_000_000, `${sent} of 16000000 bytes`);
    assert.deepEqual(await left(away, [who, ...some.map(({ id }) => id)]), []);
    assert.equal(home.outbox.lag(), 0);
  });

  it('of two controllers on one store one sends, and the other goes on when it is heard of no more', async () => {
    const stopping = new AbortController();
    const another = home.anotherOutbox(stopping.signal);
    const active = () => [home.outbox, another.outbox].filter((one) => one.active).length;
    await until('one is at it', async () => active() === 1);
    assert.ok(home.outbox.active, 'whoever came first');
    const send = async (i: number): Promise<void> => {
      const message = await leave(home, number(i));
      await home.roaming.report(number(i), 'away');
      await until('it is there', async () => (await at(away, message.id)) !== undefined);
      assert.equal(active(), 1);
    };
    await send(3);
    assert.equal(another.outbox.waiting, 0);
    // As of a controller that took it and died.
    const leases = home.store.client.db(home.store.database).collection<{ _id: string }>('leases');
    await leases.updateOne({ _id: 'outbox:away' }, { $set: { holder: 'one that died' } });
    await until('nobody is at it', async () => active() === 0);
    await until('one took over', async () => active() === 1);
    await send(4);
    stopping.abort();
    await another.ended;
    await until('the other is at it', async () => home.outbox.active);
    await send(5);
  });

  it('nothing is left of calls, faxes, tries of the PIN and use either, and what is owed goes out before', async () => {
    const who = number(6);
    const message = await leave(home, who);
    await home.roaming.report(who, 'away');
    await until('it is there', async () => (await at(away, message.id)) !== undefined);
    const { store } = away.store;
    const mailbox = await store.mailboxes.find(who);
    assert.ok(mailbox);
    const now = new Date();
    for (const delivery of [
      sampleDelivery({
        id: `new:${mailbox.id}` as DeliveryId,
        purpose: 'new-messages',
        mailbox: mailbox.id,
        to: who,
      }),
      sampleDelivery({ id: `web:${randomUUID()}` as DeliveryId, message: message.id, to: who }),
    ]) {
      await store.deliveries.add(delivery);
      await store.deliveries.done(delivery.id, now);
    }
    const media = `fax:${randomUUID()}` as MediaId;
    await store.media.put(media, 'image/tiff', new Uint8Array(100), mailbox.id);
    const fax = sampleFax({ mailbox: mailbox.id, document: { media, pages: 1 } });
    const owed = sampleFax({
      id: randomUUID() as FaxJobId,
      mailbox: mailbox.id,
      due: new Date(Date.now() + 1e7),
    });
    for (const job of [fax, owed]) await store.faxes.add(job);
    const end = { kind: 'sent', pages: 1 } as const;
    await store.faxes.over(fax.id, end);
    await store.faxes.told(fax.id);
    for (const key of [`pin:${mailbox.id}:${who}`, `pin-strangers:${mailbox.id}`, `caller:${who}`])
      await store.attempts.fail(key, now, 600_000);
    await store.usage.take(`calls:${mailbox.id}:2026-01-01`, 5, new Date(Date.now() + 1e7));
    await home.roaming.returned(who);
    await until(
      'it is known there',
      async () => (await store.replication.profile(who))?.leaving !== undefined,
    );
    const asked = () => away.store.commands.filter(({ command }) => command['find'] === 'faxes').length;
    const before = asked();
    await until('it was thought of twice', async () => asked() >= before + 2);
    assert.ok(await at(away, message.id), 'a fax is still to go out');
    await store.faxes.over(owed.id, end);
    await store.faxes.told(owed.id);
    await until('it is cleared', async () => (await home.store.store.replication.visit(who)) === undefined);
    assert.deepEqual(await left(away, [who, mailbox.id, message.id, media]), []);
    assert.ok(await at(home, message.id));
    const [record] = await store.audit.list({ limit: 1, mailbox: mailbox.id });
    // One message; two calls, two faxes, three keys of tries, one of use.
    assert.deepEqual([record?.outcome, record?.subject], ['cleared', '1 7']);
  });
});
