/** Opens the engines of this machine: flite and espeak-ng speak, pocketsphinx listens. Nothing leaves the machine. */
import { Fault } from '../../core/errors.ts';
import type { Converter, Edge } from '../../ports/convert.ts';
import type { Log } from '../../ports/log.ts';
import { Turns } from '../../programs/turns.ts';
import type { Decode } from '../content/decode.ts';
import { createDecode } from './decode.ts';
import { findEngines, type EngineOptions } from './engines.ts';
import { Programs } from './programs.ts';
import { createRecognise, type RecogniseOptions } from './recognise.ts';
import { createSpeak, type SpeakOptions } from './speak.ts';
import { removeStaleFolders } from './work-folder.ts';

export interface LocalOptions extends EngineOptions, SpeakOptions, RecogniseOptions {}

export interface LocalSpeech extends AsyncDisposable {
  /** `undefined` if this machine has no engine for it. */
  readonly speaker: Converter | undefined;
  /** `undefined` if this machine has no engine, or no model. */
  readonly recogniser: Converter | undefined;
  readonly decode: Decode;
}

export const speaking: Edge = { from: 'text/plain', to: 'audio/x-wav', cost: 20 };
/** Words get lost. */
export const recognition: Edge = { from: 'audio/x-wav', to: 'text/plain', cost: 50 };

/** Recognition takes a processor: one at a time. A text is spoken while somebody waits. */
const atOnce = { recognise: 1, speak: 2 };
const crowded = 'too much speech is being made or read';

export async function openLocalSpeech(
  options: LocalOptions,
  { log }: { readonly log: Log },
): Promise<LocalSpeech> {
  const programs = new Programs();
  const engines = await findEngines(options, programs);
  const decode = createDecode(programs, options.ffmpeg, options.maxSeconds);
  void removeStaleFolders().catch((error: unknown) =>
    log.warn('folders of an earlier process stay', { error }),
  );
  const names = [...(engines.flite ? ['flite'] : []), ...(engines.espeak.length > 0 ? ['espeak-ng'] : [])];
  const listens = [...engines.models.keys()];
  log.info('engines for speech on this machine', {
    speak: names.length > 0 ? names : 'none',
    recognise: listens.length > 0 ? `pocketsphinx: ${listens.join(', ')}` : 'none',
  });
  return {
    speaker:
      names.length > 0
        ? converter(speaking, new Turns(atOnce.speak, crowded), createSpeak(engines, programs, options))
        : undefined,
    recogniser:
      listens.length > 0
        ? converter(
            recognition,
            new Turns(atOnce.recognise, crowded),
            createRecognise(engines, programs, decode, options),
          )
        : undefined,
    decode,
    [Symbol.asyncDispose]: () => programs.close(),
  };
}

function converter(own: Edge, turns: Turns, work: ReturnType<typeof createSpeak>): Converter {
  return {
    edges: [own],
    async convert(content, edge, options) {
      if (edge.from !== own.from || edge.to !== own.to)
        throw new Fault('invalid', `${edge.from} does not become ${edge.to} here`, { temporary: false });
      return turns.take(options.signal, () => work(content, options));
    },
  };
}
