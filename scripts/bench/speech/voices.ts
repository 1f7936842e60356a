/** Voices that speak as callers, by engines of the machine or of the Debian root, through a telephone line. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readWav, writeWav } from '../../../app/speech/content/wav.ts';
import { decodeUlaw, encodeUlaw } from '../../audio/g711.ts';
import { inRoot, onPath } from '../../stack/machine.ts';
import { run } from '../../stack/run.ts';

export interface CallerVoice {
  readonly name: string;
  readonly engine: 'flite' | 'espeak-ng';
}

export const voices: readonly CallerVoice[] = [
  { name: 'rms', engine: 'flite' },
  { name: 'awb', engine: 'flite' },
  { name: 'slt', engine: 'flite' },
  { name: 'kal16', engine: 'flite' },
  { name: 'en-us', engine: 'espeak-ng' },
];

/** `sh -c … sh FOLDER ENGINE VOICE`; speaks each N.txt into N.wav of 8 kHz. */
const script = `
cd "$1" && for text in *.txt; do
  n=\${text%.txt}
  case $2 in
    flite) flite -voice "$3" -f "$text" -o "$n.tts" ;;
    *) espeak-ng -v "$3" -s 150 -b 1 -f "$text" -w "$n.tts" ;;
  esac && sox -t wav "$n.tts" -r 8000 -c 1 -b 16 "$n.wav" highpass 200 gain -n -6 || exit 1
done`;

/** Wave files of the texts, coded as G.711 µ-law on their way. */
export async function callsOf(
  voice: CallerVoice,
  texts: readonly string[],
  folder: string,
): Promise<Uint8Array[]> {
  const own = join(folder, voice.name);
  await mkdir(own, { recursive: true });
  await Promise.all(texts.map((text, i) => writeFile(join(own, `${i}.txt`), `${text}\n`)));
  const args = ['-c', script, 'sh', own, voice.engine, voice.name];
  const here = ['flite', 'espeak-ng', 'sox'].every((name) => onPath(name) !== undefined);
  await run(here ? { program: 'sh', args } : inRoot('sh', args, { bind: [own] }));
  return Promise.all(texts.map(async (_, i) => overTheLine(await readFile(join(own, `${i}.wav`)))));
}

function overTheLine(file: Uint8Array): Uint8Array {
  const sound = readWav(file);
  if (sound === undefined) throw new Error('a voice wrote no wave file');
  const coded = Uint8Array.from(sound.samples, encodeUlaw);
  return writeWav({ rate: sound.rate, samples: decodeUlaw(coded) });
}
