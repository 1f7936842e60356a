import { fft } from './fft.ts';
import { decodeUlaw } from './g711.ts';

export interface Match {
  /** 1 = the same sound, at whatever volume; below 0.4 = another. */
  readonly score: number;
  /** Where in `heard` the sample begins, in milliseconds; negative if its beginning is missing. */
  readonly offsetMs: number;
}

/** Sound below this share of the sample's power counts as silence, so that noise does not match by accident. */
const silenceFloor = 0.01;

/**
 * Looks for `said` in `heard`: the peak of their normalised cross-correlation. Parts of the sample that were not
 * heard lower the score by their share of its energy.
 * @param heard @param said µ-law, 8 kHz
 */
export function correlate(heard: Uint8Array, said: Uint8Array): Match {
  const h = decodeUlaw(heard);
  const s = decodeUlaw(said);
  const saidEnergy = s.reduce((sum, x) => sum + x * x, 0);
  if (saidEnergy === 0 || h.length === 0) return { score: 0, offsetMs: 0 };
  const products = crossCorrelation(h, s);
  const energyBefore = cumulativeEnergy(h);
  const energyUpTo = (at: number): number => energyBefore[Math.max(0, Math.min(h.length, at))]!;
  let best: Match = { score: -1, offsetMs: 0 };
  for (let lag = 1 - s.length; lag < h.length; lag++) {
    const product = products[lag >= 0 ? lag : products.length + lag]!;
    if (product <= 0) continue;
    const windowEnergy = energyUpTo(lag + s.length) - energyUpTo(lag);
    const score = product / Math.sqrt(saidEnergy * Math.max(windowEnergy, saidEnergy * silenceFloor));
    if (score > best.score) best = { score, offsetMs: lag / 8 };
  }
  return best.score < 0 ? { score: 0, offsetMs: 0 } : best;
}

/** Sum over t of h[t + lag] * s[t], at index `lag` (negative lags at the end). */
function crossCorrelation(h: Int16Array, s: Int16Array): Float64Array {
  let size = 1;
  while (size < h.length + s.length) size *= 2;
  // Both real signals in one complex transform: z = h + i s.
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  re.set(h);
  im.set(s);
  fft(re, im);
  const productRe = new Float64Array(size);
  const productIm = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    const m = (size - k) & (size - 1);
    const hRe = (re[k]! + re[m]!) / 2;
    const hIm = (im[k]! - im[m]!) / 2;
    const sRe = (im[k]! + im[m]!) / 2;
    const sIm = (re[m]! - re[k]!) / 2;
    productRe[k] = hRe * sRe + hIm * sIm;
    productIm[k] = hIm * sRe - hRe * sIm;
  }
  fft(productRe, productIm, true);
  return productRe.map((x) => x / size);
}

function cumulativeEnergy(samples: Int16Array): Float64Array {
  const sums = new Float64Array(samples.length + 1);
  for (let i = 0; i < samples.length; i++) sums[i + 1] = sums[i]! + samples[i]! * samples[i]!;
  return sums;
}
