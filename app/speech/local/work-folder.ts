/** Folders for what programs cannot read from a pipe, or write to one: of this user alone, gone with the work. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'answerback-speech-';
/** A folder that is older was left by a process that broke. In milliseconds. */
const staleMs = 3_600_000;

export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What was said shall not lie about after a crash. */
export async function removeStaleFolders(): Promise<void> {
  const user = process.getuid?.();
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const path = join(tmpdir(), name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || found.uid !== user || found.mtimeMs > Date.now() - staleMs) continue;
    await rm(path, { recursive: true, force: true });
  }
}
