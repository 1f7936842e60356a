import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { lockout, longest, manyRule, pairRule } from '../../../app/core/lockout/lockout.ts';

const minute = 60_000;
const start = Date.UTC(2026, 0, 1);
const at = (minutes: number): Date => new Date(start + minutes * minute);
const day = 24 * 60;

describe('Waits after wrong PINs', () => {
  const rows: readonly (readonly [number, number])[] = [
    [3, 1],
    [4, 5],
    [5, 15],
    [6, 60],
    [7, 240],
    [8, day],
    [9, day],
    [50, day],
  ];
  for (const [failures, minutes] of rows) {
    it(`${failures} failures: ${minutes} minutes`, () => {
      const times = Array.from({ length: failures }, () => at(0));
      assert.deepEqual(lockout(times, pairRule, at(0)), { kind: 'locked', until: at(minutes) });
      assert.equal(lockout(times, pairRule, at(minutes)).kind, 'open');
      assert.equal(lockout(times, pairRule, new Date(at(minutes).getTime() - 1)).kind, 'locked');
    });
  }

  it('the first ones cost nothing', () => {
    assert.deepEqual(lockout([], pairRule, at(0)), { kind: 'open', left: 3 });
    assert.deepEqual(lockout([at(0), at(0)], pairRule, at(0)), { kind: 'open', left: 1 });
    assert.deepEqual(
      lockout(
        Array.from({ length: 9 }, () => at(0)),
        manyRule,
        at(0),
      ),
      {
        kind: 'open',
        left: 1,
      },
    );
  });

  it('count from the last failure and are over when those have left the window', () => {
    const times = [at(0), at(1), at(10)];
    assert.deepEqual(lockout(times, pairRule, at(10)), { kind: 'locked', until: at(11) });
    assert.deepEqual(lockout(times, pairRule, at(8 * day)), { kind: 'open', left: 3 });
  });

  it('a clock of another controller that goes ahead does not lock for longer', () => {
    const times = [at(0), at(0), at(100)];
    assert.deepEqual(lockout(times, pairRule, at(0)), { kind: 'locked', until: at(1) });
  });

  it('more failures never shorten a wait, and none is longer than a day', () => {
    const times = fc.array(fc.integer({ min: 0, max: 10 * day }), { maxLength: 120 });
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 10 * day }), (failures, now) => {
        const until = (list: readonly number[]): number => {
          const lock = lockout(list.map(at), pairRule, at(now));
          return lock.kind === 'locked' ? lock.until.getTime() : 0;
        };
        const before = until(failures);
        assert.ok(before <= at(now + day).getTime());
        assert.ok(until([...failures, now]) >= before);
      }),
    );
  });

  it('a guesser who tries whenever it is allowed gets at most 30 tries in a week', () => {
    for (const rule of [pairRule, manyRule]) {
      const tries: Date[] = [];
      for (let now = 0; now < 28 * day; now += 1)
        while (lockout(tries, rule, at(now)).kind === 'open') tries.push(at(now));
      assert.ok(tries.length <= 4 * 30, `${tries.length} in four weeks`);
    }
  });

  it('of several locks the longest holds', () => {
    const locked = (minutes: number) => ({ kind: 'locked', until: at(minutes) }) as const;
    const open = (left: number) => ({ kind: 'open', left }) as const;
    assert.deepEqual(longest([open(3), locked(5), locked(9)]), locked(9));
    assert.deepEqual(longest([open(3), open(1)]), open(1));
    assert.deepEqual(longest([]), open(0));
  });
});
