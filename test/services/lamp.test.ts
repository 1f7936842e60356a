import assert from 'node:assert/strict';
import { Fault, isFault } from '../../app/core/errors.ts';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import { openScriptedMedia, type ScriptedMedia } from '../../app/media/scripted/open.ts';
import type { Lamp } from '../../app/ports/media.ts';
import type { NewMailbox } from '../../app/ports/store.ts';
import { createLamps, type LampDeps, type Lamps } from '../../app/services/lamp.ts';
import { keepingLog, type LogLine } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { sampleMailbox } from '../storage/sample.ts';
import { sampleClass } from './sample-class.ts';

const away = new Fault('media-unavailable', 'away', { temporary: true });

describe('Message waiting lamps', function () {
  this.timeout(60_000);
  let opened: TestStore;
  let media: ScriptedMedia;
  let lamps: Lamps;
  let lines: LogLine[];
  let now: number;
  /** What setting a lamp comes to. */
  let onSet: (lamp: Lamp) => void | Promise<void>;
  let sets: string[];

  const start = (change: Partial<LampDeps> = {}): Lamps =>
    createLamps({
      store: opened.store,
      media: {
        starts: (signal) => media.starts(signal),
        setLamp: async (lamp) => {
          sets.push(lamp.mailbox);
          await onSet(lamp);
          await media.setLamp(lamp);
        },
      },
      profiles: { of: ({ classOfService }) => sampleClass({ lamp: classOfService === 'lit' }) },
      clock: { now: () => new Date(now) },
      log: keepingLog(lines),
      anyLamp: () => true,
      perSecond: 100_000,
      ...change,
    });

  beforeEach(async () => {
    opened = await openTestStore();
    media = openScriptedMedia();
    [lines, sets, now, onSet] = [[], [], Date.UTC(2026, 0, 1), () => undefined];
    lamps = start();
  });
  afterEach(async () => {
    await media[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
  });

  const make = async (classOfService = 'lit', fresh = 1): Promise<{ id: MailboxId; number: E164 }> => {
    const mailbox: NewMailbox = { ...sampleMailbox(), classOfService };
    const { mailbox: made } = await opened.store.mailboxes.findOrCreate(mailbox, {
      kind: 'voice',
      new: fresh,
    });
    return made;
  };
  const shown = (number: string) => media.lamps.get(number)?.classes['voice-message'];

  it('show what the store has, at all numbers of the subscriber', async () => {
    const { id, number } = await make();
    const alias = '+12025559876' as E164;
    await opened.store.mailboxes.addAlias(id, alias);
    await opened.store.mailboxes.count(id, { kind: 'fax', new: 2, urgent: 1 });
    await lamps.publish(id);
    for (const one of [number, alias]) {
      assert.deepEqual(media.lamps.get(one)?.classes, {
        'voice-message': { new: 1, old: 0, urgent: 0 },
        'fax-message': { new: 2, old: 0, urgent: 1 },
      });
    }
  });

  it('are left alone where the class has none, and where there is no mailbox', async () => {
    const { id } = await make('dark');
    await lamps.publish(id);
    await lamps.publish('nobody' as MailboxId);
    assert.deepEqual(sets, []);
  });

  it('that change while one is being set end with the latest, in two settings', async () => {
    const { id, number } = await make();
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let reached = (): void => undefined;
    const isSet = new Promise<void>((resolve) => (reached = resolve));
    onSet = () => {
      reached();
      return held;
    };
    const first = lamps.publish(id);
    await isSet;
    const others = [];
    for (let i = 0; i < 20; i++) {
      await opened.store.mailboxes.count(id, { kind: 'voice', new: 1 });
      others.push(lamps.publish(id));
    }
    letGo();
    await Promise.all([first, ...others]);
    assert.equal(shown(number)?.new, 21);
    assert.equal(sets.length, 2);
  });

  it('that could not be set are set once the switch is back, and what asked for them is told', async () => {
    const { id, number } = await make();
    onSet = () => Promise.reject(away);
    await assert.rejects(lamps.publish(id), (error) => isFault(error, 'media-unavailable'));
    await lamps.reconcile(AbortSignal.timeout(5000)).catch(() => undefined);
    assert.equal(shown(number), undefined);
    onSet = () => undefined;
    await lamps.reconcile(AbortSignal.timeout(5000));
    assert.equal(shown(number)?.new, 1);
    sets.length = 0;
    await lamps.reconcile(AbortSignal.timeout(5000));
    assert.deepEqual(sets, []);
  });

  it('of a mailbox whose number the switch refuses do not hold up the others', async () => {
    const [one, two, three] = [await make(), await make(), await make()];
    onSet = ({ mailbox }) => {
      if (mailbox === two.number) throw new Fault('invalid', 'no number', { temporary: false });
    };
    now += 600_000;
    await lamps.reconcile(AbortSignal.timeout(5000));
    now += 600_000;
    await lamps.reconcile(AbortSignal.timeout(5000));
    assert.ok(shown(one.number) && shown(three.number));
    assert.equal(shown(two.number), undefined);
  });

  it('are all set again whenever the switch starts, at the first time also those that are out', async () => {
    const boxes = [];
    for (let i = 0; i < 5; i++) boxes.push(await make(i === 3 ? 'dark' : 'lit', i === 4 ? 0 : i + 1));
    const ending = new AbortController();
    const following = lamps.follow(ending.signal);
    const lit = boxes.filter((_, i) => i !== 3 && i !== 4).map(({ number }) => number);
    const empty = boxes[4]?.number ?? '';
    await settles(() => [...lit, empty].every((number) => shown(number) !== undefined));
    assert.equal(shown(empty)?.new, 0);
    assert.equal(shown(boxes[3]?.number ?? ''), undefined);
    media.startAnew();
    await settles(() => lit.every((number) => shown(number) !== undefined));
    assert.deepEqual(
      lit.map((number) => shown(number)?.new),
      [1, 2, 3],
    );
    assert.equal(shown(empty), undefined);
    ending.abort();
    await following;
  });

  it('are set in the end although the switch goes away while they are', async () => {
    const boxes = [];
    for (let i = 0; i < 4; i++) boxes.push(await make());
    onSet = () => {
      if (sets.length > 2) throw away;
    };
    const ending = new AbortController();
    const following = lamps.follow(ending.signal);
    await settles(() => lines.some((line) => line.text.startsWith('lamps are not all set')));
    onSet = () => undefined;
    await lamps.reconcile(AbortSignal.timeout(5000));
    for (const { number } of boxes) assert.equal(shown(number)?.new, 1);
    ending.abort();
    await following;
  });

  it('cost nothing where no class has one, and are all set once a class gets one', async () => {
    const { number } = await make();
    let any = false;
    lamps = start({ anyLamp: () => any });
    const ending = new AbortController();
    const following = lamps.follow(ending.signal);
    await settles(() => lines.some((line) => line.text === 'the switch has started'));
    const before = opened.commands.length;
    for (let i = 0; i < 3; i++) await lamps.reconcile(AbortSignal.timeout(5000));
    assert.equal(opened.commands.length, before);
    assert.equal(shown(number), undefined);
    any = true;
    await lamps.reconcile(AbortSignal.timeout(5000));
    assert.equal(shown(number)?.new, 1);
    ending.abort();
    await following;
  });

  it('that somebody else has changed are right again after the next round, not before its time', async () => {
    const { number } = await make();
    await lamps.reconcile(AbortSignal.timeout(5000));
    const wrong = { mailbox: number, classes: { 'voice-message': { new: 9, old: 9, urgent: 9 } } };
    await media.setLamp(wrong);
    now += 599_000;
    await lamps.reconcile(AbortSignal.timeout(5000));
    assert.equal(shown(number)?.new, 9);
    now += 1000;
    await lamps.reconcile(AbortSignal.timeout(5000));
    assert.deepEqual(shown(number), { new: 1, old: 0, urgent: 0 });
  });

  it('go out at all numbers of a mailbox that is removed, of every class', async () => {
    const { id, number } = await make();
    const alias = '+12025559871' as E164;
    await opened.store.mailboxes.addAlias(id, alias);
    await opened.store.mailboxes.count(id, { kind: 'fax', new: 2 });
    await lamps.publish(id);
    assert.equal(media.lamps.get(alias)?.classes['fax-message']?.new, 2);
    await opened.store.mailboxes.remove(id, new Date(now));
    await lamps.reconcile(AbortSignal.timeout(5000));
    for (const one of [number, alias]) {
      assert.deepEqual(shown(one), { new: 0, old: 0, urgent: 0 });
      assert.deepEqual(media.lamps.get(one)?.classes['fax-message'], { new: 0, old: 0, urgent: 0 });
    }
  });

  it('go out at an alias that is taken away, and stay lit at the other numbers', async () => {
    const { id, number } = await make();
    const alias = '+12025559872' as E164;
    await opened.store.mailboxes.addAlias(id, alias);
    await lamps.publish(id);
    await opened.store.mailboxes.removeAlias(id, alias, new Date(now));
    await lamps.reconcile(AbortSignal.timeout(5000));
    assert.equal(shown(alias)?.new, 0);
    assert.equal(shown(number)?.new, 1);
  });

  it('of a removed number go out also where the controller was away then, or the switch', async () => {
    const { id, number } = await make();
    await lamps.publish(id);
    await opened.store.mailboxes.remove(id, new Date(now));
    now += 3_600_000;
    lamps = start();
    onSet = () => {
      throw away;
    };
    await lamps.reconcile(AbortSignal.timeout(5000));
    assert.equal(shown(number)?.new, 1);
    onSet = () => undefined;
    await lamps.reconcile(AbortSignal.timeout(5000));
    assert.equal(shown(number)?.new, 0);
    sets = [];
    now += 120_000;
    await lamps.reconcile(AbortSignal.timeout(5000));
    now += 120_000;
    await lamps.reconcile(AbortSignal.timeout(5000));
    assert.deepEqual(sets, [], 'once is enough');
  });

  it('of a number that another subscriber has got since show what is theirs', async () => {
    const { id, number } = await make();
    await lamps.publish(id);
    await opened.store.mailboxes.remove(id, new Date(now));
    const next: NewMailbox = { ...sampleMailbox(), number, classOfService: 'lit' };
    await opened.store.mailboxes.findOrCreate(next, { kind: 'voice', new: 3 });
    await lamps.reconcile(AbortSignal.timeout(5000));
    assert.equal(shown(number)?.new, 3);
  });

  it('are set no faster than told', async () => {
    for (let i = 0; i < 6; i++) await make();
    lamps = start({ perSecond: 20, roundMs: 0 });
    const begun = performance.now();
    await lamps.reconcile(AbortSignal.timeout(20_000));
    assert.ok(performance.now() - begun >= 5 * 50, 'six lamps at 20 a second');
    assert.equal(sets.length, 6);
  });

  it('stop being set when told to', async () => {
    for (let i = 0; i < 3; i++) await make();
    lamps = start({ roundMs: 0 });
    const ending = new AbortController();
    onSet = () => ending.abort();
    await lamps.reconcile(ending.signal);
    assert.equal(sets.length, 1);
  });
});

/** The test's own deadline ends the wait. */
async function settles(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
