/** Sound of the benches: a greeting of one second, and speech of any length. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout } from '../stack/machine.ts';

const bytesPerSecond = 8000;
/** The greeting of both ways. */
export const greetingSeconds = 1;
const built = join(checkout, 'var/prompts');
/** Prompts whose sound, one after the other, is the speech of callers. */
const spoken = ['greeting-default', 'message-saved', 'enter-reference', 'recording-review'];

/**
 * A copy of the built prompts whose greeting is cut to a second, so that the greeting does not outweigh what is measured.
 * @throws Error if the prompts are not built.
 */
export async function benchPrompts(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await cp(built, folder, { recursive: true });
  const language = join(folder, 'en');
  for (const codec of ['ulaw', 'alaw']) {
    const file = join(language, `greeting-default.${codec}`);
    await writeFile(file, (await readFile(file)).subarray(0, greetingSeconds * bytesPerSecond));
  }
  const index = join(language, 'index.json');
  const durations = JSON.parse(await readFile(index, 'utf8')) as Record<string, number>;
  await writeFile(index, JSON.stringify({ ...durations, 'greeting-default': greetingSeconds * 1000 }));
  return folder;
}

/** So much speech as µ-law, 8 kHz. */
export async function speechOf(seconds: number): Promise<Buffer> {
  const clips = await Promise.all(spoken.map((name) => readFile(join(built, 'en', `${name}.ulaw`))));
  const once = Buffer.concat(clips);
  const times = Math.ceil((seconds * bytesPerSecond) / once.length);
  return Buffer.concat(Array.from({ length: times }, () => once)).subarray(0, seconds * bytesPerSecond);
}
