/** The bytes of a message as they are kept, for another node. */
import { isFault } from '../core/errors.ts';
import type { MessageId } from '../core/ids.ts';
import { keptPart } from '../core/message/kept.ts';
import type { Message } from '../core/message/message.ts';
import type { Digest } from '../ports/digest.ts';
import type { Piece } from '../ports/replication.ts';
import type { MediaStore, Store } from '../ports/store.ts';
import type { Archiving } from './archiving.ts';

export interface PiecesDeps {
  readonly store: Store;
  readonly archiving: Pick<Archiving, 'bringBack'>;
  readonly digest: Digest;
}

/** With its parts in the store: one in the archive is brought back. `undefined`: it is gone. */
export async function liveMessage(
  { store, archiving }: PiecesDeps,
  id: MessageId,
): Promise<Message | undefined> {
  const message = await store.messages.get(id);
  if (message?.tier !== 'archived') return message;
  const back = await archiving.bringBack(message);
  return back.kind === 'there' ? back.message : undefined;
}

const gone = ['store-failed', 'key-lost', 'seal-broken'] as const;

/** `undefined` if bytes of it are gone. */
export async function piecesOf(
  { store, digest }: { readonly store: { readonly media: Pick<MediaStore, 'get'> }; readonly digest: Digest },
  message: Message,
): Promise<Piece[] | undefined> {
  const pieces: Piece[] = [];
  for (const [i, part] of message.envelope.parts.entries()) {
    const kept = keptPart(message, i) ?? part;
    const found = await store.media.get(kept.media).catch((error: unknown) => {
      // What cannot be opened any more, as after its key was erased, is gone too.
      if (gone.some((code) => isFault(error, code))) return undefined;
      throw error;
    });
    if (found === undefined) return undefined;
    const sha256 = kept.media === part.media ? part.sha256 : await digest(found.bytes);
    pieces.push({ media: kept.media, contentType: kept.contentType, bytes: found.bytes, sha256 });
  }
  return pieces;
}
