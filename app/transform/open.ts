/** Opens the room: content is transformed by programs of this machine, one short-lived process each. */
import type { Converter } from '../ports/convert.ts';
import type { ContentMeter, DocumentJoiner } from '../ports/documents.ts';
import type { Log } from '../ports/log.ts';
import type { Shrinker } from '../ports/shrink.ts';
import type { SoundTransform } from '../ports/transform.ts';
import { createConverter } from './converter.ts';
import { createTempo } from './tempo.ts';
import { Tools } from './tools.ts';

/** The section `tools` of the configuration. */
export interface TransformOptions {
  /** The program, or the program and its first arguments; by its name it is run as the others are. */
  readonly ffmpeg: string | readonly string[];
  /** The command before the name of each program; default none. */
  readonly prefix?: readonly string[];
  /** Longest time for one sound at another speed, in milliseconds; default 15,000. */
  readonly timeoutMs?: number;
  /** Most bytes of content, before and after; default 64 MiB: more than an hour of sound at half the speed. */
  readonly maxBytes?: number;
  /** Most at once, of speeds and of conversions each; default 2. */
  readonly atOnce?: number;
  /** Most bytes of recent sounds that are kept; default 32 MiB. */
  readonly keptBytes?: number;
  /** Longest time for one program of a conversion, in seconds; default 60. */
  readonly seconds?: number;
  /** Most processor time of one, in seconds; default 30. */
  readonly cpuSeconds?: number;
  /** Most memory of one, in MiB; default 1024. */
  readonly memoryMiB?: number;
  /** Default 50,000,000. */
  readonly maxPixels?: number;
  /** Default 200. */
  readonly maxPages?: number;
  /** Default 3600. */
  readonly maxSeconds?: number;
}

const defaults = {
  prefix: [],
  timeoutMs: 15_000,
  maxBytes: 64 * 1024 * 1024,
  atOnce: 2,
  keptBytes: 32 * 1024 * 1024,
  seconds: 60,
  cpuSeconds: 30,
  memoryMiB: 1024,
  maxPixels: 50_000_000,
  maxPages: 200,
  maxSeconds: 3600,
};

export function openTransform(
  options: TransformOptions,
  deps: { readonly log: Log },
): SoundTransform & Converter & DocumentJoiner & ContentMeter & Shrinker & AsyncDisposable {
  const all = { ...defaults, ...options };
  const ffmpeg = typeof options.ffmpeg === 'string' ? [...all.prefix, options.ffmpeg] : options.ffmpeg;
  const tempo = createTempo({ ...all, ffmpeg }, deps);
  const tools = new Tools(
    { ...all, ffmpeg, timeoutMs: all.seconds * 1000, memoryBytes: all.memoryMiB * 2 ** 20 },
    deps,
  );
  const converter = createConverter(all, tools);
  return {
    get edges() {
      return converter.edges;
    },
    convert: (content, edge, how) => converter.convert(content, edge, how),
    join: (documents, signal) => converter.join(documents, signal),
    measure: (content, signal) => converter.measure(content, signal),
    shrink: (content, signal) => converter.shrink(content, signal),
    tempo: (sound, factor, signal) => tempo.tempo(sound, factor, signal),
    async [Symbol.asyncDispose]() {
      await Promise.all([tempo[Symbol.asyncDispose](), tools.close()]);
    },
  };
}
