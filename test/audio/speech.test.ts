import assert from 'node:assert/strict';
import { correlate } from '../../scripts/audio/correlate.ts';
import { speech } from './speech.ts';

describe('synthetic speech', () => {
  it('is the same each time, and tells one message from another', async function () {
    this.timeout(30_000);
    const one = await speech('Hello, this is Alex. Please call me back about Thursday morning.');
    const other = await speech('Good evening, the invoice of last week has been paid. Thank you very much.');
    assert.ok(one.length > 2 * 8000, 'more than two seconds');
    assert.deepEqual(await speech('Hello, this is Alex. Please call me back about Thursday morning.'), one);
    assert.ok(correlate(one, one).score > 0.999);
    assert.ok(correlate(other, one).score < 0.4);
    assert.ok(correlate(one, other).score < 0.4);
  });
});
