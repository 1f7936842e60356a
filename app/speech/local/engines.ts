/** Looks which engines this machine has. */
import { Fault } from '../../core/errors.ts';
import type { Command, Programs } from './programs.ts';
import { readVoices, type EspeakVoice } from './voices.ts';

export interface EngineOptions {
  /** The command before the name of each program; empty = the machine's own. */
  readonly prefix: Command;
  /** The command that runs ffmpeg. */
  readonly ffmpeg: Command;
  /** Folders of models of pocketsphinx by BCP 47 tag. */
  readonly models: Readonly<Record<string, string>>;
}

/** The three parts of a model of pocketsphinx. */
export interface Model {
  /** Folder of the acoustic model. */
  readonly acoustic: string;
  readonly dictionary: string;
  readonly language: string;
}

export interface Engines {
  readonly prefix: Command;
  readonly ffmpeg: Command;
  readonly flite: boolean;
  /** Empty without espeak-ng. */
  readonly espeak: readonly EspeakVoice[];
  /** By tag in lower case; empty without pocketsphinx. */
  readonly models: ReadonlyMap<string, Model>;
}

const timeoutMs = 10_000;
const maxBytes = 4 * 1024 * 1024;

/** One shell for all, since each start may cost a tenth of a second: programs, then voices, then files of models. */
const script = `
for name in flite espeak-ng pocketsphinx; do command -v "$name" >/dev/null && echo "program $name"; done
espeak-ng --voices 2>/dev/null
[ $# -eq 0 ] || find "$@" -maxdepth 3 -type f 2>/dev/null
exit 0`;

/** Never throws: what does not answer is not there. */
export async function findEngines(options: EngineOptions, programs: Programs): Promise<Engines> {
  const { prefix, ffmpeg } = options;
  const folders = Object.values(options.models);
  const [told, hasFfmpeg] = await Promise.all([
    answer(programs, [...prefix, 'sh', '-c', script, 'sh', ...folders]),
    answer(programs, [...ffmpeg, '-version']).then((text) => text !== ''),
  ]);
  const lines = told.split('\n');
  const has = (name: string): boolean => hasFfmpeg && lines.includes(`program ${name}`);
  const models = Object.entries(options.models).flatMap(([tag, folder]): [string, Model][] => {
    const model = has('pocketsphinx') ? modelIn(folder, lines) : undefined;
    return model === undefined ? [] : [[tag.toLowerCase(), model]];
  });
  return {
    prefix,
    ffmpeg,
    flite: has('flite'),
    espeak: has('espeak-ng') ? readVoices(told) : [],
    models: new Map(models),
  };
}

/** The parts of a model by the names that they have: `*.dict`, `*.lm.bin` and a folder with `mdef`. */
function modelIn(folder: string, files: readonly string[]): Model | undefined {
  const own = files.filter((file) => file.startsWith(folder.endsWith('/') ? folder : `${folder}/`));
  const acoustic = own.find((file) => file.endsWith('/mdef'))?.slice(0, -'/mdef'.length);
  const dictionary = own.find((file) => /\.(dict|dic)$/.test(file));
  // Beside that of words there may be one of phonemes.
  const language = own.find((file) => /\.lm(\.(bin|gz|dmp|DMP))?$/.test(file) && !file.includes('phone'));
  if (acoustic === undefined || dictionary === undefined || language === undefined) return undefined;
  return { acoustic, dictionary, language };
}

async function answer(programs: Programs, command: Command): Promise<string> {
  try {
    return Buffer.from(await programs.run({ command, timeoutMs, maxBytes })).toString();
  } catch (error) {
    if (error instanceof Fault) return '';
    throw error;
  }
}
