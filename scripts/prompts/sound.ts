/** Sound of prompts: 16-bit samples at 8 kHz, brought to one loudness, written as G.711. */

export const sampleRate = 8000;
/** Loudness of the voice, of full scale: -20 dBFS. */
const targetRms = 3277;
/** Highest sample after that: -1 dBFS. */
const mostPeak = 29_200;
const frame = 80;
/** A frame quieter than this part of the loudest one is silence. */
const silence = 0.004;
/** Silence left before and after, in samples: 30 ms and 60 ms. */
const [before, after] = [240, 480];

/** Trims silence at both ends and brings the voice to the common loudness. Nothing but silence becomes 100 ms of it. */
export function level(samples: Int16Array): Int16Array {
  const frames = frameRms(samples);
  const threshold = Math.max(...frames, 0) * silence;
  const first = frames.findIndex((rms) => rms > threshold);
  if (first < 0) return new Int16Array(sampleRate / 10);
  const last = frames.findLastIndex((rms) => rms > threshold);
  const voiced = samples.subarray(Math.max(0, first * frame - before), (last + 1) * frame + after);
  const active = frames.filter((rms) => rms > threshold * 25);
  const rms = Math.sqrt(active.reduce((sum, one) => sum + one * one, 0) / active.length);
  const peak = voiced.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1);
  const gain = Math.min(targetRms / rms, mostPeak / peak);
  return voiced.map((sample) => Math.round(sample * gain));
}

/** A sine of -12 dBFS with 5 ms ramps, so that it does not click. */
export function tone(hertz: number, ms: number): Int16Array {
  const length = Math.round((ms * sampleRate) / 1000);
  return Int16Array.from({ length }, (_, i) => {
    const ramp = Math.min(1, (i + 1) / 40, (length - i) / 40);
    return Math.round(8230 * ramp * Math.sin((2 * Math.PI * hertz * i) / sampleRate));
  });
}

/** ITU-T G.711 µ-law, one byte a sample. */
export function toMuLaw(samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, (sample) => {
    const sign = sample < 0 ? 0x80 : 0;
    const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
    const exponent = Math.max(0, 24 - Math.clz32(magnitude));
    const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    return ~(sign | (exponent << 4) | mantissa) & 0xff;
  });
}

/** ITU-T G.711 A-law, one byte a sample. */
export function toALaw(samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, (sample) => {
    const sign = sample < 0 ? 0 : 0x80;
    const magnitude = Math.min(sample < 0 ? ~sample : sample, 32_767) >> 3;
    const exponent = Math.max(0, 27 - Math.clz32(magnitude));
    const mantissa = (magnitude >> Math.max(1, exponent)) & 0x0f;
    return (sign | (exponent << 4) | mantissa) ^ 0x55;
  });
}

function frameRms(samples: Int16Array): number[] {
  const frames: number[] = [];
  for (let at = 0; at < samples.length; at += frame) {
    const piece = samples.subarray(at, at + frame);
    const power = piece.reduce((sum, sample) => sum + sample * sample, 0);
    frames.push(Math.sqrt(power / piece.length));
  }
  return frames;
}
