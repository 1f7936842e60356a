import assert from 'node:assert/strict';
import { createRandom, systemRandom } from '../../app/telemetry/system-random.ts';

describe('chance of the system', () => {
  it('gives as many digits as asked for', () => {
    for (const count of [0, 1, 9, 14, 15, 64])
      assert.match(systemRandom.digits(count), new RegExp(`^\\d{${count}}$`));
  });

  it('each digit is as likely as the others at each place, the first too', () => {
    const rounds = 20_000;
    for (const place of [0, 4, 8]) {
      const counts = Array.from({ length: 10 }, () => 0);
      for (let round = 0; round < rounds; round += 1) {
        const digit = Number(systemRandom.digits(9)[place]);
        counts[digit] = (counts[digit] ?? 0) + 1;
      }
      const wanted = rounds / 10;
      const chiSquare = counts.reduce((sum, count) => sum + (count - wanted) ** 2 / wanted, 0);
      // Nine degrees of freedom: passed by chance once in ten million.
      assert.ok(chiSquare < 49, `place ${place}: ${counts.join(' ')}`);
    }
  });

  it('makes UUIDs of version 7 that carry the time (RFC 9562)', () => {
    const at = new Date('2022-02-22T19:22:22.000Z');
    const uuid = createRandom({ now: () => at }).uuid();
    // The time of the example in RFC 9562, appendix A.6.
    assert.match(uuid, /^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('makes UUIDs that rise, within one millisecond and when the clock goes back', () => {
    let ms = 1_700_000_000_000;
    const random = createRandom({ now: () => new Date(ms) });
    const uuids: string[] = [];
    for (let n = 0; n < 20_000; n += 1) {
      if (n === 10_000) ms -= 5000;
      uuids.push(random.uuid());
    }
    assert.deepEqual(uuids, uuids.toSorted());
    assert.equal(new Set(uuids).size, uuids.length);
  });
});
