import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { nextTry } from '../../../app/core/notification/retry.ts';

const rule = { maxTries: 5, firstRetryMs: 2000, maxRetryMs: 10_000 };
const now = new Date('2026-10-03T09:05:00Z');

function wait(tries: number, jitter?: number): number | undefined {
  const next = nextTry(tries, rule, now, jitter);
  return next === undefined ? undefined : next.getTime() - now.getTime();
}

describe('what failed', () => {
  it('is tried again after waits that double up to the longest, then given up', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6].map((tries) => wait(tries)),
      [2000, 4000, 8000, 10_000, undefined, undefined],
    );
  });

  it('waits a little longer by a random digit, never longer than the longest', () => {
    assert.equal(wait(1, 9), 2360);
    assert.equal(wait(4, 9), 10_000);
  });

  it('never waits less after more tries, for any rule', () => {
    const any = fc.record({
      maxTries: fc.nat(200),
      firstRetryMs: fc.integer({ min: 10, max: 1e6 }),
      maxRetryMs: fc.integer({ min: 10, max: 1e8 }),
    });
    fc.assert(
      fc.property(any, fc.nat(200), fc.nat(9), (rules, tries, jitter) => {
        const one = nextTry(tries, rules, now, jitter)?.getTime();
        const two = nextTry(tries + 1, rules, now, jitter)?.getTime();
        if (one === undefined) assert.equal(two, undefined);
        if (one !== undefined && two !== undefined)
          assert.ok(one > now.getTime() && two >= one && two <= now.getTime() + rules.maxRetryMs);
      }),
    );
  });
});
