import { decodeUlaw, encodeUlaw } from './g711.ts';

const sampleRate = 8000;

/** A sine tone as µ-law. `level` is its amplitude, 1 = full scale. */
export function tone(hz: number, ms: number, level = 0.3): Buffer {
  const samples = Math.round((ms * sampleRate) / 1000);
  const amplitude = level * 32_767;
  return Buffer.from(
    Uint8Array.from({ length: samples }, (_, i) =>
      encodeUlaw(Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / sampleRate))),
    ),
  );
}

/** Silence as µ-law. */
export function quiet(ms: number): Buffer {
  return Buffer.alloc(Math.round((ms * sampleRate) / 1000), 0xff);
}

/**
 * Share of the sound's power that lies at a frequency, 0 to 1 (Goertzel); 0 for silence.
 * @param ulaw µ-law, 8 kHz; at least some 20 ms
 */
export function toneShare(ulaw: Uint8Array, hz: number): number {
  const samples = decodeUlaw(ulaw);
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / sampleRate);
  let [s1, s2, energy] = [0, 0, 0];
  for (const x of samples) {
    [s1, s2] = [x + coefficient * s1 - s2, s1];
    energy += x * x;
  }
  // Mean power below that of a sine of amplitude 100: line noise.
  if (samples.length === 0 || energy / samples.length < 5000) return 0;
  const power = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
  return Math.min(1, (2 * power) / (samples.length * energy));
}

export interface ToneFound {
  readonly startMs: number;
  readonly endMs: number;
}

/** The first stretch of at least `minMs` that is mostly this tone, in steps of 20 ms. */
export function findTone(ulaw: Uint8Array, hz: number, minMs = 60): ToneFound | undefined {
  const step = 160;
  let start: number | undefined;
  for (let at = 0; at <= ulaw.length; at += step) {
    const frame = ulaw.subarray(at, at + step);
    const on = frame.length === step && toneShare(frame, hz) > 0.8;
    if (on) start ??= at;
    else if (start !== undefined) {
      if (at - start >= minMs * 8) return { startMs: start / 8, endMs: at / 8 };
      start = undefined;
    }
  }
  return undefined;
}
