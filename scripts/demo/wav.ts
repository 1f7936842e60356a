/** WAV files of telephone sound: 16 bit, mono, 8 kHz. */
import { encodeUlaw } from '../audio/g711.ts';

const rate = 8000;
const headerBytes = 44;

/** Samples of a file, also of one that is still being written and whose header knows no length yet. @throws Error if it is of another kind. */
export function readWav(file: Uint8Array): Int16Array {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < headerBytes) return new Int16Array(0);
  const format = bytes.indexOf('fmt ');
  const data = bytes.indexOf('data');
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || format < 0 || data < 0) throw new Error('not a WAV file');
  const channels = bytes.readUInt16LE(format + 10);
  const hertz = bytes.readUInt32LE(format + 12);
  const bits = bytes.readUInt16LE(format + 22);
  if (channels !== 1 || hertz !== rate || bits !== 16)
    throw new Error(`a WAV file of ${channels} channels, ${hertz} Hz, ${bits} bits`);
  const sound = bytes.subarray(data + 8);
  return Int16Array.from({ length: sound.length >> 1 }, (_, i) => sound.readInt16LE(i * 2));
}

/** @param silenceSeconds of silence after the sound */
export function writeWav(samples: Int16Array, silenceSeconds = 0): Buffer {
  const length = (samples.length + silenceSeconds * rate) * 2;
  const bytes = Buffer.alloc(headerBytes + length);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(headerBytes - 8 + length, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(length, 40);
  samples.forEach((sample, i) => bytes.writeInt16LE(sample, headerBytes + i * 2));
  return bytes;
}

/** As G.711 µ-law, which is what the comparison takes. */
export function toUlaw(samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, encodeUlaw);
}
