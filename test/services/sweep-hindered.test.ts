import assert from 'node:assert/strict';
import { isFault } from '../../app/core/errors.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import { effectOf } from '../../app/core/mailbox/usage.ts';
import type { Message } from '../../app/core/message/message.ts';
import { assertRightClock } from '../../app/services/right-clock.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { day, never, SweepWorld, type Part } from './sweep-world.ts';

const words: Part = {
  contentType: 'text/plain; charset=utf-8',
  bytes: Buffer.from('see you at noon. '.repeat(40)),
};
const voice = (seconds: number): Part => ({
  contentType: 'audio/PCMU',
  bytes: Buffer.alloc(seconds * 8000, 0x55),
  durationMs: seconds * 1000,
});
const nothing = { purged: 0, compressed: 0, archived: 0, held: 0, failed: 0 };

describe('services: automatic management, and what comes in its way', function () {
  this.timeout(60_000);
  let test: TestStore;
  let world: SweepWorld;
  let mailbox: Mailbox;
  const store = () => test.store;
  const sweep = () => world.sweep().sweepDue(never);
  const has = async (message: Message) =>
    (await store().media.get(message.envelope.parts[0]!.media)) !== undefined;
  const now = (message: Message) => store().messages.get(message.id);

  beforeEach(async () => {
    test = await openTestStore();
    world = new SweepWorld(test.store);
    mailbox = await world.mailbox();
    await sweep();
  });
  afterEach(() => test?.[Symbol.asyncDispose]());

  it('S38: what is being removed is not brought back half, and its removal is ended whatever its class says by then', async () => {
    const message = await world.put(mailbox, [words]);
    await store().messages.setState(message.id, 'deleted', world.now);
    await store().mailboxes.recount(mailbox.id);
    const lease = { by: 'a controller that died', until: new Date(world.now.getTime() + 1000) };
    const [due] = await store().retention.takeDue(world.now, lease, 1);
    assert.equal((await store().retention.condemn([due!.message], lease)).size, 1);
    assert.equal(await store().messages.setState(message.id, 'saved', world.now), undefined);
    assert.equal(await store().messages.setState(message.id, 'deleted', world.now), undefined);
    world.profile = { ...world.profile, trashDays: 300, retentionDays: 300 };
    world.later(2000);
    assert.equal((await sweep()).purged, 1);
    assert.deepEqual([await now(message), await has(message)], [undefined, false]);
    assert.equal((await world.counted(mailbox)).trash, undefined);
  });

  it('S38: where the archive is away the others are purged, and what lies there is tried more and more rarely', async () => {
    const expires = new Date(world.now.getTime() + day);
    const there: Message[] = [];
    for (let i = 0; i < 3; i += 1) there.push(await world.put(mailbox, [words], { expires }));
    for (const one of there) await world.archiving.archiveMessage(one);
    const here = await world.put(mailbox, [words], { expires });
    await store().mailboxes.recount(mailbox.id);
    world.later(day);
    let asked = 0;
    world.away = () => (asked += 1);
    assert.deepEqual(await sweep(), { ...nothing, purged: 1, failed: 3 });
    assert.equal(asked, 1, 'asked once for all');
    assert.equal(await now(here), undefined);
    for (let minute = 0; minute < 30; minute += 1) {
      world.later(60_000);
      await sweep();
    }
    assert.ok(asked <= 6, `${asked} times in half an hour`);
    world.away = undefined;
    world.later(day / 24);
    assert.equal((await sweep()).purged, 3);
    assert.equal(world.objects.size, 0);
  });

  it('B6: deleting makes room at once; what there is no room for goes from the trash, the longest deleted first', async () => {
    world.profile = { ...world.profile, maxBytes: 101_000 };
    const all: Message[] = [];
    for (let i = 0; i < 4; i += 1) all.push(await world.put(mailbox, [voice(3)]));
    const usage = async () => (await world.counted(mailbox)) as { bytes: number; trash?: number };
    const each = 24_000 + 1024;
    assert.equal((await usage()).bytes, 4 * each, 'full');
    const [first, second, third] = all as [Message, Message, Message];
    const drop = async (message: Message) => {
      world.later(1000);
      const result = (await store().messages.setState(message.id, 'deleted', world.now))!;
      await store().mailboxes.count(mailbox.id, effectOf(result.before, result.after));
    };
    await drop(first);
    await drop(second);
    assert.deepEqual(await usage().then(({ bytes, trash }) => [bytes, trash]), [2 * each, 2 * each]);
    await sweep();
    await sweep();
    assert.ok(await has(first), 'there is room for both in the trash');
    await world.put(mailbox, [voice(3)]);
    await world.put(mailbox, [voice(3)]);
    await store().retention.holdMessage(second.id, { since: world.now }, world.now);
    await drop(third);
    await sweep();
    assert.equal((await sweep()).purged, 2, 'not what is under a hold');
    assert.deepEqual([await now(first), await now(third)], [undefined, undefined]);
    assert.equal((await now(second))?.state, 'deleted');
    assert.deepEqual(await usage().then(({ bytes, trash }) => [bytes, trash]), [3 * each, each]);
  });

  it('S38: by a clock that is not the store’s nothing is removed', async () => {
    const message = await world.put(mailbox, [words], { expires: new Date(world.now.getTime() + day) });
    assert.ok(Math.abs((await store().retention.serverTime()).getTime() - Date.now()) < 60_000);
    await assertRightClock({ store: store(), clock: { now: () => new Date() } });
    world.later(day);
    world.assertClock = () => assertRightClock({ store: store(), clock: world.clock });
    const wrong = (error: unknown): boolean => isFault(error, 'invalid') && /clocks/.test(error.publicText);
    await assert.rejects(sweep(), wrong);
    await assert.rejects(world.sweep().sweepMailbox(mailbox.id, never), wrong);
    assert.ok(await now(message));
  });

  it('S38: a hold that comes before the sound that it was is deleted keeps that, until it is released', async () => {
    world.profile = { ...world.profile, compressAfterDays: 1, retentionDays: 90 };
    const expires = new Date(world.now.getTime() + 90 * day);
    const held = await world.put(mailbox, [voice(1)], { expires });
    const other = await world.mailbox();
    const inHeld = await world.put(other, [voice(1)], { expires });
    const { retention } = store();
    const small = {
      shrink: async () => ({ contentType: 'audio/ogg', bytes: Buffer.from('small') }),
    };
    world.later(day);
    assert.deepEqual(await world.sweep(small).sweepDue(never), { ...nothing, compressed: 2 });
    // Nor does it go to the archive, where it would be what it is now alone.
    world.profile = { ...world.profile, memoryBytes: 0, archiveAfterDays: 0 };
    const hold = { since: world.now };
    await retention.holdMessage(held.id, hold, world.now);
    await retention.holdMailbox(other.id, hold, world.now);
    for (const { id } of [mailbox, other]) await retention.mailboxesBy([id], world.now);
    for (const hours of [1, 24]) {
      world.later((hours * day) / 24);
      assert.deepEqual(await world.sweep(small).sweepDue(never), nothing);
      assert.deepEqual([await has(held), await has(inHeld)], [true, true]);
    }
    await retention.holdMessage(held.id, undefined, world.now);
    await retention.holdMailbox(other.id, undefined, world.now);
    world.later(31 * day);
    await world.sweep(small).sweepDue(never);
    assert.deepEqual([await has(held), await has(inHeld)], [false, false]);
  });

  it('S38: a hold on the mailbox that comes while a message is being compressed leaves it as it came', async () => {
    world.profile = { ...world.profile, compressAfterDays: 1 };
    const message = await world.put(mailbox, [voice(1)]);
    world.later(day);
    const during = {
      shrink: async () => {
        await store().retention.holdMailbox(mailbox.id, { since: world.now }, world.now);
        return { contentType: 'audio/ogg', bytes: Buffer.from('small') };
      },
    };
    assert.deepEqual(await world.sweep(during).sweepDue(never), { ...nothing, failed: 1 });
    assert.deepEqual([(await now(message))?.tier, await has(message)], ['live', true]);
  });
});
