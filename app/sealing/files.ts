/** Seals files of this machine with a key of its own, which lies beside them, wrapped by the master key. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isTemporary } from '../core/errors.ts';
import type { FileSeal, MasterKey } from '../ports/keys.ts';
import type { Log } from '../ports/log.ts';
import { isSealed, keyOf, openBlob, sealBlob } from './blob.ts';
import { lost } from './faults.ts';
import { keysFrom, noKeys, type OpenKey } from './keyring.ts';

const fileName = 'seal.key';

const form = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  master: z.string(),
  wrapped: z.string(),
});
type KeyFile = z.output<typeof form>;

/** Of a machine without encryption: what was sealed before stays closed. */
export const noFileSeal: FileSeal = {
  async seal(_about, pieces) {
    return Buffer.concat(pieces);
  },
  open: (about, content) => openBlob(noKeys, about, content),
};

/**
 * The key is made at the first use, and wrapped anew when there is another master key. While the master key is away nothing is
 * sealed or opened, and `key-unavailable` says so.
 */
export function openFileSeal(directory: string, master: MasterKey, log: Log): FileSeal {
  let key: Promise<OpenKey> | undefined;
  const own = (): Promise<OpenKey> => {
    key ??= loadKey(join(directory, fileName), directory, master, log);
    key.catch(() => (key = undefined));
    return key;
  };
  // It is needed when other things are away: now they may be there.
  own().catch((error: unknown) => log.warn('the key of the spool is not there yet', { error }));
  return {
    async seal(about, pieces) {
      return sealBlob(await own(), about, Buffer.concat(pieces));
    },
    async open(about, content) {
      if (!isSealed(content)) return content;
      const one = await own();
      if (keyOf(content) !== one.id) throw lost('the file is sealed with the key of another machine');
      return openBlob({ opening: async () => one }, about, content);
    },
  };
}

async function loadKey(path: string, directory: string, master: MasterKey, log: Log): Promise<OpenKey> {
  const found = await readKey(path);
  if (found === undefined) {
    const id = randomBytes(16).toString('hex');
    const secret = randomBytes(32);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeKey(path, { id, ...(await master.wrap(secret, about(id))) });
    return keysFrom(id, secret);
  }
  const secret = await master.unwrap(found, about(found.id));
  try {
    if ((await master.current()) !== found.master)
      await writeKey(path, { id: found.id, ...(await master.wrap(secret, about(found.id))) });
  } catch (error) {
    log.warn('the key of the spool is still wrapped by the old master key', { error });
  }
  return keysFrom(found.id, secret);
}

function about(id: string): string {
  return `answerback/files/${id}`;
}

/** @throws Fault `key-lost` if it is damaged: a new one would make what lies there unreadable without a word */
async function readKey(path: string): Promise<KeyFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw lost(`${path} cannot be read`, error);
  }
  try {
    return form.parse(JSON.parse(text));
  } catch (error) {
    if (isTemporary(error)) throw lost(`${path} is damaged`, error);
    throw error;
  }
}

/** At no time is there half a key. */
async function writeKey(path: string, key: KeyFile): Promise<void> {
  const partial = `${path}.${randomBytes(4).toString('hex')}.new`;
  const file = await open(partial, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(key));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, path);
}
