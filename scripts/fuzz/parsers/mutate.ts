/** Changes inputs as bytes: what every parser gets that knows nothing of its own form. */
import type { Chance } from '../../../test/system/chance.ts';

const mostBytes = 65_536;
const odd = [
  0, 1, 9, 10, 13, 32, 34, 35, 37, 39, 44, 45, 47, 58, 59, 60, 62, 64, 92, 123, 127, 128, 0xc0, 0xff,
];
const numbers = [
  '0',
  '-1',
  '00',
  '65536',
  '2147483648',
  '4294967295',
  '9007199254740993',
  '1e309',
  '9'.repeat(400),
];

/** @param words what means something to the parser */
export function mutated(seeds: readonly Uint8Array[], words: readonly string[], chance: Chance): Uint8Array {
  let now: Buffer = Buffer.from(chance.pick(seeds));
  for (let n = chance.between(1, 7); n > 0; n -= 1) now = once(now, seeds, words, chance);
  return now.subarray(0, mostBytes);
}

function once(now: Buffer, seeds: readonly Uint8Array[], words: readonly string[], chance: Chance): Buffer {
  const at = chance.number(now.length + 1);
  const to = Math.min(now.length, at + 1 + chance.number(chance.pick([2, 8, 64, 1024])));
  const put = (piece: Uint8Array | string, until = at): Buffer =>
    Buffer.concat([now.subarray(0, at), Buffer.from(piece), now.subarray(until)]);
  switch (chance.number(9)) {
    case 0:
      return now.length === 0 ? now : put(Buffer.of((now[at] ?? 0) ^ (1 << chance.number(8))), at + 1);
    case 1:
      return put(Buffer.of(chance.pick(odd)), chance.number(2) === 0 ? at : at + 1);
    case 2:
      return put('', to);
    case 3:
      return put(Buffer.concat(Array.from({ length: chance.between(1, 20) }, () => now.subarray(at, to))));
    case 4:
      return words.length === 0 ? now : put(chance.pick(words), chance.number(2) === 0 ? at : to);
    case 5: {
      const other = chance.pick(seeds);
      const from = chance.number(other.length + 1);
      return put(other.subarray(from, from + chance.number(256)), to);
    }
    case 6:
      return now.subarray(0, at);
    case 7:
      return Buffer.from(
        now
          .toString('latin1')
          .replace(/\d+/g, (run) => (chance.number(3) === 0 ? chance.pick(numbers) : run)),
        'latin1',
      );
    default:
      return put(
        Buffer.from(String.fromCodePoint(chance.pick([0x130, 0x2028, 0xfeff, 0x1f600, 0x202e])), 'utf8'),
      );
  }
}

/** One input in two sizes: a begin, so many of a short piece, an end. */
export function pumped(
  seeds: readonly Uint8Array[],
  words: readonly string[],
  chance: Chance,
): (size: number) => Uint8Array {
  const seed = Buffer.from(chance.pick(seeds));
  const at = chance.number(seed.length + 1);
  const own = seed.subarray(at, at + chance.between(1, 12));
  const piece = words.length > 0 && chance.number(3) === 0 ? Buffer.from(chance.pick(words)) : own;
  const unit = piece.length === 0 ? Buffer.from(' ') : piece;
  const before = seed.subarray(0, chance.number(2) === 0 ? 0 : at);
  const after = chance.number(2) === 0 ? Buffer.from([chance.pick(odd)]) : seed.subarray(at);
  return (size) =>
    Buffer.concat([before, Buffer.alloc(Math.max(0, size - before.length - after.length), unit), after]);
}
