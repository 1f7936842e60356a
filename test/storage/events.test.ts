import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { MailboxId } from '../../app/core/ids.ts';
import type { EventPlace } from '../../app/core/event/place.ts';
import type { EventStore } from '../../app/ports/events.ts';
import { createEvents, type Events, type Told } from '../../app/services/events.ts';
import { systemClock as clock } from '../../app/telemetry/system-clock.ts';
import { systemRandom as random } from '../../app/telemetry/system-random.ts';
import { silentLog as log } from '../ports/silent-log.ts';
import { gate } from '../services/gate.ts';
import { openTestStore, type TestStore } from './local-store.ts';

describe('storage: what happens, told over several controllers', function () {
  this.timeout(60_000);
  let test: TestStore;
  const controllers: Events[] = [];
  beforeEach(async () => (test = await openTestStore()));
  afterEach(async () => {
    await Promise.all(controllers.splice(0).map((one) => one.stop()));
    await test[Symbol.asyncDispose]();
  });

  const controller = (store: EventStore = test.store.events): Events => {
    const events = createEvents({ store, clock, random, log });
    controllers.push(events);
    return events;
  };
  const happens = (events: Events, id: string): void =>
    events.publish({ type: 'mailbox.changed', id: id as MailboxId, mailbox: id as MailboxId });
  const listen = async (events: Events, from?: EventPlace) => {
    const told: Told[] = [];
    const waiting: (() => void)[] = [];
    const following = await events.follow(from, (one) => {
      told.push(one);
      for (const woken of waiting) woken();
    });
    const ids = () =>
      told.flatMap((one) => (one.kind === 'event' && 'id' in one.event ? [one.event.id] : []));
    const until = (fits: () => boolean): Promise<void> =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`only ${told.length} were told`)), 30_000);
        const look = (): void => {
          if (!fits()) return;
          clearTimeout(timer);
          resolve();
        };
        waiting.push(look);
        look();
      });
    return { told, ids, until, following };
  };

  it('what nobody here follows is written together, and at once when somebody does', async () => {
    const there = await listen(controller());
    const here = controller();
    const batches = async () =>
      (await test.store.events.after(0, 10)).map(({ events }) => events.map((one) => 'id' in one && one.id));
    const twice = async (...ids: [string, string]): Promise<void> => {
      happens(here, ids[0]);
      // Long enough to be written, were it written at once.
      await new Promise(setImmediate);
      happens(here, ids[1]);
      await there.until(() => there.ids().includes(ids[1]));
    };
    await twice('a', 'b');
    assert.deepEqual(await batches(), [['a', 'b']]);
    const own = await listen(here);
    await twice('c', 'd');
    assert.deepEqual(await batches(), [['a', 'b'], ['c'], ['d']]);
    assert.deepEqual(own.ids(), ['c', 'd']);
  });

  it('four write at once: all who follow are told all of it, once, in one order', async () => {
    const all = [controller(), controller(), controller(), controller()];
    const followers = await Promise.all([listen(all[0]!), listen(all[3]!)]);
    const made: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      for (const [n, one] of all.entries())
        for (let i = 0; i < 20; i += 1) {
          made.push(`${n} ${round} ${i}`);
          happens(one, `${n} ${round} ${i}`);
        }
      await followers[0].until(() => followers[0].told.length > round * 60);
    }
    for (const one of followers) await one.until(() => one.told.length >= made.length);
    const [first, second] = followers;
    assert.deepEqual(first.ids().toSorted(), made.toSorted());
    assert.deepEqual(second.ids(), first.ids());
    for (const n of [0, 1, 2, 3]) {
      const own = first.ids().filter((id) => id.startsWith(`${n} `));
      assert.deepEqual(
        own,
        made.filter((id) => id.startsWith(`${n} `)),
        'each writer’s own order is kept',
      );
    }
    const numbers = (await test.store.events.after(0, 1000)).map(({ number }) => number);
    assert.deepEqual(
      numbers,
      Array.from(numbers, (_, i) => i + 1),
      'no number is left out',
    );
    // Who comes with a place gets the rest, wherever in a batch it is, from a controller that nobody followed before.
    const middle = first.told[333]!;
    assert.equal(middle.kind, 'event');
    const later = await listen(controller(), 'place' in middle ? middle.place : undefined);
    await later.until(() => later.told.length >= made.length - 334);
    assert.deepEqual(later.ids(), first.ids().slice(334));
  });

  it('a write whose answer was lost is not written twice', async () => {
    const { events } = test.store;
    const lossy: EventStore = {
      last: () => events.last(),
      after: (...asked) => events.after(...asked),
      removeBefore: (at) => events.removeBefore(at),
      async append(batch) {
        const done = await events.append(batch);
        if (batch.events.some((event) => 'id' in event && event.id === 'lost') && done)
          throw new Error('the answer did not come');
        return done;
      },
    };
    const writer = controller(lossy);
    const reader = await listen(controller());
    happens(writer, 'lost');
    await reader.until(() => reader.ids().includes('lost'));
    happens(writer, 'next');
    await reader.until(() => reader.ids().includes('next'));
    assert.deepEqual(reader.ids(), ['lost', 'next']);
  });

  it('a place whose events are gone, or that never was, is answered with a reset, and what comes then is told', async () => {
    const writer = controller();
    const before = await listen(writer);
    for (const id of ['a', 'b', 'c']) {
      happens(writer, id);
      await before.until(() => before.ids().includes(id));
    }
    const place = before.told.flatMap((one) => ('place' in one ? [one.place] : []))[0]!;
    await test.store.events.removeBefore(new Date(Date.now() + 1000));
    assert.equal(await test.store.events.last(), 3, 'the last stays: numbers go on from it');
    for (const from of [place, { batch: 999_999, index: 0 }]) {
      const late = await listen(controller(), from);
      assert.deepEqual(
        late.told.map(({ kind }) => kind),
        ['reset'],
      );
      happens(writer, `after ${from.batch}`);
      await late.until(() => late.ids().includes(`after ${from.batch}`));
    }
  });

  it('the store is asked nothing while nobody follows', async () => {
    const one = controller();
    const reads = () => test.commands.filter(({ commandName }) => commandName === 'find').length;
    const { following, until, ids } = await listen(one);
    happens(controller(), 'seen');
    await until(() => ids().includes('seen'));
    const looking = reads();
    await until(() => reads() > looking + 2 || (happens(controllers[1]!, `${reads()}`), false));
    following.end();
    const before = reads();
    await pause(700);
    assert.ok(reads() - before <= 1, `${reads() - before} questions`);
  });

  it('of more than can wait, it is said that something is missing', async () => {
    let away = true;
    const { events } = test.store;
    const writer = controller({
      last: () => events.last(),
      after: (...asked) => events.after(...asked),
      removeBefore: (at) => events.removeBefore(at),
      append: (batch) => (away ? Promise.reject(new Error('away')) : events.append(batch)),
    });
    const reader = await listen(controller());
    for (let i = 0; i < 10_500; i += 1) happens(writer, `${i}`);
    away = false;
    await reader.until(() => reader.told.some(({ kind }) => kind === 'reset'));
    assert.ok(reader.ids().length >= 10_000);
    assert.equal(reader.told.at(-1)?.kind, 'reset');
    happens(writer, '10400');
    await reader.until(() => reader.ids().at(-1) === '10400');
  });

  it('whoever comes while a controller finds out how far the others are misses nothing', async () => {
    const { events } = test.store;
    const [asked, answers] = [gate(), gate()];
    let looks = 0;
    const slow: EventStore = {
      append: (batch) => events.append(batch),
      after: (...place) => events.after(...place),
      removeBefore: (at) => events.removeBefore(at),
      async last() {
        looks += 1;
        if (looks === 1) {
          asked.resolve();
          await answers.promise;
        }
        return events.last();
      },
    };
    const other = controller();
    const there = await listen(other);
    happens(other, 'a');
    await there.until(() => there.ids().includes('a'));
    const writer = controller(slow);
    happens(writer, 'mine');
    await asked.promise;
    const here = await listen(writer);
    happens(other, 'b');
    await there.until(() => there.ids().includes('b'));
    answers.resolve();
    await here.until(() => here.ids().includes('mine'));
    assert.deepEqual(here.ids(), ['b', 'mine']);
  });

  it('much that nobody here follows waits for nothing; what cannot be written at the end is given up once', async () => {
    let [tries, away] = [0, false];
    const all = gate();
    const store: EventStore = {
      last: async () => 0,
      after: async () => [],
      removeBefore: async () => undefined,
      async append() {
        tries += 1;
        if (tries === 20) all.resolve();
        if (away) throw new Error('away');
        return true;
      },
    };
    const writer = createEvents({ store, clock, random, log });
    const began = performance.now();
    for (let i = 0; i < 4000; i += 1) happens(writer, `${i}`);
    await all.promise;
    assert.ok(performance.now() - began < 19 * 200, 'full batches are not gathered any longer');
    away = true;
    for (let i = 0; i < 4000; i += 1) happens(writer, `${i}`);
    await writer.stop();
    assert.ok(tries <= 23, `${tries} tries`);
  });
});
