/** One demo at a time in one folder. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Takes the folder, and empties it.
 * @throws Error that names the other demo, if one runs there.
 */
export async function lockFolder(directory: string): Promise<AsyncDisposable> {
  const file = `${directory}.pid`;
  await mkdir(dirname(file), { recursive: true });
  if (!(await claim(file))) {
    const other = Number(await readFile(file, 'utf8').catch(() => ''));
    if (await isDemo(other)) throw runsAlready(other);
    await rm(file, { force: true });
    if (!(await claim(file))) throw runsAlready(other);
  }
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  return { [Symbol.asyncDispose]: async () => rm(file, { force: true }) };
}

async function claim(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function runsAlready(pid: number): Error {
  return new Error(
    `demo: another demo runs (process ${pid}). End it with Ctrl-C, or use another folder: npm run demo -- --directory DIR`,
  );
}

/** Process ids are used again: only one whose command line is the demo's counts. */
async function isDemo(pid: number): Promise<boolean> {
  if (!(pid > 0) || pid === process.pid) return false;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.includes('demo/main');
}
