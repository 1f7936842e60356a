/**
 * Files in folders that a switch writes to as well. A link there could make us take in, or write over, what is not the switch's: a switch that
 * turned bad would read our keys as a message. So links, pipes and devices count as not there.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
const reading = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
/** Files up to so many bytes (half a minute of a recording) are read without the thread pool. */
const mostAtOnce = 256 * 1024;

/** What is known of a plain file; `undefined` if there is none. @throws the system's error */
export function plainStat(path: string): Stats | undefined {
  const file = lstatSync(path, { throwIfNoEntry: false });
  return file?.isFile() === true ? file : undefined;
}

/** The bytes of a plain file; `undefined` if there is none. @throws the system's error */
export async function readPlain(path: string): Promise<Buffer | undefined> {
  const size = plainStat(path)?.size;
  if (size === undefined) return undefined;
  try {
    return size <= mostAtOnce ? readNow(path) : await readLarge(path);
  } catch (error) {
    // What it was may have become a link meanwhile.
    if (['ENOENT', 'ELOOP'].includes(String((error as NodeJS.ErrnoException).code))) return undefined;
    throw error;
  }
}

/** The file appears whole or not at all, also when two write it at once. */
export async function writePlain(path: string, bytes: Uint8Array | string, mode: number): Promise<void> {
  // A name that nobody foresees, for a file that was not there: a pipe in its place would hold up a thread for ever.
  const draft = `${path}.${randomBytes(6).toString('hex')}.part`;
  try {
    await writeFile(draft, bytes, { mode, flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

function readNow(path: string): Buffer | undefined {
  const file = openSync(path, reading);
  try {
    return fstatSync(file).isFile() ? readFileSync(file) : undefined;
  } finally {
    closeSync(file);
  }
}

async function readLarge(path: string): Promise<Buffer | undefined> {
  await using file = await open(path, reading);
  return (await file.stat()).isFile() ? await file.readFile() : undefined;
}
