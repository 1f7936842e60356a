import { Fault } from '../core/errors.ts';
import type { Archive } from '../ports/archive.ts';
import { blobLength, openBlob, sealBlob } from './blob.ts';
import type { Sealer } from './sealer.ts';

/** Objects sealed with the keys of the mailboxes that they come from. */
export function sealedArchive(archive: Archive, sealer: Sealer): Archive {
  const about = (key: string): string => `archive/${key}`;
  return {
    name: archive.name,
    async put(key, bytes, owner) {
      const { keyring } = sealer;
      if (keyring === undefined) return archive.put(key, bytes);
      if (owner === undefined)
        throw new Fault('archive-failed', 'Sealing: nobody owns what is to be archived', {
          temporary: false,
        });
      return archive.put(key, await sealBlob(await keyring.sealing(owner), about(key), bytes));
    },
    async get(key, mostBytes) {
      const found = await archive.get(key, blobLength(mostBytes));
      return found && openBlob(sealer.keys, about(key), found);
    },
    delete: (key) => archive.delete(key),
    ping: () => archive.ping(),
    [Symbol.asyncDispose]: () => archive[Symbol.asyncDispose](),
  };
}
