import type { Reference } from '../ids.ts';

/** Digits of a reference, check digit included. */
export const referenceLength = 10;

/**
 * Quasigroup of order 10 by H. Michael Damm ("Total anti-symmetrische Quasigruppen", 2004): its check digit catches
 * every single wrong digit and every swap of two neighbours.
 */
const quasigroup = [
  [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
  [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
  [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
  [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
  [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
  [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
  [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
  [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
  [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
  [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
] as const;

/** The Damm digit of a string of digits; 0 if the last digit is already the right check digit. */
export function dammDigit(digits: string): number {
  let interim = 0;
  for (const digit of digits) interim = quasigroup[interim]?.[Number(digit)] ?? 0;
  return interim;
}

/**
 * A reference from nine digits drawn by a cryptographic source.
 * @throws RangeError if they are not nine digits: a mistake of the program, not of a caller.
 */
export function makeReference(nineDigits: string): Reference {
  if (!/^\d{9}$/.test(nineDigits)) throw new RangeError('a reference is made from nine digits');
  return `${nineDigits}${dammDigit(nineDigits)}` as Reference;
}

/** Whether the text is exactly ten digits with the right check digit. */
export function isReference(text: string): text is Reference {
  return /^\d{10}$/.test(text) && dammDigit(text) === 0;
}

/**
 * A reference as people type, paste or say it: spaces, dashes, dots and a closing `#` do not matter.
 * `undefined` if there are not ten digits or the check digit is wrong.
 */
export function parseReference(text: string): Reference | undefined {
  if (text.length > 40) return undefined;
  const digits = text.replace(/[\s.\-‐-―]/g, '').replace(/#$/, '');
  return isReference(digits) ? digits : undefined;
}
