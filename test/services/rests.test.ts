import assert from 'node:assert/strict';
import { createRests } from '../../app/services/rests.ts';

describe('Rests of automatic management', () => {
  const never = new AbortController().signal;
  const ago = (ms: number): number => performance.now() - ms;

  it('are none where the store answers as in quiet times, and a store that does not answer is told by others', async () => {
    let asked = 0;
    const rests = createRests(async () => {
      asked += 1;
      if (asked % 2 === 0) throw new Error('away');
    });
    for (let n = 0; n < 30; n += 1) rests.heard(5);
    const from = performance.now();
    for (let n = 0; n < 10; n += 1) await rests.after(ago(100_000), never);
    assert.ok(performance.now() - from < 900, 'less than one of the longest rests');
    assert.equal(asked, 10);
  });

  it('end with the signal, and ask nothing where they are fixed', async () => {
    const rests = createRests(() => assert.fail('asked'), 1);
    const ending = new AbortController();
    const resting = rests.after(ago(1000), ending.signal);
    ending.abort();
    const from = performance.now();
    await resting;
    await rests.after(ago(1000), ending.signal);
    assert.ok(performance.now() - from < 900);
  });
});
