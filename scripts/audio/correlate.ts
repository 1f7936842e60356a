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
  let saidEnergy = 0;
  for (const x of s) saidEnergy += x * x;
  if (saidEnergy === 0 || h.length === 0) return { score: 0, offsetMs: 0 };
  const products = crossCorrelation(h, s);
  const energyBefore = cumulativeEnergy(h);
  const floor = saidEnergy * silenceFloor;
  let best = 0;
  let bestLag = 0;
  for (let lag = 1 - s.length; lag < h.length; lag++) {
    const product = products[lag >= 0 ? lag : products.length + lag]!;
    if (product <= 0) continue;
    const end = Math.min(h.length, lag + s.length);
    const windowEnergy = energyBefore[end]! - energyBefore[Math.max(0, lag)]!;
    // The square of the score, as roots take time.
    const square = (product * product) / (saidEnergy * Math.max(windowEnergy, floor));
    if (square > best) [best, bestLag] = [square, lag];
  }
  return { score: Math.sqrt(best), offsetMs: bestLag / 8 };
}

/** Used again by the next call, as making and clearing away megabytes takes longer than the rest. */
const used = new Map<number, Float64Array[]>();

function workingMemory(size: number): Float64Array[] {
  const known = used.get(size);
  if (known !== undefined) return known.map((array) => array.fill(0));
  const made = Array.from({ length: 4 }, () => new Float64Array(size));
  used.set(size, made);
  return made;
}

/** Sum over t of h[t + lag] * s[t], at index `lag` (negative lags at the end). Valid until the next call. */
function crossCorrelation(h: Int16Array, s: Int16Array): Float64Array {
  let size = 1;
  while (size < h.length + s.length) size *= 2;
  // Both real signals in one complex transform: z = h + i s.
  const [re, im, productRe, productIm] = workingMemory(size) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  re.set(h);
  im.set(s);
  fft(re, im);
  const scale = 1 / (4 * size);
  for (let k = 0; k < size; k++) {
    const m = (size - k) & (size - 1);
    const hRe = re[k]! + re[m]!;
    const hIm = im[k]! - im[m]!;
    const sRe = im[k]! + im[m]!;
    const sIm = re[m]! - re[k]!;
    productRe[k] = (hRe * sRe + hIm * sIm) * scale;
    productIm[k] = (hIm * sRe - hRe * sIm) * scale;
  }
  fft(productRe, productIm, true);
  return productRe;
}

function cumulativeEnergy(samples: Int16Array): Float64Array {
  const sums = new Float64Array(samples.length + 1);
  for (let i = 0; i < samples.length; i++) sums[i + 1] = sums[i]! + samples[i]! * samples[i]!;
  return sums;
}
