/** Recordings of the switch: RIFF/WAVE with 16-bit samples, whose sizes are wrong until the recording has ended. */

export interface Wave {
  /** IANA media type; `bytes` are those of the type: µ-law at 8 kHz, else big-endian samples (RFC 4856). */
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly durationMs: number;
}

/** What of a file is sound, whole or cut off; `undefined` if there is none. */
export function readWave(file: Buffer): Wave | undefined {
  if (file.length < 44 || file.toString('latin1', 0, 4) !== 'RIFF') return undefined;
  const rate = file.readUInt32LE(24);
  if (file.readUInt16LE(20) !== 1 || file.readUInt16LE(22) !== 1 || file.readUInt16LE(34) !== 16 || rate < 1)
    return undefined;
  const samples = samplesOf(file);
  const durationMs = Math.round((samples.length / 2 / rate) * 1000);
  if (samples.length === 0) return undefined;
  if (rate === 8000) return { contentType: 'audio/PCMU', bytes: ulawOf(samples), durationMs };
  return { contentType: `audio/L16;rate=${rate}`, bytes: Buffer.from(samples).swap16(), durationMs };
}

/** The chunk `data`; of a file that was not ended its size is 0 or too little, and all that follows is sound. */
function samplesOf(file: Buffer): Buffer {
  let at = 12;
  while (at + 8 <= file.length && file.toString('latin1', at, at + 4) !== 'data')
    at += 8 + file.readUInt32LE(at + 4);
  if (at + 8 > file.length) return Buffer.alloc(0);
  const told = file.readUInt32LE(at + 4);
  const rest = file.length - at - 8;
  const bytes = told === 0 || told > rest ? rest : told;
  return file.subarray(at + 8, at + 8 + (bytes & ~1));
}

const bias = 0x84;
const clip = 32_635;

/** ITU-T G.711 µ-law. */
function ulawOf(samples: Buffer): Buffer {
  const bytes = Buffer.alloc(samples.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = encode(samples.readInt16LE(i * 2));
  return bytes;
}

function encode(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), clip) + bias;
  const exponent = Math.max(0, 31 - Math.clz32(magnitude) - 7);
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}
