/** Chance from the operating system's cryptographic source. */
import { randomFillSync, randomInt } from 'node:crypto';
import type { Clock, Random } from '../ports/clock.ts';
import { systemClock } from './system-clock.ts';

/** `randomInt` draws below 2^48, which holds 14 digits. */
const DIGITS_A_DRAW = 14;
const uuidBytes = 16;
/** Asking the source costs as much for many ids as for one. */
const uuidsADraw = 64;

export const systemRandom: Random = createRandom(systemClock);

/** Ids carry the time of this clock. */
export function createRandom(clock: Clock): Random {
  return { digits, uuid: uuidV7Maker(clock) };
}

/** `randomInt` draws again instead of folding, so no digit is likelier than another. */
function digits(count: number): string {
  let text = '';
  while (text.length < count) {
    const size = Math.min(DIGITS_A_DRAW, count - text.length);
    text += randomInt(10 ** size)
      .toString()
      .padStart(size, '0');
  }
  return text;
}

/**
 * UUIDv7 (RFC 9562, section 5.7) in rising order within this process: ids of one millisecond, or of a clock that went
 * back, count up in `rand_a` (section 6.2, method 1).
 */
function uuidV7Maker(clock: Clock): () => string {
  let last = { ms: 0, count: 0 };
  const drawn = Buffer.alloc(uuidBytes * uuidsADraw);
  let used = drawn.length;
  return () => {
    if (used === drawn.length) {
      randomFillSync(drawn);
      used = 0;
    }
    const bytes = drawn.subarray(used, used + uuidBytes);
    used += uuidBytes;
    const ms = clock.now().getTime();
    if (ms > last.ms) last = { ms, count: bytes.readUInt16BE(6) & 0x7ff };
    else if (last.count < 0xfff) last = { ms: last.ms, count: last.count + 1 };
    else last = { ms: last.ms + 1, count: 0 };
    bytes.writeUIntBE(last.ms, 0, 6);
    bytes.writeUInt16BE(0x7000 | last.count, 6);
    bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  };
}
