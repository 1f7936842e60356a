import { encodeUlaw } from '../../scripts/audio/g711.ts';

/** Noise like speech as µ-law: coloured, in syllables with short pauses, with sound from the first millisecond. The same for the same seed. */
export function babble(ms: number, seed: number): Buffer {
  let state = Math.imul(seed + 1, 2_654_435_761) >>> 0;
  let smooth = 0;
  const syllable = 1200 + (state % 7) * 100;
  return Buffer.from(
    Uint8Array.from({ length: Math.round(ms * 8) }, (_, i) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      smooth = smooth * 0.7 + (state / 2 ** 32 - 0.5) * 0.3;
      const loud = 0.15 + Math.abs(Math.sin((Math.PI * i) / syllable));
      return encodeUlaw(Math.round(smooth * loud * 50_000));
    }),
  );
}
