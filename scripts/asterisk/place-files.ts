/** Writes files into a folder that is another user's, who is not believed: no link there leads anywhere else. */
import { randomBytes } from 'node:crypto';
import { lchown, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { readPlain } from '../../app/media/parts/plain-file.ts';

export interface Placed {
  /** All that were to be written. */
  readonly files: readonly string[];
  /** Of these, those that were not there, or were others. */
  readonly changed: readonly string[];
  /** What was there before: NAME.orig the first time, then NAME.before. */
  readonly kept: readonly string[];
}

/**
 * They belong to whom the folder belongs to, and nobody else reads them. What is there and differs is kept beside them, and so is
 * each that `isOurs` and is not written any more.
 */
export async function placeFiles(
  folder: string,
  files: readonly { readonly path: string; readonly text: string }[],
  isOurs: (path: string) => boolean,
): Promise<Placed> {
  await mkdir(folder, { recursive: true });
  const owner = await lstat(folder);
  const changed: string[] = [];
  const kept: string[] = [];
  for (const { path, text } of files) {
    const to = join(folder, path);
    await makeFolder(dirname(to), folder, owner);
    const before = await readPlain(to);
    if (before?.toString() !== text) {
      changed.push(path);
      if (before !== undefined) kept.push(await setAside(to));
    }
    await write(to, text, owner);
  }
  const written = new Set(files.map(({ path }) => path));
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name));
    if (entry.isFile() && isOurs(path) && !written.has(path)) kept.push(await setAside(join(folder, path)));
  }
  return { files: [...written], changed, kept };
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** One folder below at most. */
async function makeFolder(path: string, folder: string, { uid, gid }: Owner): Promise<void> {
  if (path === folder) return;
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) {
    await mkdir(path, { mode: 0o750 });
    await lchown(path, uid, gid);
  } else if (!there.isDirectory()) throw new Error(`${path} is no folder`);
}

async function setAside(path: string): Promise<string> {
  const first = (await lstat(`${path}.orig`).catch(() => undefined)) === undefined;
  const aside = first ? `${path}.orig` : `${path}.before`;
  await rename(path, aside);
  return aside;
}

/** Under a name that nobody foresees, then in its place, whatever lies there. */
async function write(path: string, text: string, { uid, gid }: Owner): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.part`;
  try {
    await using file = await open(draft, 'wx', 0o600);
    await file.writeFile(text);
    await file.chown(uid, gid);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
