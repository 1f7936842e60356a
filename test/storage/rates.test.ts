import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { RateCounter } from '../../app/core/rate/rates.ts';
import { openTestStore, type TestStore } from './local-store.ts';

const start = Date.UTC(2026, 0, 2, 12);
const later = (ms: number): Date => new Date(start + ms);

describe('storage: how often something may happen', function () {
  this.timeout(60_000);
  let test: TestStore;
  before(async () => {
    test = await openTestStore();
  });
  after(() => test[Symbol.asyncDispose]());

  const counters = (): RateCounter[] => [
    { key: `one-${randomUUID()}`, most: { minute: 3, hour: 5 } },
    { key: `all-${randomUUID()}`, most: { day: 40 } },
  ];

  it('of a hundred at once exactly the limit go through, and the next window takes more', async () => {
    const [one, all] = counters() as [RateCounter, RateCounter];
    const { usage } = test.store;
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => usage.takeRates([{ ...one, most: { minute: 30 } }, all], later(0))),
    );
    assert.equal(answers.filter(({ kind }) => kind === 'taken').length, 30);
    const refused = answers.find((answer) => answer.kind === 'used-up');
    assert.deepEqual(refused, { kind: 'used-up', counter: 0, until: later(60_000) });
    // The second counted no more than those that the first let through.
    for (let i = 0; i < 10; i += 1)
      assert.equal((await usage.takeRates([all], later(1))).kind, 'taken', String(i));
    const full = await usage.takeRates([all], later(2));
    assert.deepEqual(full, { kind: 'used-up', counter: 0, until: later(86_400_000) });
    assert.equal((await usage.takeRates([all], later(86_400_000))).kind, 'taken');
  });

  it('each window is counted for itself, what came to nothing is given back', async () => {
    const [one] = counters() as [RateCounter, RateCounter];
    const { usage } = test.store;
    const take = async (ms: number) => (await usage.takeRates([one], later(ms))).kind;
    for (const ms of [0, 1, 2]) assert.equal(await take(ms), 'taken');
    assert.equal(await take(3), 'used-up');
    await usage.giveBackRates([one.key], later(2));
    assert.equal(await take(4), 'taken');
    assert.equal(await take(59_999), 'used-up');
    assert.equal(await take(60_000), 'taken');
    assert.equal(await take(60_001), 'taken');
    const used = await usage.takeRates([one], later(60_002));
    assert.deepEqual(used, { kind: 'used-up', counter: 0, until: later(3_600_000) });
    // Nothing is given back of a window that began later.
    await usage.giveBackRates([one.key], later(-1));
    assert.equal(await take(60_003), 'used-up');
  });

  it('who is refused by the last of several has used nothing of those before', async () => {
    const [one, all] = counters() as [RateCounter, RateCounter];
    const { usage } = test.store;
    const full = { ...all, most: { day: 1 } };
    assert.equal((await usage.takeRates([full], later(0))).kind, 'taken');
    const refused = await Promise.all(
      Array.from({ length: 20 }, (_, i) => usage.takeRates([one, full], later(1 + i))),
    );
    assert.ok(refused.every((answer) => answer.kind === 'used-up'));
    // The first may have been full for a moment, by those who were refused beside it.
    assert.ok(refused.some((answer) => answer.kind === 'used-up' && answer.counter === 1));
    for (let i = 0; i < 3; i += 1)
      assert.equal((await usage.takeRates([one], later(30 + i))).kind, 'taken', String(i));
    assert.equal((await usage.takeRates([one], later(40))).kind, 'used-up');
  });

  it('a clock that is set back by days does not shut anybody out', async () => {
    const [one] = counters() as [RateCounter, RateCounter];
    const { usage } = test.store;
    for (const ms of [0, 1, 2]) await usage.takeRates([one], later(ms));
    assert.equal((await usage.takeRates([one], later(-10 * 86_400_000))).kind, 'taken');
  });
});
