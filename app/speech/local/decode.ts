import { Fault } from '../../core/errors.ts';
import type { Decode } from '../content/decode.ts';
import { readWav, samplesFrom } from '../content/wav.ts';
import type { Command, Programs } from './programs.ts';

const timeoutMs = 60_000;

/**
 * What is in that form already is taken as it is; all else goes through ffmpeg.
 * @param mostSeconds of sound that are read
 */
export function createDecode(programs: Programs, ffmpeg: Command, mostSeconds: number): Decode {
  return async (content, rate, signal) => {
    const plain = readWav(content.bytes);
    if (plain?.rate === rate)
      return plain.samples.length > rate * mostSeconds
        ? { rate, samples: plain.samples.subarray(0, rate * mostSeconds) }
        : plain;
    const args = [
      ...quiet,
      '-f',
      'wav',
      '-ignore_length',
      '1',
      '-i',
      'pipe:0',
      '-map',
      '0:a:0',
      '-t',
      String(mostSeconds),
    ];
    const out = ['-ac', '1', '-ar', String(rate), '-f', 's16le', 'pipe:1'];
    const bytes = await programs
      .run({
        command: [...ffmpeg, ...args, ...out],
        input: content.bytes,
        timeoutMs,
        maxBytes: (mostSeconds + 1) * rate * 2,
        signal,
      })
      .catch((error: unknown) => {
        throw error instanceof Fault && error.code === 'media-failed' ? noSound(error) : error;
      });
    return { rate, samples: samplesFrom(bytes) };
  };
}

// Nothing but the two pipes: what a file names is not opened.
export const quiet = ['-hide_banner', '-loglevel', 'error', '-nostats', '-protocol_whitelist', 'pipe'];

function noSound(cause: unknown): Fault {
  return new Fault('invalid', 'what should be a wave file is none', { temporary: false, cause });
}
