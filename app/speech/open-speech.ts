/** Opens what speaks texts and writes speech down: engines of this machine, Google's, or none, each way by itself. */
import { Fault } from '../core/errors.ts';
import type { Content, Converter, ConvertOptions, Edge } from '../ports/convert.ts';
import type { Log } from '../ports/log.ts';
import { openGoogleSpeech, type GoogleOptions } from './google/open.ts';
import { openLocalSpeech, recognition, speaking, type LocalOptions } from './local/open.ts';

export type EngineName = 'local' | 'google' | 'none';

/** The section `speech` of the configuration, with the programs of `tools` and the default language. */
export interface SpeechOptions extends Omit<LocalOptions, 'prefix' | 'ffmpeg'> {
  readonly recognise: EngineName;
  readonly speak: EngineName;
  /** Where Google is away or refuses, the engine of this machine does it. */
  readonly fallback: boolean;
  readonly google: Omit<GoogleOptions, 'maxChars'>;
}

export interface SpeechTools {
  /** The command before the name of each program. */
  readonly prefix?: readonly string[];
  /** The program, or the program and its first arguments; by its name it is run as the others are. */
  readonly ffmpeg: string | readonly string[];
}

export interface Speech extends AsyncDisposable {
  /** One for each way that something here can go; both are tried once each is opened. */
  readonly converters: readonly Converter[];
}

type Work = (content: Content, options: ConvertOptions) => Promise<Content>;

/** Never fails for an engine that is not there: what it would do is not offered, and the log says so once. */
export async function openSpeech(
  options: SpeechOptions,
  tools: SpeechTools,
  { log }: { readonly log: Log },
): Promise<Speech> {
  const prefix = tools.prefix ?? [];
  const ffmpeg = typeof tools.ffmpeg === 'string' ? [...prefix, tools.ffmpeg] : tools.ffmpeg;
  const local = await openLocalSpeech({ ...options, prefix, ffmpeg }, { log });
  const { recogniser, speaker, decode } = local;
  const wanted = [options.recognise, options.speak].includes('google');
  const google = wanted
    ? await openGoogleSpeech({ ...options.google, maxChars: options.maxChars }, { decode })
    : undefined;
  const choose = (engine: EngineName, edge: Edge, own: Converter | undefined, far: Work | undefined) => {
    if (engine === 'none') return [];
    if (engine === 'local' || far === undefined) return own === undefined ? [] : [own];
    return [fromAfar(edge, far, options.fallback ? own : undefined, log)];
  };
  const converters = [
    ...choose(options.recognise, recognition, recogniser, google?.recognise),
    ...choose(options.speak, speaking, speaker, google?.speak),
  ];
  log.info('speech', { recognise: options.recognise, speak: options.speak, ways: converters.length });
  return {
    converters,
    async [Symbol.asyncDispose]() {
      await google?.[Symbol.asyncDispose]();
      await local[Symbol.asyncDispose]();
    },
  };
}

function fromAfar(own: Edge, far: Work, near: Converter | undefined, log: Log): Converter {
  return {
    edges: [own],
    async convert(content, edge, options) {
      if (edge.from !== own.from || edge.to !== own.to)
        throw new Fault('invalid', `${edge.from} does not become ${edge.to} here`, { temporary: false });
      try {
        return await far(content, options);
      } catch (error) {
        options.signal?.throwIfAborted();
        // What is wrong with the content is so here too.
        const passes = error instanceof Fault && error.code !== 'invalid';
        if (!passes) throw error;
        log.warn('speech: Google did not do it', {
          error,
          way: `${own.from} to ${own.to}`,
          here: near !== undefined,
        });
        if (near === undefined) throw error;
        return near.convert(content, edge, options).catch((other: unknown) => {
          // What no engine here can do may still be done there later.
          throw other instanceof Fault && other.code === 'not-found' ? error : other;
        });
      }
    },
  };
}
