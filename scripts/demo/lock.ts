/** One demo at a time in one folder. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Takes the folder and empties it. @throws Error that names the other demo, if one runs there. */
export async function lockFolder(directory: string): Promise<AsyncDisposable> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'demo.pid');
  const other = Number(await readFile(file, 'utf8').catch(() => ''));
  if (other > 0 && other !== process.pid && (await isDemo(other)))
    throw new Error(
      `another demo runs here (process ${other}): end it with Ctrl-C, or use another folder: --directory DIR`,
    );
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await writeFile(file, String(process.pid));
  return { [Symbol.asyncDispose]: async () => rm(file, { force: true }) };
}

/** Process ids are used again: only one whose command line is the demo's counts. */
async function isDemo(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.includes('demo/main');
}
