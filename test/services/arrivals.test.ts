import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { E164 } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { openFetcher } from '../../app/gateways/fetch/open.ts';
import type { InboundText } from '../../app/ports/media.ts';
import { createArrivals, type Arrivals } from '../../app/services/arrivals.ts';
import { createTextMessages } from '../../app/services/text-message.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { allowing } from './allowing.ts';
import { shippedTexts } from '../speech/shipped.ts';
import { silentLog } from '../ports/silent-log.ts';
import { access, bob, openRulesWorld, type RulesWorld } from './rules-world.ts';

const alice = '+12025550123';
const png = Buffer.from('\x89PNG\r\n\x1a\n and the picture', 'latin1');
const mp4 = Buffer.from('\0\0\0\x18ftypmp42 and the film', 'latin1');
const amr = Buffer.from('#!AMR\n\x3c and the sound', 'latin1');
const signal = () => AbortSignal.timeout(20_000);

describe('A text that does not come whole', function () {
  this.timeout(60_000);
  let world: RulesWorld;
  let arrivals: Arrivals;
  /** Restarted without what it had in memory. */
  let restart: () => Arrivals;
  let server: Server;
  let base: string;
  /** What the media server answers, by path. */
  const files = new Map<string, { type?: string; bytes?: Buffer; status?: number }>();
  let asked: string[];
  let working: Promise<void>[];

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const { type, bytes, status = 200 } = files.get(request.url ?? '') ?? { status: 404 };
      response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  beforeEach(async () => {
    files.clear();
    [asked, working] = [[], []];
    world = await openRulesWorld();
    const { store } = world.test;
    const messages = createTextMessages({
      plan: world.plan,
      profiles: world.profiles,
      clock: world.clock,
      notify: world.notify,
      store,
      trunks: [],
      log: silentLog,
      ownNumbers: [],
      texts: shippedTexts,
      access,
      deposits: world.deposits,
      allowance: allowing({ store, profiles: world.profiles, clock: world.clock, log: silentLog }),
      account: world.account,
    });
    restart = () =>
      createArrivals({
        store,
        clock: world.clock,
        random: systemRandom,
        log: silentLog,
        fetcher: openFetcher({ innerHosts: [new URL(base).host] }, { log: silentLog }),
        onText: async (text, media) => void (await messages.take(text, media)),
        onDue: () => undefined,
        watch: (work) => void working.push(work),
      });
    arrivals = restart();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  async function work(): Promise<void> {
    await arrivals.runDue(signal());
    await Promise.all(working.splice(0));
    await world.idle();
  }

  async function messagesOf(number: E164 = bob): Promise<Message[]> {
    const mailbox = await world.test.store.mailboxes.find(number);
    return mailbox === undefined ? [] : world.test.store.messages.list(mailbox.id, { limit: 10 });
  }

  const route = { network: 'sms', trunk: 'smpp:home', from: alice, to: bob } as const;
  const part = (number: number, body: string, key = 'key') => ({ key, text: route, total: 3, number, body });

  let n = 0;
  function mms(media: readonly (readonly [path: string, contentType?: string])[], body = ''): InboundText {
    n += 1;
    return {
      ...route,
      id: `MM${String(n).padStart(32, '0')}`,
      trunk: 'twilio',
      body,
      truncated: false,
      media: media.map(([path, contentType]) => ({
        url: path.includes('://') ? path : base + path,
        ...(contentType === undefined ? {} : { contentType }),
      })),
    };
  }

  describe('because it comes in parts', () => {
    it('is one message when they are all there, in any order, also over a restart of the controller', async () => {
      await arrivals.part(part(3, 'three'));
      await arrivals.part(part(1, 'one '));
      await arrivals.part(part(1, 'one '));
      arrivals = restart();
      assert.deepEqual(await messagesOf(), []);
      await arrivals.part(part(2, 'two '));
      await arrivals.part(part(2, 'two '));
      await world.idle();
      const [message, ...more] = await messagesOf();
      assert.deepEqual(more, []);
      assert.equal(message?.transcript, 'one two three');
      assert.equal(message?.envelope.cut, false);
      assert.equal(message?.envelope.omitted, undefined);
      assert.match(world.told().join(), /New text from \+12025550123: one two three/);
    });

    it('is a message as far as it came after five minutes, and says what is missing', async () => {
      await arrivals.part(part(1, 'begin'));
      await arrivals.part(part(3, 'end'));
      arrivals = restart();
      world.at('2026-01-05T12:04:59Z');
      await work();
      assert.deepEqual(await messagesOf(), []);
      world.at('2026-01-05T12:05:01Z');
      await work();
      await work();
      const [message, ...more] = await messagesOf();
      assert.deepEqual(more, []);
      assert.equal(message?.transcript, 'begin ... end');
      assert.equal(message?.envelope.cut, true);
      assert.deepEqual(message?.envelope.omitted, [
        { why: 'incomplete', name: '1 of 3 parts', contentType: 'text/plain' },
      ]);
      assert.deepEqual(message?.envelope.received, new Date('2026-01-05T12:00:00Z'));
    });

    it('loses nothing when its number is used again', async () => {
      await arrivals.part(part(1, 'lost half'));
      for (const [i, word] of ['all ', 'of ', 'it'].entries()) await arrivals.part(part(i + 1, word));
      for (const [i, word] of ['and ', 'once ', 'more'].entries()) await arrivals.part(part(i + 1, word));
      await world.idle();
      const said = (await messagesOf()).map((one) => one.transcript ?? '');
      assert.deepEqual(said.toSorted(), ['all of it', 'and once more', 'lost half ...']);
    });

    it('completes once, though its last part comes twice at once', async () => {
      await arrivals.part(part(1, 'a'));
      await arrivals.part(part(2, 'b'));
      await Promise.all(Array.from({ length: 10 }, () => arrivals.part(part(3, 'c'))));
      await world.idle();
      assert.equal((await messagesOf()).length, 1);
    });

    it('a hundred that never complete all become messages, and hold up nothing', async () => {
      await Promise.all(
        Array.from({ length: 100 }, (_, i) => arrivals.part(part(1, `text ${i}`, `key-${i}`))),
      );
      await arrivals.part(part(1, 'x', 'whole'));
      await arrivals.part(part(2, 'y', 'whole'));
      await arrivals.part(part(3, 'z', 'whole'));
      assert.deepEqual(
        (await messagesOf()).map((one) => one.transcript),
        ['xyz'],
      );
      world.at('2026-01-05T12:10:00Z');
      for (let rounds = 0; (await world.test.store.arrivals.nextDue()) !== undefined; rounds += 1) {
        assert.ok(rounds < 100);
        await work();
      }
      const mailbox = await world.mailbox();
      const all = await world.test.store.messages.list(mailbox.id, { limit: 1000 });
      assert.equal(all.length, 101);
    });
  });

  it('a command that a crash left half done is done again to the same message, not to a newer one', async () => {
    const first = await world.leave();
    world.told();
    world.at('2026-01-05T12:01:00Z');
    const came = { id: 'the-same', received: new Date('2026-01-05T12:01:00Z') };
    await world.answer(bob, 'DELETE', came);
    assert.equal(world.told().length, 1);
    // The controller died before it had noted that the command was handled.
    await world.test.client.db(world.test.database).collection('attempts').deleteMany({});
    world.at('2026-01-05T12:02:00Z');
    const second = await world.leave();
    world.told();
    world.at('2026-01-05T12:03:00Z');
    await world.answer(bob, 'DELETE', came);
    const states = (await messagesOf()).map(({ id, state }) => [id, state]);
    assert.deepEqual(
      new Map(states as [string, string][]),
      new Map([
        [first.id, 'deleted'],
        [second.id, 'new'],
      ]),
    );
    assert.deepEqual(world.told(), [], 'it was answered before');
  });

  describe('because its media are to be fetched', () => {
    it('is safe at once and a picture when they are there, with its words', async () => {
      files.set('/1', { type: 'image/png', bytes: png });
      await arrivals.media(mms([['/1', 'image/png']], 'Look at this!'));
      assert.deepEqual(asked, [], 'its network need not wait');
      arrivals = restart();
      await work();
      const [message] = await messagesOf();
      assert.equal(message?.envelope.kind, 'image');
      assert.deepEqual(
        message?.envelope.parts.map(({ contentType, bytes }) => [contentType, bytes]),
        [
          ['image/png', png.length],
          ['text/plain; charset=utf-8', 13],
        ],
      );
      assert.equal(message.transcript, 'Look at this!');
      const [notice] = world.told();
      assert.match(notice ?? '', /Picture from \+12025550123. Look at this! Call \+12025550199,,\d{10}#/);
      const stored = await world.test.store.media.get(message.envelope.parts[0]!.media);
      assert.deepEqual(Buffer.from(stored?.bytes ?? []), png);
    });

    it('answered with TEXT gives its words', async () => {
      files.set('/1', { type: 'image/png', bytes: png });
      await arrivals.media(mms([['/1', 'image/png']], 'Look at this!'));
      await work();
      world.told();
      await world.answer(bob, 'TEXT');
      assert.deepEqual(world.told(), [`${bob}: Look at this!`]);
    });

    for (const [path, bytes, type, kind] of [
      ['/film', mp4, 'video/mp4', 'video'],
      ['/sound', amr, 'audio/AMR', 'voice'],
      ['/card', Buffer.from('BEGIN:VCARD\r\n'), 'text/vcard', 'text'],
    ] as const) {
      it(`with ${type} is of kind ${kind}`, async () => {
        files.set(path, { type, bytes });
        await arrivals.media(mms([[path, type]]));
        await work();
        const [message] = await messagesOf();
        assert.equal(message?.envelope.kind, kind);
        assert.ok(message?.envelope.parts.some((one) => one.contentType === type));
        assert.equal(world.told().length, 1);
      });
    }

    it('that comes twice is one message, whenever that is', async () => {
      files.set('/1', { type: 'image/png', bytes: png });
      const text = mms([['/1', 'image/png']]);
      await Promise.all([arrivals.media(text), arrivals.media(text)]);
      await work();
      await arrivals.media(text);
      await work();
      assert.equal((await messagesOf()).length, 1);
      assert.deepEqual(asked, ['/1']);
    });

    it('waits for media that come late', async () => {
      files.set('/late', { status: 503 });
      await arrivals.media(mms([['/late', 'image/png']], 'Soon'));
      await work();
      assert.deepEqual(await messagesOf(), []);
      files.set('/late', { type: 'image/png', bytes: png });
      world.at('2026-01-05T12:00:06Z');
      await work();
      const [message] = await messagesOf();
      assert.equal(message?.envelope.kind, 'image');
      assert.equal(message?.envelope.omitted, undefined);
    });

    it('comes without those that never can be had, says why, and keeps the rest', async () => {
      files.set('/good', { type: 'image/png', bytes: png });
      files.set('/lie', { type: 'image/png', bytes: Buffer.from('<script>alert(1)</script>') });
      files.set('/huge', { type: 'image/png', bytes: Buffer.alloc(11 * 1_048_576, 1) });
      files.set('/gone', { status: 410 });
      files.set('/away', { status: 503 });
      const text = mms(
        [
          ['/good', 'image/png'],
          ['/lie', 'image/png'],
          ['/huge', 'image/png'],
          ['/gone', 'image/png'],
          ['/away', 'image/png'],
          ['http://169.254.169.254/latest/meta-data/', 'image/png'],
          ['http://localhost:27017/', 'image/png'],
        ],
        'All of them',
      );
      await arrivals.media(text);
      for (const time of ['12:00:00', '12:00:06', '12:00:40', '12:03:00', '12:14:00']) {
        world.at(`2026-01-05T${time}Z`);
        await work();
      }
      const [message, ...more] = await messagesOf();
      assert.deepEqual(more, []);
      assert.equal(message?.envelope.kind, 'image');
      assert.equal(message?.envelope.parts.length, 2);
      assert.equal(message?.transcript, 'All of them');
      assert.deepEqual(
        message?.envelope.omitted?.map((one) => one.why),
        ['unreadable', 'too-large', 'unreachable', 'unreachable', 'unsafe', 'unsafe'],
      );
    });

    it('more than ten are too many', async () => {
      for (let i = 0; i < 12; i += 1) files.set(`/${i}`, { type: 'image/png', bytes: png });
      await arrivals.media(mms(Array.from({ length: 12 }, (_, i) => [`/${i}`, 'image/png'] as const)));
      await work();
      const [message] = await messagesOf();
      assert.equal(message?.envelope.parts.length, 10);
      assert.deepEqual(
        message?.envelope.omitted?.map((one) => one.why),
        ['too-many', 'too-many'],
      );
    });
  });
});
