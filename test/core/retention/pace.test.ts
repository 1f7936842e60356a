import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { firstPace, paced, type Pace } from '../../../app/core/retention/pace.ts';

const after = (pace: Pace, ms: number, times: number): Pace =>
  Array.from({ length: times }).reduce<Pace>((one) => paced(one, ms), pace);

describe('retention: how automatic management rests', () => {
  it('works without rests where nobody else is about, and rests twice as long as it works where others wait', () => {
    const alone = after(firstPace, 2, 20);
    assert.equal(alone.factor, 0);
    const busy = after(alone, 8, 20);
    assert.equal(busy.factor, 2);
    assert.equal(after(busy, 2, 20).factor, 0, 'and goes on when they are gone');
  });

  it('takes one late answer for nothing, and a store that became slower for good for what it is', () => {
    const alone = after(firstPace, 2, 20);
    assert.equal(paced(alone, 500).factor, 0);
    assert.equal(after(alone, 6, 3000).factor, 0);
  });

  it('rests never for less than nothing or more than twice its work, whatever the answers', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 200 }), (answers) => {
        let pace = firstPace;
        for (const ms of answers) {
          pace = paced(pace, ms);
          assert.ok(pace.factor >= 0 && pace.factor <= 2);
        }
      }),
    );
  });
});
