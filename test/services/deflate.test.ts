import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { isFault } from '../../app/core/errors.ts';
import { deflated, inflated } from '../../app/services/deflate.ts';

describe('Parts that are kept deflated', () => {
  const damaged = (error: unknown): boolean => isFault(error, 'invalid') && !error.temporary;

  it('come out as they went in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
        assert.deepEqual(await inflated(await deflated(bytes), bytes.length), bytes);
      }),
      { numRuns: 30 },
    );
  });

  it('are damaged where they would become longer or shorter than they were, or do not end', async () => {
    const packed = await deflated(new Uint8Array(30_000_000));
    assert.ok(packed.length < 60_000);
    await assert.rejects(inflated(packed, 1000), damaged, 'a little that would become very much');
    await assert.rejects(inflated(packed, 30_000_001), damaged);
    await assert.rejects(inflated(packed.subarray(0, 1000), 30_000_000), damaged);
    await assert.rejects(inflated(new Uint8Array([255, 255, 255, 0]), 10), damaged);
    await assert.rejects(inflated(new Uint8Array(), 0), damaged);
  });
});
