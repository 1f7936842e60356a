/** The one place where parts of messages are read: however they are kept, they come out as content that can be used. */
import { keptPart } from '../core/message/kept.ts';
import type { Message } from '../core/message/message.ts';
import type { Content } from '../ports/convert.ts';
import type { Store } from '../ports/store.ts';
import type { Archiving } from './archiving.ts';
import { inflated } from './deflate.ts';

export interface PartReader {
  readonly store: {
    readonly media: Pick<Store['media'], 'get'>;
    readonly messages: Pick<Store['messages'], 'get'>;
  };
  /** Brings messages back whose parts are in the archive; absent: none is. */
  readonly archiving?: Pick<Archiving, 'bringBack'> | undefined;
}

/**
 * A part as it is kept now: sound may be of another type than it came. A message may be kept otherwise since it was read; then it
 * is looked up again.
 * @returns `undefined` if there is no such part, or its bytes are not here
 * @throws Fault if the store is away, or the archive where the message lies; `invalid` if its bytes are damaged
 */
export async function readPart(
  { store, archiving }: PartReader,
  message: Message,
  index: number,
): Promise<Content | undefined> {
  if (message.tier === 'archived' && archiving !== undefined) {
    const back = await archiving.bringBack(message);
    return back.kind === 'there' ? readFrom(store, back.message, index) : undefined;
  }
  const found = await readFrom(store, message, index);
  if (found !== undefined || message.envelope.parts[index] === undefined) return found;
  const now = await store.messages.get(message.id);
  if (now?.tier === 'archived' && archiving !== undefined) return readPart({ store, archiving }, now, index);
  const moved = now !== undefined && keptPart(now, index)?.media !== keptPart(message, index)?.media;
  return moved ? readFrom(store, now, index) : undefined;
}

async function readFrom(
  { media }: PartReader['store'],
  message: Message,
  index: number,
): Promise<Content | undefined> {
  const part = message.envelope.parts[index];
  const kept = keptPart(message, index);
  if (part === undefined || kept === undefined) return undefined;
  const found = await media.get(kept.media);
  if (found === undefined) return undefined;
  const { durationMs, pages } = part;
  return {
    contentType: kept.contentType,
    bytes: kept.encoding === 'deflate' ? await inflated(found.bytes, part.bytes) : found.bytes,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(pages === undefined ? {} : { pages }),
  };
}
