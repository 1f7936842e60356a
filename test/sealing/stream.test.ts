import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import {
  headerBytes,
  openedLength,
  openRange,
  openStream,
  sealedLength,
  sealSource,
  sealStream,
} from '../../app/sealing/stream.ts';

interface Vector {
  readonly segment: number;
  readonly key: string;
  readonly aad: string;
  readonly bytes: number;
  readonly ciphertext: string;
}

/** Made by Google's Tink: tink/main.go. */
const vectors = JSON.parse(
  readFileSync(new URL('tink/vectors.json', import.meta.url), 'utf8'),
) as readonly Vector[];

const plainOf = (bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, i) => (i * i + 7 * i) % 251);
const keyOf = ({ key, aad, segment }: Pick<Vector, 'key' | 'aad' | 'segment'>) => ({
  key: Buffer.from(key, 'base64'),
  about: Buffer.from(aad, 'base64'),
  segmentBytes: segment,
});
const options = { key: randomBytes(32), about: Buffer.from('media/1'), segmentBytes: 128 };
const broken = { code: 'seal-broken', temporary: false };

describe('sealing: streams of Tink', () => {
  it('what Tink sealed is opened, and what is sealed here Tink opens: the same bytes for the same chance', async () => {
    assert.ok(vectors.length > 20);
    const own: Vector[] = [];
    for (const vector of vectors) {
      const sealed = Buffer.from(vector.ciphertext, 'base64');
      const plain = plainOf(vector.bytes);
      assert.deepEqual(await openStream(sealed, keyOf(vector)), plain);
      assert.equal(openedLength(sealed.length, vector.segment), vector.bytes);
      assert.equal(sealedLength(vector.bytes, vector.segment), sealed.length);
      const again = await sealStream(plain, keyOf(vector), sealed.subarray(1, headerBytes));
      assert.deepEqual(Buffer.from(again), sealed);
      own.push({
        ...vector,
        ciphertext: Buffer.from(await sealStream(plain, keyOf(vector))).toString('base64'),
      });
    }
    // For who wants to see it opened by Tink itself: `go run . FILE`.
    const file = process.env['ANSWERBACK_WRITE_STREAMS'];
    if (file !== undefined) writeFileSync(file, JSON.stringify(own));
  });

  it('what is read part by part becomes the same, in whatever parts it is asked for', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(700), fc.nat(), fc.nat(), async (length, one, other) => {
        const plain = plainOf(length);
        const chance = randomBytes(headerBytes - 1);
        const whole = Buffer.from(await sealStream(plain, options, chance));
        const read = async (from: number, to: number): Promise<Uint8Array> => plain.subarray(from, to);
        const source = sealSource({ length, read }, options, chance);
        assert.equal(source.length, whole.length);
        const [from = 0, to = 0] = [one, other].map((n) => n % (whole.length + 1)).toSorted((a, b) => a - b);
        const part = from === to ? Buffer.alloc(0) : Buffer.from(await source.read(from, to));
        assert.deepEqual(part, whole.subarray(from, to));
      }),
      { numRuns: 300 },
    ));

  it('any part of any stream is opened by itself, and reads no segments but its own', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 900 }),
        fc.nat(1000),
        fc.nat(1000),
        async (plain, from, length) => {
          const sealed = await sealStream(plain, options);
          assert.deepEqual(Uint8Array.from(await openStream(sealed, options)), plain);
          let read = 0;
          const source = {
            length: sealed.length,
            read: async (begin: number, end: number) => {
              read += end - begin;
              return sealed.subarray(begin, end);
            },
          };
          const some = await openRange(source, from, from + length, options);
          assert.deepEqual(Uint8Array.from(some), plain.slice(from, from + length));
          assert.ok(read <= headerBytes + (some.length + 2 * 128) * 1.3 + 128, `${read} for ${some.length}`);
        },
      ),
    ));

  it('nothing that was changed, cut, doubled or put elsewhere is opened', async () => {
    const plain = randomBytes(400);
    const sealed = await sealStream(plain, options);
    for (let i = 0; i < sealed.length; i += 1) {
      const changed = Uint8Array.from(sealed);
      changed[i] = (changed[i] ?? 0) ^ (1 << (i % 8));
      await assert.rejects(openStream(changed, options), broken, `byte ${i}`);
      await assert.rejects(openStream(sealed.subarray(0, i), options), broken, `cut at ${i}`);
    }
    const segment = (n: number) => sealed.subarray(n * 128, (n + 1) * 128);
    const swapped = Buffer.concat([segment(0), segment(2), segment(1), sealed.subarray(3 * 128)]);
    await assert.rejects(openStream(swapped, options), broken);
    await assert.rejects(openStream(Buffer.concat([sealed, sealed.subarray(3 * 128)]), options), broken);
    await assert.rejects(openStream(sealed, { ...options, about: Buffer.from('media/2') }), broken);
    await assert.rejects(openStream(sealed, { ...options, key: randomBytes(32) }), broken);
  });
});
