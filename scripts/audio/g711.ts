/** ITU-T G.711 µ-law and A-law, by tables. */
const bias = 0x84;
const clip = 32_635;

const ulawTable = Int16Array.from({ length: 256 }, (_, byte) => {
  const code = ~byte & 0xff;
  const magnitude = (((code & 0x0f) << 3) + bias) << ((code & 0x70) >> 4);
  return code & 0x80 ? bias - magnitude : magnitude - bias;
});

const alawTable = Int16Array.from({ length: 256 }, (_, byte) => {
  const code = byte ^ 0x55;
  const segment = (code & 0x70) >> 4;
  const base = ((code & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? base : (base + 0x100) << (segment - 1);
  return code & 0x80 ? magnitude : -magnitude;
});

const ulawToAlawTable = Uint8Array.from(ulawTable, encodeAlaw);
const alawToUlawTable = Uint8Array.from(alawTable, encodeUlaw);

export function encodeUlaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), clip) + bias;
  const exponent = Math.max(0, Math.floor(Math.log2(magnitude)) - 7);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

export function encodeAlaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32_767);
  const segment = magnitude < 256 ? 0 : Math.floor(Math.log2(magnitude)) - 7;
  const mantissa = (magnitude >> (segment === 0 ? 4 : segment + 3)) & 0x0f;
  return (sign | (segment << 4) | mantissa) ^ 0x55;
}

/** µ-law bytes to 16-bit samples. */
export function decodeUlaw(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) samples[i] = ulawTable[bytes[i]!]!;
  return samples;
}

export function ulawToAlaw(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.map((byte) => ulawToAlawTable[byte] ?? 0xd5));
}

export function alawToUlaw(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.map((byte) => alawToUlawTable[byte] ?? 0xff));
}
