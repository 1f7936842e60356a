import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** SHA-256, hexadecimal, over names and bytes of all files of a folder, in the order of their names; times and modes are not looked at. */
export async function hashOfFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((one) => one.isFile())
    .map((one) => relative(folder, join(one.parentPath, one.name)));
  const all = createHash('sha256');
  for (const file of files.toSorted()) {
    const own = createHash('sha256')
      .update(await readFile(join(folder, file)))
      .digest('hex');
    all.update(`${own}  ${file}\n`);
  }
  return all.digest('hex');
}
