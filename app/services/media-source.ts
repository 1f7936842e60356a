/** Large media, read and put part by part. */
import { Fault } from '../core/errors.ts';
import type { MailboxId, MediaId } from '../core/ids.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import type { MediaStore } from '../ports/media-store.ts';
import type { Piece } from '../ports/replication.ts';

/** `undefined`: there is none. @throws as `getRange` */
export async function mediaSource(
  media: Pick<MediaStore, 'getRange'>,
  id: MediaId,
): Promise<ByteSource | undefined> {
  const found = await media.getRange(id, 0, 1);
  if (found === undefined) return undefined;
  const { total } = found;
  return {
    length: total,
    async read(from, to) {
      const part = await media.getRange(id, from, to);
      if (part?.total === total && part.bytes.length === to - from) return part.bytes;
      throw new Fault('store-failed', 'Media: they became others while they were read', { temporary: true });
    },
  };
}

/** Under its own name, or another one. */
export async function putPiece(
  media: Pick<MediaStore, 'put' | 'putFrom'>,
  { contentType, bytes, sha256 }: Piece,
  id: MediaId,
  owner: MailboxId,
): Promise<void> {
  if (bytes instanceof Uint8Array) await media.put(id, contentType, bytes, owner);
  else await media.putFrom(id, contentType, bytes, owner, sha256);
}
