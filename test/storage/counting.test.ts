import assert from 'node:assert/strict';
import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import type { MailboxId, MessageId } from '../../app/core/ids.ts';
import type { CountingStore } from '../../app/ports/counting.ts';
import { createCounting } from '../../app/services/counting.ts';
import { createRandom } from '../../app/telemetry/system-random.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from './local-store.ts';
import { sampleMailbox, sampleMessage } from './sample.ts';

const none = { new: 0, old: 0, urgent: 0 };

/** The services' side of the counters on the real store: one write for many, and a crash in between is made good. */
describe('storage: counters that are raised late', function () {
  this.timeout(60_000);
  let opened: TestStore;
  let now = new Date('2026-03-01T10:00:00Z');
  const clock = { now: () => now };
  const random = createRandom(clock);
  const pass = (ms: number) => (now = new Date(now.getTime() + ms));
  beforeEach(async () => (opened = await openTestStore()));
  afterEach(async () => opened[Symbol.asyncDispose]());

  const start = (change: Partial<CountingStore> = {}) => {
    const { counting, mailboxes } = opened.store;
    const store = {
      mailboxes,
      counting: {
        raise: (changes: Parameters<CountingStore['raise']>[0]) => counting.raise(changes),
        note: (controller: string, at: Date) => counting.note(controller, at),
        noted: () => counting.noted(),
        forget: (noted: Parameters<CountingStore['forget']>[0]) => counting.forget(noted),
        mailboxesOf: (from: Date, to: Date) => counting.mailboxesOf(from, to),
        ...change,
      },
    };
    return createCounting({ store, clock, random, log: silentLog, onCounted: () => undefined });
  };
  /** Covered from the moment when its note is in the store. */
  const started = async (change: Partial<CountingStore> = {}) => {
    const notes = new EventEmitter();
    const counting = start({
      ...change,
      note: async (controller, at) => {
        await opened.store.counting.note(controller, at);
        notes.emit('noted');
      },
    });
    const noted = once(notes, 'noted');
    assert.equal(counting.covered(), false, 'nothing is raised late before a note is in the store');
    await noted;
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(counting.covered(), true);
    return counting;
  };
  const mailbox = async (): Promise<MailboxId> => {
    const { mailbox: made } = await opened.store.mailboxes.findOrCreate(sampleMailbox());
    return made.id;
  };
  const message = async (box: MailboxId): Promise<void> => {
    const id = random.uuid() as MessageId;
    await opened.store.messages.insert(sampleMessage({ id, mailbox: box }, { id }));
  };
  const countsOf = async (box: MailboxId) => (await opened.store.mailboxes.get(box))?.counts;

  it('many messages are counted by one command, by kind too', async () => {
    const boxes = [await mailbox(), await mailbox()] as const;
    const counting = await started();
    opened.commands.length = 0;
    for (let i = 0; i < 5; i += 1)
      counting.raise(boxes[0], { kind: 'voice', new: 1, urgent: i % 2, bytes: 1000, seconds: i });
    counting.raise(boxes[0], { kind: 'fax', new: 1, bytes: 70_000 });
    counting.raise(boxes[1], { kind: 'voice', new: 1, urgent: 0 });
    await counting.flush();
    assert.deepEqual(
      opened.commands.map((event) => event.commandName),
      ['update'],
    );
    const first = await opened.store.mailboxes.get(boxes[0]);
    assert.deepEqual(first?.counts, { new: 6, old: 0, urgent: 2 });
    assert.deepEqual(first.byKind, {
      voice: { new: 5, old: 0, urgent: 2 },
      fax: { new: 1, old: 0, urgent: 0 },
    });
    assert.deepEqual(first.usage, { bytes: 75_000, seconds: 10, archived: 0 });
    assert.deepEqual(await countsOf(boxes[1]), { new: 1, old: 0, urgent: 0 });
  });

  it('a controller that died in between: the next one counts anew at its start', async () => {
    const box = await mailbox();
    const dead = await started();
    pass(12_000);
    await message(box);
    // It would raise the counters now.
    assert.ok(dead.covered());
    pass(3000);
    const next = start();
    assert.equal(await next.repair(true), true);
    assert.deepEqual(await countsOf(box), { new: 1, old: 0, urgent: 0 });
    assert.equal((await opened.store.counting.noted()).length, 1);
    pass(180_000);
    assert.equal(await next.repair(false), false);
    assert.deepEqual(await opened.store.counting.noted(), []);
    assert.deepEqual(await countsOf(box), { new: 1, old: 0, urgent: 0 });
  });

  it('another controller that is running finds what a dead one left, after a while', async () => {
    const box = await mailbox();
    await started();
    const other = start();
    await other.repair(false);
    assert.equal((await opened.store.counting.noted()).length, 1, 'it may live still');
    await message(box);
    pass(180_000);
    await other.repair(false);
    assert.deepEqual(await countsOf(box), { new: 1, old: 0, urgent: 0 });
    assert.equal((await opened.store.counting.noted()).length, 1, 'a crash now: the next one counts it too');
    assert.equal(await other.repair(false), false);
    assert.deepEqual(await opened.store.counting.noted(), []);
  });

  it('a controller that lives raises what another has counted already: it is counted until it is right', async () => {
    const box = await mailbox();
    const living = await started();
    await message(box);
    living.raise(box, { kind: 'voice', new: 1 });
    const next = start();
    assert.equal(await next.repair(true), true);
    await living.flush();
    assert.deepEqual(await countsOf(box), { new: 2, old: 0, urgent: 0 });
    assert.equal(await next.repair(false), true);
    assert.deepEqual(await countsOf(box), { new: 1, old: 0, urgent: 0 });
    assert.equal(await next.repair(false), false);
  });

  it('whatever made them wrong: going round all mailboxes puts them right', async () => {
    const boxes: MailboxId[] = [];
    for (let i = 0; i < 120; i += 1) boxes.push(await mailbox());
    const box = boxes.toSorted().at(-1)!;
    // As by a controller that died between a message's change and the counters'.
    await opened.store.mailboxes.count(box, { kind: 'voice', new: 3, old: -1 });
    const counting = start();
    const aMinuteLater = () => {
      pass(60_000);
      return counting.repair(false);
    };
    assert.equal(await counting.repair(false), false);
    for (let early = 0; early < 3; early += 1)
      assert.equal(await counting.repair(false), false, 'doubts do not hurry the way round');
    assert.equal(await aMinuteLater(), false);
    assert.equal(await aMinuteLater(), true);
    assert.deepEqual(await countsOf(box), none);
    assert.equal(await counting.repair(false), false);
  });

  it('a controller that ends in order leaves nothing to be done', async () => {
    const box = await mailbox();
    const counting = await started();
    await message(box);
    counting.raise(box, { kind: 'voice', new: 1 });
    await counting.stop();
    assert.deepEqual(await countsOf(box), { new: 1, old: 0, urgent: 0 });
    assert.deepEqual(await opened.store.counting.noted(), []);
  });

  it('a note covers for a limited time, and is renewed while it is used', async () => {
    const counting = await started();
    pass(25_000);
    assert.equal(counting.covered(), false, 'what is made now would not be found');
  });

  it('a store that fails in the middle: the mailboxes are counted anew, not raised twice', async () => {
    const box = await mailbox();
    const counting = await started({ raise: async () => Promise.reject(new Error('in the middle')) });
    await message(box);
    counting.raise(box, { kind: 'voice', new: 1 });
    await counting.flush();
    assert.deepEqual(await countsOf(box), none);
    await counting.repair(false);
    assert.deepEqual(await countsOf(box), { new: 1, old: 0, urgent: 0 });
    assert.equal(await counting.repair(false), false);
  });

  it('a controller that dies, or ends, with counters in doubt: another one counts them', async () => {
    const box = await mailbox();
    const counting = await started({ raise: async () => Promise.reject(new Error('in the middle')) });
    await message(box);
    counting.raise(box, { kind: 'voice', new: 1 });
    await counting.flush();
    pass(15_000);
    assert.ok(counting.covered());
    pass(15_000);
    assert.equal(counting.covered(), false, 'its note stays that of the time in doubt');
    await counting.stop();
    await start().repair(true);
    assert.deepEqual(await countsOf(box), { new: 1, old: 0, urgent: 0 });
  });
});
