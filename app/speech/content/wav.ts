/** Wave files (RIFF) of 16-bit samples, the form in which sound goes from room to room. */

/** One channel of linear samples. */
export interface Sound {
  /** Samples a second. */
  readonly rate: number;
  readonly samples: Int16Array;
}

const headerBytes = 44;
const pcm = 1;

/**
 * The samples of a file of one channel of 16-bit linear samples; `undefined` for all others. A file that is shorter than
 * it says, or says nothing since it was written to a pipe, has what is there.
 */
export function readWav(file: Uint8Array): Sound | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE')
    return undefined;
  let rate: number | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const body = at + 8;
    if (name === 'data')
      return rate === undefined ? undefined : { rate, samples: samplesOf(bytes, body, length) };
    if (name === 'fmt ') {
      if (length < 16 || body + 16 > bytes.length) return undefined;
      const [format, channels, bits] = [0, 2, 14].map((offset) => bytes.readUInt16LE(body + offset));
      if (format !== pcm || channels !== 1 || bits !== 16) return undefined;
      rate = bytes.readUInt32LE(body + 4);
    }
    // Chunks begin at even bytes.
    at = body + length + (length & 1);
  }
  return undefined;
}

/** Samples without a header, little-endian as this machine's are. */
export function samplesFrom(bytes: Uint8Array): Int16Array {
  const even = bytes.length & ~1;
  const copy = new Uint8Array(even);
  copy.set(bytes.subarray(0, even));
  return new Int16Array(copy.buffer);
}

/** The bytes of samples, without a copy. */
export function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

export function writeWav({ rate, samples }: Sound): Uint8Array {
  const header = Buffer.alloc(headerBytes);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(headerBytes - 8 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(pcm, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, bytesOf(samples)]);
}

/** Playing time in milliseconds. */
export function durationOf({ rate, samples }: Sound): number {
  return Math.round((samples.length * 1000) / rate);
}

function samplesOf(bytes: Buffer, begin: number, length: number): Int16Array {
  // Zero is written by who did not know yet.
  const end = length === 0 ? bytes.length : Math.min(bytes.length, begin + length);
  return samplesFrom(bytes.subarray(begin, end));
}
