import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { LiveCallStore } from '../../app/ports/live-calls.ts';
import type { Call } from '../../app/ports/media.ts';
import { createCallsInProgress } from '../../app/services/calls-in-progress.ts';
import { createLiveCalls, type LiveCalls } from '../../app/services/live-calls.ts';
import { systemClock as clock } from '../../app/telemetry/system-clock.ts';
import { systemRandom as random } from '../../app/telemetry/system-random.ts';
import { silentLog as log } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from './local-store.ts';

describe('storage: calls in progress of all controllers', function () {
  this.timeout(60_000);
  let test: TestStore;
  let liveCalls: LiveCallStore;
  const running: LiveCalls[] = [];
  before(async () => {
    test = await openTestStore();
    liveCalls = test.store.liveCalls;
  });
  afterEach(() => Promise.all(running.splice(0).map((one) => one.stop())));
  after(() => test[Symbol.asyncDispose]());

  const controller = (node: string, store: LiveCallStore = liveCalls): LiveCalls => {
    const here = createCallsInProgress();
    const made = createLiveCalls({ here, store: { liveCalls: store }, node, clock, random, log });
    running.push(made);
    return made;
  };
  const call = (id: string, started: number) => {
    const facts = { trunk: 'trunk', requestUser: '12025550147', from: { number: '+41791234567' } };
    const one = {
      id,
      facts,
      entry: { kind: 'incoming' },
      started: new Date(started),
      answered: undefined as Date | undefined,
      async answer() {
        one.answered = new Date(started + 1000);
      },
    };
    return one as typeof one & Call;
  };
  const seen = async (by: LiveCalls) => (await by.list()).calls.map(({ id, node }) => `${node} ${id}`);
  const until = async (by: LiveCalls, ids: readonly string[]): Promise<void> => {
    for (const late = Date.now() + 20_000; (await seen(by)).join() !== ids.join();)
      assert.ok(Date.now() < late, `${(await seen(by)).join()} and not ${ids.join()}`);
  };

  it('each sees those of the others: begun, answered, over; the oldest first', async () => {
    const [one, other, third] = [controller('one'), controller('other'), controller('third')];
    const second = call('second', 2000);
    const ends = [one.here.enter(second), other.here.enter(call('first', 1000))];
    assert.deepEqual(await seen(one), ['one second'], 'its own it knows at once');
    await until(third, ['other first', 'one second']);
    await second.answer();
    for (const late = Date.now() + 20_000; (await other.list()).calls[1]?.answered === undefined;)
      assert.ok(Date.now() < late, 'answered');
    const { calls, whole } = await other.list();
    assert.deepEqual(calls[1], {
      id: 'second',
      node: 'one',
      direction: 'inbound',
      trunk: 'trunk',
      from: '+41791234567',
      to: '12025550147',
      started: new Date(2000),
      answered: new Date(3000),
    });
    assert.equal(whole, true);
    ends[0]?.();
    await until(third, ['other first']);
    await other.stop();
    await until(third, []);
  });

  it('many that come and go are a few writes, and none waits for them', async () => {
    let puts = 0;
    const counted = {
      async put(...asked: Parameters<LiveCallStore['put']>) {
        puts += 1;
        await pause(50);
        await liveCalls.put(...asked);
      },
      remove: (id: string) => liveCalls.remove(id),
      list: (now: Date) => liveCalls.list(now),
    };
    const [busy, watcher] = [controller('busy', counted), controller('watcher')];
    const begun = performance.now();
    for (let i = 0; i < 1000; i += 1) busy.here.enter(call(`gone ${i}`, i))();
    const end = busy.here.enter(call('left', 5));
    assert.ok(performance.now() - begun < 1000, 'whoever has a call waits for nothing');
    await until(watcher, ['busy left']);
    assert.ok(puts <= 2, `${puts} writes`);
    end();
    await until(watcher, []);
  });

  it('calls of two switches are two, though their ids are the same; one in two hands is one', async () => {
    const [east, west, watcher] = [controller('east'), controller('west'), controller('watcher')];
    east.here.enter(call('1795854600.7', 1000));
    west.here.enter(call('1795854600.7', 1400));
    await until(watcher, ['east 1795854600.7', 'west 1795854600.7']);
    west.here.enter(call('1795854601.1', 2000));
    east.here.enter(call('1795854601.1', 2000));
    for (const late = Date.now() + 20_000; (await seen(watcher)).length !== 3;)
      assert.ok(Date.now() < late, (await seen(watcher)).join());
    assert.equal((await seen(east)).length, 3);
  });

  it('what a controller left that died is believed for a while and no longer', async () => {
    const watcher = controller('watcher');
    const left = { id: 'left', direction: 'inbound', trunk: 'trunk', to: '1', started: new Date(1) } as const;
    const told = { controller: 'dead', node: 'dead', calls: [left] };
    await liveCalls.put({ ...told, expires: new Date(Date.now() + 60_000) });
    assert.deepEqual(await seen(watcher), ['dead left']);
    await liveCalls.put({ ...told, expires: new Date(Date.now() - 1) });
    assert.deepEqual(await seen(watcher), []);
    await liveCalls.remove('dead');
  });

  it('while the store is away a controller shows its own and says so, and tells them when it is back', async () => {
    let isAway = true;
    const away = <T>(work: () => Promise<T>) => (isAway ? Promise.reject(new Error('away')) : work());
    const lame = controller('lame', {
      put: (calls) => away(() => liveCalls.put(calls)),
      remove: (id) => away(() => liveCalls.remove(id)),
      list: (now) => away(() => liveCalls.list(now)),
    });
    const watcher = controller('watcher');
    lame.here.enter(call('alone', 1));
    const { calls, whole } = await lame.list();
    assert.deepEqual([calls.map(({ id }) => id), whole], [['alone'], false]);
    await pause(600);
    isAway = false;
    await until(watcher, ['lame alone']);
  });
});
