/** Finds out whether a recording holds speech, so that empty and silent ones make no message. */

const frameMs = 20;
/** Mean magnitude of a frame, of 32,768, that counts as sound: about -48 dBFS, above line noise and below quiet speech. */
const threshold = 130;

/** Samples of 16 bits by G.711 code and media type. */
export const g711: Readonly<Record<string, Int16Array>> = {
  'audio/PCMU': expand(muLaw),
  'audio/PCMA': expand(aLaw),
};

/**
 * Milliseconds of 20 ms frames that hold sound, for G.711 recordings.
 * @param enough stops counting there: the answer is then at least this
 * @returns `undefined` for other codecs: judge those by their length.
 */
export function speechMs(contentType: string, bytes: Uint8Array, enough = Infinity): number | undefined {
  const table = g711[contentType];
  if (table === undefined) return undefined;
  const samples = frameMs * 8;
  let frames = 0;
  for (let at = 0; at + samples <= bytes.length && frames * frameMs < enough; at += samples) {
    if (meanMagnitude(table, bytes, at, samples) > threshold) frames += 1;
  }
  return frames * frameMs;
}

function meanMagnitude(table: Int16Array, bytes: Uint8Array, at: number, samples: number): number {
  let sum = 0;
  // Every second sample tells enough and costs half.
  for (let i = 0; i < samples; i += 2) sum += Math.abs(table[bytes[at + i] ?? 0] ?? 0);
  return (sum * 2) / samples;
}

function expand(decode: (code: number) => number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, code) => decode(code));
}

/** ITU-T G.711 µ-law. */
function muLaw(code: number): number {
  const inverted = ~code & 0xff;
  const magnitude = (((inverted & 0x0f) << 3) + 0x84) << ((inverted & 0x70) >> 4);
  return inverted & 0x80 ? 0x84 - magnitude : magnitude - 0x84;
}

/** ITU-T G.711 A-law. */
function aLaw(code: number): number {
  const toggled = code ^ 0x55;
  const exponent = (toggled & 0x70) >> 4;
  const mantissa = (toggled & 0x0f) << 4;
  const magnitude = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1);
  return toggled & 0x80 ? magnitude : -magnitude;
}
