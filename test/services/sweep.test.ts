import assert from 'node:assert/strict';
import { Fault, isFault } from '../../app/core/errors.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { Derived, Message } from '../../app/core/message/message.ts';
import { createConversions } from '../../app/services/conversions.ts';
import { createDirectory } from '../../app/services/directory.ts';
import { createHolds } from '../../app/services/holds.ts';
import { readPart } from '../../app/services/read-part.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { openWorld, type World } from '../transform/world.ts';
import { day, never, SweepWorld, type Part } from './sweep-world.ts';

const words: Part = {
  contentType: 'text/plain; charset=utf-8',
  bytes: Buffer.from('see you at noon. '.repeat(40)),
};
const voice = (seconds: number): Part => ({
  contentType: 'audio/PCMU',
  bytes: Buffer.from(Array.from({ length: seconds * 8000 }, (_, i) => 128 + 60 * Math.sin(i / 3))),
  durationMs: seconds * 1000,
});
const nothing = { purged: 0, compressed: 0, archived: 0, held: 0, failed: 0 };

describe('services: automatic management', function () {
  this.timeout(60_000);
  let test: TestStore;
  let world: SweepWorld;
  let mailbox: Mailbox;
  const store = () => test.store;
  const sweep = () => world.sweep().sweepDue(never);
  const has = async (message: Message, i = 0) =>
    (await store().media.get(message.envelope.parts[i]!.media)) !== undefined;
  const now = (message: Message) => store().messages.get(message.id);

  beforeEach(async () => {
    test = await openTestStore();
    world = new SweepWorld(test.store);
    mailbox = await world.mailbox();
    // The first of all sweeps looks at everything.
    await sweep();
  });
  afterEach(() => test?.[Symbol.asyncDispose]());

  describe('purge', () => {
    it('S7 S38: removes what has expired and what has lain in the trash for its time, with all that was made of it, counted', async () => {
      const expired = await world.put(mailbox, [voice(1), words], {
        expires: new Date(world.now.getTime() + day),
      });
      const made: Derived = {
        of: 0,
        media: 'made' as never,
        form: 'audio/mpeg',
        contentType: 'audio/mpeg',
        bytes: 3,
      };
      await store().media.put(made.media, made.contentType, Buffer.from('mp3'), 'owner' as never);
      await store().messages.addDerived(expired.id, made);
      const deleted = await world.put(mailbox, [words]);
      const stays = await world.put(mailbox, [words]);
      await store().messages.setState(deleted.id, 'deleted', world.now);
      await store().mailboxes.recount(mailbox.id);
      assert.deepEqual(await sweep(), nothing);
      world.later(day);
      assert.deepEqual(await world.sweep().preview(), { purge: 1, compress: 0, archive: 0, held: 0 });
      assert.deepEqual(await sweep(), { ...nothing, purged: 1 });
      assert.equal(await now(expired), undefined);
      assert.deepEqual([await has(expired), await has(expired, 1)], [false, false]);
      assert.equal(await store().media.get(made.media), undefined);
      world.later(6 * day);
      assert.deepEqual(await sweep(), { ...nothing, purged: 1 });
      assert.equal(await now(deleted), undefined);
      assert.deepEqual([(await now(stays))?.state, await has(stays)], ['new', true]);
      assert.equal((await world.counted(mailbox)).new, 1);
      assert.deepEqual(await world.events(), ['purge', 'purge']);
      assert.deepEqual(await sweep(), nothing);
    });

    it('S38: what is brought back from the trash in time stays', async () => {
      const message = await world.put(mailbox, [words]);
      await store().messages.setState(message.id, 'deleted', world.now);
      world.later(6.9 * day);
      assert.deepEqual(await sweep(), nothing);
      await store().messages.setState(message.id, 'saved', world.now, ['deleted']);
      world.later(day);
      assert.deepEqual(await sweep(), nothing);
      assert.equal((await now(message))?.state, 'saved');
    });

    it('S38: many messages cost few commands each, and two controllers at once do each of them once', async () => {
      const others = [mailbox, await world.mailbox(), await world.mailbox()];
      const expires = new Date(world.now.getTime() + day);
      const put = Array.from({ length: 120 }, (_, i) =>
        world.putUncounted(others[i % 3]!, [words], { expires }),
      );
      await Promise.all(put);
      for (const { id } of others) await store().mailboxes.recount(id);
      world.later(day);
      test.commands.length = 0;
      const reports = await Promise.all([sweep(), sweep()]);
      assert.equal(
        reports.reduce((sum, { purged, failed }) => sum + purged + failed, 0),
        120,
      );
      assert.ok(test.commands.length < 150, `${test.commands.length} commands for 120 messages`);
      for (const one of others) {
        await sweep();
        assert.deepEqual(await world.counted(one), {
          new: 0,
          old: 0,
          urgent: 0,
          bytes: 0,
          seconds: 0,
          archived: 0,
        });
      }
    });
  });

  it('S38: where nothing is due it costs three reads, however many messages there are', async () => {
    for (let i = 0; i < 20; i += 1) await world.put(mailbox, [words]);
    test.commands.length = 0;
    assert.deepEqual(await sweep(), nothing);
    assert.deepEqual(
      test.commands.map(({ commandName }) => commandName),
      ['find', 'find', 'find'],
    );
  });

  describe('legal hold', () => {
    const holds = () => {
      const noted: string[] = [];
      const auditor = {
        note: ({ event, outcome }: { event: string; outcome: string }) =>
          void noted.push(`${event} ${outcome}`),
      };
      return { noted, ...createHolds({ store: store(), auditor, clock: world.clock }) };
    };

    it('S38: keeps a message, or all of a mailbox, beyond its time, until it is released', async () => {
      const expires = new Date(world.now.getTime() + day);
      const one = await world.put(mailbox, [words], { expires });
      const other = await world.mailbox();
      const two = await world.put(other, [words], { expires });
      const { noted, ...hold } = holds();
      assert.equal(await hold.holdMessage(one.id, 'case 7'), true);
      assert.equal(await hold.holdMailbox(other.id), true);
      world.later(2 * day);
      assert.deepEqual(await world.sweep().preview(), { purge: 0, compress: 0, archive: 0, held: 2 });
      assert.deepEqual(await sweep(), { ...nothing, held: 2 });
      assert.deepEqual(await sweep(), nothing);
      assert.deepEqual([await has(one), await has(two)], [true, true]);
      assert.deepEqual((await now(one))?.hold?.why, 'case 7');
      assert.equal(await hold.releaseMessage(one.id), true);
      assert.equal(await hold.releaseMailbox(other.id), true);
      assert.deepEqual(await sweep(), { ...nothing, purged: 2 });
      assert.equal(await hold.holdMessage(one.id), false, 'it is gone');
      assert.deepEqual(noted, ['hold message', 'hold mailbox', 'release message', 'release mailbox']);
    });

    it('S38: a mailbox under a hold, or with a message under one, is not removed, and whoever asks is told why', async () => {
      const message = await world.put(mailbox, [words]);
      const directory = createDirectory({
        store: store(),
        plan: undefined as never,
        classes: { current: () => ({}) },
        languages: [],
        clock: world.clock,
        random: systemRandom,
      });
      const { noted: _noted, ...hold } = holds();
      const refused = (error: unknown): boolean =>
        isFault(error, 'held') && /legal hold/i.test(error.publicText);
      await hold.holdMessage(message.id);
      await assert.rejects(directory.remove(mailbox.id), refused);
      await hold.releaseMessage(message.id);
      await hold.holdMailbox(mailbox.id);
      await assert.rejects(directory.remove(mailbox.id), refused);
      assert.equal(await has(message), true);
      await hold.releaseMailbox(mailbox.id);
      assert.equal(await directory.remove(mailbox.id), true);
      assert.deepEqual([await now(message), await has(message)], [undefined, false]);
    });
  });

  describe('compressing', () => {
    let room: World;
    before(() => {
      room = openWorld();
    });
    after(() => room[Symbol.asyncDispose]());
    const compress = () => world.sweep(room.room).sweepDue(never);

    it('S7: keeps voice as Opus and words deflated after days without access; both are read as before, and counted as they are', async () => {
      world.profile = { ...world.profile, compressAfterDays: 5 };
      const message = await world.put(mailbox, [voice(3), words], {}, { kind: 'voice' });
      const fresh = await world.put(mailbox, [words], {
        accessedAt: new Date(world.now.getTime() + 4 * day),
      });
      world.later(5 * day);
      assert.deepEqual(await compress(), { ...nothing, compressed: 1 });
      const kept = (await now(message))!;
      assert.deepEqual([kept.tier, (await now(fresh))?.tier], ['compressed', 'live']);
      assert.deepEqual(kept.envelope, message.envelope);
      const [sound, text] = kept.stored!;
      assert.match(sound!.contentType, /^audio\/ogg/);
      assert.deepEqual([text!.encoding, text!.contentType], ['deflate', words.contentType]);
      assert.ok(sound!.bytes < 24_000 / 3 && text!.bytes < words.bytes.length / 3);
      const { bytes } = await world.counted(mailbox);
      assert.equal(bytes, sound!.bytes + text!.bytes + words.bytes.length + 2 * 1024);
      // Whoever read the message before goes on with what it was for a while.
      assert.deepEqual((await readPart({ store: store() }, message, 0))?.bytes.length, 24_000);
      const conversions = createConversions({
        store: store(),
        converters: [room.room],
        log: silentLog,
        clock: world.clock,
      });
      const played = await conversions.part(kept, 0, 'audio/pcmu', { language: 'en' });
      assert.ok(Math.abs(played!.bytes.length - 24_000) < 800);
      assert.deepEqual(Buffer.from((await readPart({ store: store() }, kept, 1))!.bytes), words.bytes);
      // Then what it was goes, and the form that was made of it.
      world.later(day / 24);
      await compress();
      assert.deepEqual([await has(message), await has(message, 1)], [false, false]);
      assert.deepEqual((await now(message))?.derived ?? [], []);
      const late = await readPart({ store: store() }, message, 0);
      assert.match(late!.contentType, /^audio\/ogg/);
      assert.deepEqual(await compress(), nothing);
      world.later(5 * day);
      assert.deepEqual(await compress(), { ...nothing, purged: 2 });
      for (const { media } of kept.stored!) assert.equal(await store().media.get(media), undefined);
    });

    it('S7: what cannot be made smaller, or fails again and again, stays as it is and is not tried for ever', async () => {
      world.profile = { ...world.profile, compressAfterDays: 1, retentionDays: 90 };
      const expires = new Date(world.now.getTime() + 90 * day);
      const random = Buffer.from(Array.from({ length: 3000 }, () => Math.floor(Math.random() * 256)));
      const packed = await world.put(mailbox, [{ contentType: 'application/octet-stream', bytes: random }], {
        expires,
      });
      const broken = await world.put(mailbox, [{ contentType: 'image/tiff', bytes: random }], { expires });
      const unlucky = await world.put(mailbox, [voice(1)], { expires });
      let tries = 0;
      const away = {
        shrink: async ({ contentType }: { contentType: string }) => {
          if (contentType !== 'audio/PCMU') throw new Fault('invalid', 'no', { temporary: false });
          tries += 1;
          throw new Fault('media-unavailable', 'too much to do', { temporary: true });
        },
      };
      world.later(day);
      for (let i = 0; i < 12; i += 1) {
        await world.sweep(away).sweepDue(never);
        world.later(day);
      }
      assert.equal(tries, 5);
      for (const message of [packed, broken, unlucky]) {
        const { tier, stored } = (await now(message))!;
        assert.deepEqual([tier, stored, await has(message)], ['compressed', [], true]);
      }
      await world.counted(mailbox);
    });

    it('S7: a hold that comes while a message is being compressed leaves it as it came, and nothing else behind', async () => {
      world.profile = { ...world.profile, compressAfterDays: 1 };
      const message = await world.put(mailbox, [voice(1)]);
      world.later(day);
      const during = {
        shrink: async () => {
          await store().retention.holdMessage(message.id, { since: world.now }, world.now);
          return { contentType: 'audio/ogg', bytes: Buffer.from('small') };
        },
      };
      assert.deepEqual(await world.sweep(during).sweepDue(never), { ...nothing, failed: 1 });
      assert.deepEqual([(await now(message))?.tier, await has(message)], ['live', true]);
      const media = await test.client.db(test.database).collection('media').countDocuments();
      assert.equal(media, 1);
    });
  });

  it('S7: a mailbox over its allocation is brought down to it, the longest not accessed first; what was archived comes back whole', async () => {
    world.profile = { ...world.profile, memoryBytes: 22_000, archiveAfterDays: 3, retentionDays: 90 };
    const expires = new Date(world.now.getTime() + 90 * day);
    const all: Message[] = [];
    for (let i = 0; i < 4; i += 1) {
      all.push(await world.put(mailbox, [voice(1)], { expires }));
      world.later(day);
    }
    const [first, second, third, fourth] = all as [Message, Message, Message, Message];
    // The oldest was heard again.
    await store().messages.touch(first.id, world.now);
    await store().retention.mailboxesBy([mailbox.id], world.now);
    assert.deepEqual(await world.sweep().preview(), { purge: 0, compress: 0, archive: 1, held: 0 });
    assert.deepEqual(await sweep(), { ...nothing, archived: 1 });
    const tiers = async () =>
      Promise.all([first, second, third, fourth].map(async (one) => (await now(one))?.tier));
    assert.deepEqual(await tiers(), ['live', 'archived', 'live', 'live']);
    // Over its allocation still: looked at again when the next one has waited long enough.
    world.later(2 * day);
    assert.deepEqual(await sweep(), { ...nothing, archived: 1 });
    assert.deepEqual(await tiers(), ['live', 'archived', 'archived', 'live']);
    assert.ok(((await world.counted(mailbox)).bytes ?? Infinity) <= 22_000);
    assert.deepEqual(await sweep(), nothing);
    assert.equal(world.objects.size, 2);
    const back = await world.archiving.bringBack((await now(second))!);
    assert.equal(back.kind, 'there');
    assert.deepEqual((await readPart({ store: store() }, (await now(second))!, 0))?.bytes.length, 8000);
    // In its turn another goes for it, as soon as it may.
    await sweep();
    world.later(day);
    assert.deepEqual(await sweep(), { ...nothing, archived: 1 });
    assert.deepEqual(await tiers(), ['live', 'live', 'archived', 'archived']);
    // One in the archive is purged there too.
    world.later(90 * day);
    assert.equal((await sweep()).purged, 4);
    assert.equal(world.objects.size, 0);
  });

  it('S38: media that no message came for go after a day, and no others', async () => {
    const sweeper = world.sweep();
    const put = async (id: string, bytes = words.bytes) => {
      await store().media.put(id as never, 'text/plain', bytes, 'owner' as never);
      return id;
    };
    const message = await world.put(mailbox, [words], { expires: new Date(world.now.getTime() + 90 * day) });
    const { network, id } = message.envelope.origin;
    const strays = [
      await put('sip:never-came'),
      await put('sip:never-came/1', Buffer.alloc(1_200_000, 7)),
      await put(`${network}:${id}/7`),
      await put(`${message.envelope.parts[0]!.media}#a-try-that-ended`),
      await put(`${message.id}/words-3>audio/pcmu@en`),
    ];
    const late = 'email:<a/b#c>d@example.org>';
    await put(late);
    const others = [await put('greeting:one'), await put('mail-out:two/0')];
    const there = async (ids: readonly string[]) =>
      (
        await Promise.all(ids.map(async (one) => (await store().media.get(one as never)) !== undefined))
      ).filter(Boolean).length;
    world.later(day / 2);
    await sweeper.sweepDue(never);
    assert.equal(await there(strays), strays.length);
    // Tried again, just as it was to be removed.
    const { media } = await store().strays.put(new Date(0), new Date(Date.now() + day), 50);
    const judged = media.filter((one) => one.id === late);
    await put(late);
    assert.deepEqual([judged.length, await store().strays.remove(judged), await there([late])], [1, 0, 1]);
    world.later(day / 2 + 60_000);
    await sweeper.sweepDue(never);
    assert.equal(await there([strays[1]!]), 0, 'a large one too');
    assert.equal(await there(strays), 0);
    assert.deepEqual([await there(others), await has(message)], [others.length, true]);
  });

  it('S38: other rules of a class hold for messages that are there: a shorter trash at once, and longer keeping, never shorter', async () => {
    const trash = await world.put(mailbox, [words]);
    await store().messages.setState(trash.id, 'deleted', world.now);
    const kept = await world.put(mailbox, [words]);
    await sweep();
    world.later(2 * day);
    world.profile = { ...world.profile, trashDays: 1, retentionDays: 40 };
    assert.deepEqual(await sweep(), { ...nothing, purged: 1 });
    assert.deepEqual((await now(kept))?.expires, new Date(kept.envelope.received.getTime() + 40 * day));
    world.profile = { ...world.profile, retentionDays: 1 };
    world.later(30 * day);
    assert.deepEqual(await sweep(), nothing);
    assert.ok(await now(kept));
  });

  it('S38: one mailbox can be managed alone, or looked at without doing anything', async () => {
    const expires = new Date(world.now.getTime() + day);
    const other = await world.mailbox();
    const mine = await world.put(mailbox, [words], { expires });
    const theirs = await world.put(other, [words], { expires });
    world.later(day);
    assert.deepEqual(await world.sweep().preview(mailbox.id), { purge: 1, compress: 0, archive: 0, held: 0 });
    assert.deepEqual(await world.sweep().sweepMailbox(mailbox.id, never), { ...nothing, purged: 1 });
    assert.deepEqual([await now(mine), (await now(theirs))?.id], [undefined, theirs.id]);
    assert.equal(await world.sweep().sweepMailbox('none' as never, never), undefined);
  });
});
