/** Sound files as the switch reads and writes them: RIFF/WAVE, 16 bits, mono, 8 kHz; G.711 µ-law is what telephones speak. */
import { readFileSync } from 'node:fs';
import { decodeUlaw, encodeUlaw } from '../../../../scripts/audio/g711.ts';

export const bytesOfHeader = 44;

/** @returns samples as µ-law, `undefined` if there is no such file */
export function readSound(path: string): Buffer | undefined {
  const [file = path, start] = path.split('@@');
  const bytes = openFile(file);
  if (bytes === undefined) return undefined;
  return bytes.subarray(start === undefined ? 0 : Number(start));
}

function openFile(file: string): Buffer | undefined {
  const silence = /^silence_stream:\/\/(\d+)/.exec(file);
  if (silence !== null) return Buffer.alloc(Number(silence[1]) * 8, 0xff);
  const tone = /^tone_stream:\/\/%\((\d+),(\d+),(\d+)\)/.exec(file);
  if (tone !== null) return toneOf(Number(tone[1]), Number(tone[3]));
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return undefined;
  }
  return bytes.length < bytesOfHeader ? undefined : dataOf(bytes);
}

function dataOf(bytes: Buffer): Buffer {
  const format = bytes.readUInt16LE(20);
  let at = 12;
  while (at + 8 <= bytes.length && bytes.toString('latin1', at, at + 4) !== 'data')
    at += 8 + bytes.readUInt32LE(at + 4);
  const data = bytes.subarray(at + 8);
  if (format === 7) return data;
  return ulawOf(new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + (data.length & ~1))));
}

function toneOf(ms: number, hertz: number): Buffer {
  const samples = Int16Array.from(
    { length: ms * 8 },
    (_, i) => 8000 * Math.sin((2 * Math.PI * hertz * i) / 8000),
  );
  return ulawOf(samples);
}

function ulawOf(samples: Int16Array): Buffer {
  return Buffer.from(Uint8Array.from(samples, encodeUlaw));
}

/** The header of a file: sizes are 0 while it is being written. */
export function waveHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(bytesOfHeader);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(dataBytes === 0 ? 8 : dataBytes + 36, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

/** µ-law as the samples of a file. */
export function samplesOf(ulaw: Uint8Array): Buffer {
  // The negative zero of µ-law stays one.
  const samples = decodeUlaw(ulaw).map((sample, at) => (ulaw[at] === 0x7f ? -1 : sample));
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}
