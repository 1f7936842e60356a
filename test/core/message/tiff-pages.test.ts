import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { tiffPages } from '../../../app/core/message/tiff-pages.ts';
import { faxTiff, manyPages } from '../../fax/tiff.ts';
import { cpuMs } from '../cpu-time.ts';

describe('the pages of a TIFF', () => {
  const three = faxTiff(3, 100);

  it('are counted without their pictures', () => {
    for (const pages of [1, 2, 5])
      assert.deepEqual(tiffPages(faxTiff(pages, 100)), { whole: pages, cut: false });
  });

  it('are those that are whole, wherever the file was cut', () => {
    for (let length = 8; length < three.length; length += 997) {
      const { whole, cut } = tiffPages(three.subarray(0, length)) ?? { whole: -1, cut: false };
      assert.ok(whole >= 0 && whole < 3 && cut, `${length} bytes: ${whole}`);
    }
  });

  it('are counted no further than asked for, though there are 100,000', () => {
    const file = manyPages(100_000);
    const took = cpuMs(() => {
      assert.deepEqual(tiffPages(file, 21), { whole: 21, cut: false });
    });
    assert.ok(took < 300, `${took} ms`);
  });

  it('that lead back to one before end there', () => {
    const ring = Buffer.from(three);
    // The last directory's link leads to the first.
    ring.writeUInt32LE(ring.readUInt32LE(4), ring.length - 4);
    assert.deepEqual(tiffPages(ring), { whole: 3, cut: true });
  });

  it('are none of what is no TIFF', () => {
    for (const text of ['', 'II', '%PDF-1.7', 'II*\0', 'MM\0+\0\0\0\0'])
      assert.equal(tiffPages(Buffer.from(text, 'latin1')), undefined);
    assert.deepEqual(tiffPages(Buffer.from('II*\0\0\0\0\0', 'latin1')), { whole: 0, cut: false });
  });

  it('are never read beyond the file, whatever is in it', () => {
    fc.assert(
      fc.property(fc.nat(three.length - 1), fc.uint8Array({ maxLength: 40 }), (at, noise) => {
        const broken = Buffer.from(three);
        broken.set(noise.subarray(0, broken.length - at), at);
        const found = tiffPages(broken);
        assert.ok(found === undefined || found.whole <= 10_000);
      }),
    );
  });
});
