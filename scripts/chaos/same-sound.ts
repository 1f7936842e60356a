/** Whether what was stored is what was said: as a whole, and piece by piece. */
import { correlate } from '../audio/correlate.ts';
import { decodeUlaw } from '../audio/g711.ts';

/** On an average of its pieces, and of a last one that may be cut. */
const similar = 0.7;
/** Each quarter of a second for itself: a packet may be lost in the midst of it. */
const similarPiece = 0.3;
/** Each at its place, where none is to be lost. */
const similarWhole = 0.9;
/** Less is another sound. */
const notAnother = 0.4;
const pieceSamples = 2000;
/** A lost packet moves what follows by 20 ms; so many at most. */
const packet = 160;
const mostPackets = 8;

/** How it differs from what a caller said to the end (µ-law, 8 kHz); `undefined`: not. */
export function differsFromWhole(stored: Uint8Array, said: Uint8Array): string | undefined {
  const { score, offsetMs } = correlate(stored, said);
  // A lost packet moves what follows, so that the whole is less alike than its pieces.
  if (score < notAnother) return `alike ${score.toFixed(2)}`;
  const [heard, spoken] = [decodeUlaw(stored), decodeUlaw(said)];
  let [moved, sum, pieces] = [0, 0, 0];
  for (let from = 0; from + pieceSamples <= spoken.length; from += pieceSamples) {
    const piece = spoken.subarray(from, from + pieceSamples);
    const found = bestNear(heard, piece, Math.round(offsetMs * 8) + from + moved);
    if (found.score < similarPiece) return `alike ${found.score.toFixed(2)} after ${from / 8} ms`;
    moved += found.moved;
    sum += found.score;
    pieces += 1;
  }
  const average = pieces === 0 ? score : sum / pieces;
  return average < similar ? `alike ${average.toFixed(2)} on an average` : undefined;
}

/**
 * Whether it is what was said to the end, without one lost packet: those move what follows, which is then at another place than it should.
 * For many messages: it looks for the first second of what was said in the first two, and compares each quarter of a second from there.
 * Of the last one half may be missing: whoever hangs up at once cuts what is under way. A packet at the very begin is not missed.
 */
export function isUnharmed(stored: Uint8Array, said: Uint8Array): boolean {
  const { offsetMs } = correlate(stored.subarray(0, 16_000), said.subarray(0, 8000));
  const begin = Math.round(offsetMs * 8);
  const [heard, spoken] = [decodeUlaw(stored), decodeUlaw(said)];
  for (let from = 0; from < spoken.length; from += pieceSamples) {
    const piece = spoken.subarray(from, from + pieceSamples);
    const isLast = from + pieceSamples >= spoken.length;
    if (alike(heard, piece, begin + from) < (isLast ? similar : similarWhole)) return false;
  }
  return true;
}

/** The same of a call that was broken off: it holds a part of what was said, if anything. */
export function differsFromPart(stored: Uint8Array, said: Uint8Array): string | undefined {
  const sound = stored.filter((byte) => (byte & 0x7f) < 0x60);
  // Too short to tell.
  if (sound.length < pieceSamples) return undefined;
  const score = Math.max(correlate(stored, said).score, correlate(said, stored).score);
  return score < notAnother ? `of a call that was broken off, alike ${score.toFixed(2)}` : undefined;
}

function bestNear(heard: Int16Array, piece: Int16Array, at: number): { score: number; moved: number } {
  let best = { score: 0, moved: 0 };
  for (let n = -mostPackets; n <= mostPackets; n += 1) {
    const score = alike(heard, piece, at + n * packet);
    if (score > best.score) best = { score, moved: n * packet };
  }
  return best;
}

/** Normalised product of a piece and what lies at a place. */
function alike(heard: Int16Array, piece: Int16Array, at: number): number {
  let [product, own, there] = [0, 0, 0];
  for (let i = 0; i < piece.length; i += 1) {
    const x = piece[i] ?? 0;
    const y = heard[at + i] ?? 0;
    product += x * y;
    own += x * x;
    there += y * y;
  }
  return own === 0 || there === 0 ? 0 : product / Math.sqrt(own * there);
}
