import type { Sound } from './wav.ts';

/** Loudness is looked at in steps of this many milliseconds. */
const stepMs = 20;
/** A pause is judged by this many steps around a place. */
const around = 5;

/**
 * Cuts sound at its quietest moments, so that no piece is longer than `mostSeconds` and none but the last is shorter
 * than half of that. No sample is lost or doubled.
 */
export function piecesOf(sound: Sound, mostSeconds: number): Sound[] {
  const { rate, samples } = sound;
  const step = Math.max(1, Math.round((rate * stepMs) / 1000));
  const most = Math.max(2 * step, Math.round(rate * mostSeconds));
  const pieces: Sound[] = [];
  let begin = 0;
  while (samples.length - begin > most) {
    const end = quietest(samples, begin + (most >> 1), begin + most, step);
    pieces.push({ rate, samples: samples.subarray(begin, end) });
    begin = end;
  }
  if (begin < samples.length) pieces.push({ rate, samples: samples.subarray(begin) });
  return pieces;
}

/** Where between two places it is quietest; the later one of two that are equal. */
function quietest(samples: Int16Array, from: number, to: number, step: number): number {
  const loudness: number[] = [];
  for (let at = from; at + step <= to; at += step) loudness.push(powerOf(samples, at, at + step));
  let best = loudness.length - 1;
  let least = Infinity;
  for (let i = 0; i < loudness.length; i++) {
    const near = loudness.slice(Math.max(0, i - around), i + around + 1);
    const power = near.reduce((sum, one) => sum + one, 0) / near.length;
    if (power <= least) [best, least] = [i, power];
  }
  return from + best * step + (step >> 1);
}

function powerOf(samples: Int16Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) {
    const sample = samples[i] ?? 0;
    sum += sample * sample;
  }
  return sum / (to - from);
}
