/** Opens the room: sound is transformed by ffmpeg, one short-lived process each. */
import { Fault } from '../core/errors.ts';
import type { StoredSound } from '../core/prompt/play-item.ts';
import type { Log } from '../ports/log.ts';
import type { SoundTransform } from '../ports/transform.ts';
import { Processes } from './processes.ts';
import { RecentSounds } from './recent-sounds.ts';
import { tempoArguments } from './tempo-arguments.ts';

/** The section `tools` of the configuration. */
export interface TransformOptions {
  /** The program, or the program and its first arguments. */
  readonly ffmpeg: string | readonly string[];
  /** Longest time for one sound, in milliseconds; default 15,000. */
  readonly timeoutMs?: number;
  /** Most bytes of a sound, before and after; default 64 MiB: more than an hour at half the speed. */
  readonly maxBytes?: number;
  /** Most at once; default 2. */
  readonly atOnce?: number;
  /** Most bytes of recent results that are kept; default 32 MiB. */
  readonly keptBytes?: number;
}

const defaults = { timeoutMs: 15_000, maxBytes: 64 * 1024 * 1024, atOnce: 2, keptBytes: 32 * 1024 * 1024 };

export function openTransform(
  options: TransformOptions,
  deps: { readonly log: Log },
): SoundTransform & AsyncDisposable {
  const limits = { ...defaults, ...options };
  const [program = '', ...first] = typeof options.ffmpeg === 'string' ? [options.ffmpeg] : options.ffmpeg;
  const processes = new Processes({ program, first, ...limits }, deps);
  const recent = new RecentSounds(limits.keptBytes);
  return {
    async tempo(sound, factor, signal) {
      signal?.throwIfAborted();
      if (!(factor >= 0.5 && factor <= 2))
        throw new Fault('invalid', `sound cannot be played at ${factor} times its speed`, {
          temporary: false,
        });
      if (factor === 1) return sound;
      const id = `${sound.id}@${factor}`;
      const known = recent.get(id);
      if (known !== undefined) return known;
      const { args, contentType } = tempoArguments(sound.contentType, factor);
      if (sound.bytes.length > limits.maxBytes) throw tooLong(sound);
      const bytes = await processes.run(args, sound.bytes, signal);
      const result: StoredSound = { id, contentType, bytes };
      recent.add(result);
      return result;
    },
    [Symbol.asyncDispose]: () => processes.close(),
  };
}

function tooLong(sound: StoredSound): Fault {
  return new Fault('media-failed', `a sound of ${sound.bytes.length} bytes is too long to be transformed`, {
    temporary: false,
  });
}
