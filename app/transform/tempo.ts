/** Sound at another speed: somebody waits for it at the telephone, so it has places of its own. */
import { Fault } from '../core/errors.ts';
import type { StoredSound } from '../core/prompt/play-item.ts';
import type { Log } from '../ports/log.ts';
import type { SoundTransform } from '../ports/transform.ts';
import { Processes, type Ran } from './processes.ts';
import { RecentSounds } from './recent-sounds.ts';
import { tempoArguments } from './tempo-arguments.ts';

interface TempoOptions {
  /** The command that runs ffmpeg. */
  readonly ffmpeg: readonly string[];
  /** Longest time for one sound, in milliseconds. */
  readonly timeoutMs: number;
  /** Most bytes of a sound, before and after. */
  readonly maxBytes: number;
  readonly atOnce: number;
  /** Most bytes of recent results that are kept. */
  readonly keptBytes: number;
}

export function createTempo(
  options: TempoOptions,
  { log }: { readonly log: Log },
): SoundTransform & AsyncDisposable {
  const [program = '', ...first] = options.ffmpeg;
  const processes = new Processes(options);
  const recent = new RecentSounds(options.keptBytes);
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
      if (sound.bytes.length > options.maxBytes) throw failed(`its ${sound.bytes.length} bytes are too many`);
      const command = { program, args: [...first, ...args], input: sound.bytes };
      const ran = await processes.turn(() => processes.run(command, signal), signal);
      if (ran.missing) throw missing(program, ran, log);
      if (ran.overflow) throw failed(`more than ${options.maxBytes} bytes came out`);
      if (ran.code !== 0 || ran.output.length === 0)
        throw failed(`code ${ran.code ?? ran.signal}: ${ran.complaint.trim()}`);
      const result: StoredSound = { id, contentType, bytes: ran.output };
      recent.add(result);
      return result;
    },
    [Symbol.asyncDispose]: () => processes.close(),
  };
}

function missing(program: string, { complaint }: Ran, log: Log): Fault {
  log.warn('sound cannot be transformed: the program of tools.ffmpeg does not run', {
    program,
    error: complaint,
  });
  return new Fault('not-found', `${program} does not run here; install ffmpeg or set tools.ffmpeg`, {
    temporary: false,
    cause: complaint,
  });
}

function failed(text: string): Fault {
  return new Fault('media-failed', `a sound could not be transformed: ${text}`, { temporary: false });
}
