import { chmod, mkdir } from 'node:fs/promises';

/**
 * A folder that the switch writes to as well: its group may, and what is made in it belongs to the folder's group, whatever
 * this process's umask is. One that is somebody else's keeps the rights that it was given.
 */
export async function makeShared(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  try {
    await chmod(path, 0o2770);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}
