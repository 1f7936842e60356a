import assert from 'node:assert/strict';
import { cdrTimes } from '../../../app/core/account/cdr-times.ts';

const at = (seconds: number): Date => new Date(1_791_018_300_000 + seconds * 1000);

describe('the times of a call record', () => {
  it('bill from the answer, in whole seconds', () => {
    const times = cdrTimes(at(0), at(1.5), at(10.9), 16);
    assert.deepEqual(times, {
      start: at(0),
      answer: at(1.5),
      end: at(10.9),
      duration: 10,
      billsec: 9,
      disposition: 'ANSWERED',
      hangup_cause: 16,
    });
  });

  const unanswered: [number | undefined, string][] = [
    [undefined, 'NO ANSWER'],
    [16, 'NO ANSWER'],
    [19, 'NO ANSWER'],
    [17, 'BUSY'],
    [1, 'FAILED'],
    [38, 'FAILED'],
  ];
  for (const [cause, disposition] of unanswered) {
    it(`of a call never answered with cause ${cause ?? 'none'} say ${disposition} and bill nothing`, () => {
      const times = cdrTimes(at(0), undefined, at(7), cause);
      assert.equal(times.disposition, disposition);
      assert.deepEqual([times.duration, times.billsec], [7, 0]);
      assert.ok(!('answer' in times));
    });
  }

  it('are never negative when the clock was set back', () => {
    const times = cdrTimes(at(10), at(11), at(3));
    assert.deepEqual([times.duration, times.billsec, times.end], [0, 0, at(10)]);
  });
});
