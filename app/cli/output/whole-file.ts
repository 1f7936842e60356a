import { open, rename, rm } from 'node:fs/promises';

/** Text that is written at once, in UTF-16 units. */
const atOnce = 65_536;

/**
 * Writes to a file beside the wanted one, for its owner alone, and puts it in its place once it is whole and on the disk: nobody
 * reads half of it, and what was there stays if this fails.
 * @throws the system's error, at the latest when it is written
 */
export async function writeWhole<T>(
  file: string,
  fill: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const partial = `${file}.${process.pid}.partial`;
  try {
    const handle = await open(partial, 'w', 0o600);
    let result: T;
    try {
      let waiting = '';
      result = await fill(async (text) => {
        waiting += text;
        if (waiting.length < atOnce) return;
        await handle.appendFile(waiting);
        waiting = '';
      });
      await handle.appendFile(waiting);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
    return result;
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
}
