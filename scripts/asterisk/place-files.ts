/** Writes files into a folder that is another user's, as that user: what links there lead to is no more than that user may write. */
import { lstat, mkdir, readdir, rename, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { readPlain, writePlain } from '../../app/media/parts/plain-file.ts';

export interface Placed {
  /** All that were to be written. */
  readonly files: readonly string[];
  /** What was not there, or was another, or is there no more. */
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
  await mkdir(folder, { recursive: true, mode: 0o750 });
  return asOwnerOf(folder, async () => {
    const [changed, kept]: [string[], string[]] = [[], []];
    for (const { path, text } of files) {
      const to = join(folder, path);
      await mkdir(dirname(to), { recursive: true, mode: 0o750 });
      const before = await readPlain(to);
      if (before?.toString() !== text) {
        changed.push(path);
        if (before !== undefined) kept.push(await setAside(to));
      }
      await writePlain(to, text, 0o600);
    }
    const written = new Set(files.map(({ path }) => path));
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = relative(folder, join(entry.parentPath, entry.name));
      if (!entry.isFile() || !isOurs(path) || written.has(path)) continue;
      changed.push(path);
      kept.push(await setAside(join(folder, path)));
    }
    return { files: [...written], changed, kept };
  });
}

/** Root is the folder's owner meanwhile; nobody else can be another. */
async function asOwnerOf<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const { uid, gid } = await stat(folder);
  if (process.geteuid?.() !== 0 || uid === 0) return work();
  const [group, groups] = [process.getegid?.() ?? 0, process.getgroups?.() ?? []];
  process.setgroups?.([gid]);
  process.setegid?.(gid);
  process.seteuid?.(uid);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(group);
    process.setgroups?.(groups);
  }
}

async function setAside(path: string): Promise<string> {
  const first = (await lstat(`${path}.orig`).catch(() => undefined)) === undefined;
  const aside = first ? `${path}.orig` : `${path}.before`;
  await rename(path, aside);
  return aside;
}
