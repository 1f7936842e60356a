/** Speech for the callers of the demo: flite and sox, of the machine or of the Debian root. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot, onPath } from '../stack/machine.ts';
import { run } from '../stack/run.ts';
import { readWav } from './wav.ts';

const script =
  'cd "$1" && for text in *.txt; do n=${text%.txt}; ' +
  'flite -voice slt -f "$text" -o "$n.tts" && sox -t wav "$n.tts" -r 8000 -c 1 -b 16 "$n.wav" || exit 1; done';

/** Speaks texts; answers their samples at 8 kHz, in the same order. */
export async function speak(texts: readonly string[], folder: string): Promise<Int16Array[]> {
  await mkdir(folder, { recursive: true });
  await Promise.all(texts.map((text, i) => writeFile(join(folder, `${i}.txt`), `${text}\n`)));
  const args = ['-c', script, 'sh', folder];
  const own = onPath('flite') !== undefined && onPath('sox') !== undefined;
  await run(own ? { program: 'sh', args } : inRoot('sh', args, { bind: [folder] }));
  return Promise.all(texts.map(async (_, i) => readWav(await readFile(join(folder, `${i}.wav`)))));
}
