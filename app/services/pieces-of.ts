/** The bytes of a message as they are kept, for another node. */
import { isFault, isTemporary } from '../core/errors.ts';
import type { MessageId } from '../core/ids.ts';
import { keptPart } from '../core/message/kept.ts';
import type { Message } from '../core/message/message.ts';
import type { Digest } from '../ports/digest.ts';
import { wholeBytes } from '../ports/byte-source.ts';
import type { Piece } from '../ports/replication.ts';
import type { MediaStore, Store } from '../ports/store.ts';
import type { Archiving } from './archiving.ts';
import { mediaSource } from './media-source.ts';

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

type Readable = Pick<MediaStore, 'get' | 'getRange'>;

const gone = ['store-failed', 'key-lost', 'seal-broken'] as const;

/** `undefined` if bytes of it are gone, or others than they were. */
export async function piecesOf(
  { store, digest }: { readonly store: { readonly media: Readable }; readonly digest: Digest },
  message: Message,
): Promise<Piece[] | undefined> {
  const pieces: Piece[] = [];
  for (const [i, part] of message.envelope.parts.entries()) {
    const kept = keptPart(message, i) ?? part;
    const large = kept.bytes > wholeBytes;
    try {
      const bytes = large
        ? await mediaSource(store.media, kept.media)
        : (await store.media.get(kept.media))?.bytes;
      if (bytes === undefined) return undefined;
      const same = kept.media === part.media;
      // A large one is read once before it goes: what is broken in its midst would stop all that goes with it.
      const sha256 = same && !large ? part.sha256 : await digest(bytes);
      if (same && sha256 !== part.sha256) return undefined;
      pieces.push({ media: kept.media, contentType: kept.contentType, bytes, sha256 });
    } catch (error) {
      // What cannot be opened any more, as after its key was erased, is gone too.
      if (!isTemporary(error) && gone.some((code) => isFault(error, code))) return undefined;
      throw error;
    }
  }
  return pieces;
}
