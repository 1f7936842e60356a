import type { MediaId } from '../core/ids.ts';
import { mediaOf } from '../core/message/kept.ts';
import type { Message } from '../core/message/message.ts';
import type { Store } from '../ports/store.ts';

/** Removes a message for good, with its parts and what was made of them; what a crash leaves is removed by repeating it. */
export async function removeMessage(
  { messages, media }: Pick<Store, 'messages' | 'media'>,
  message: Message,
): Promise<void> {
  const known = mediaOf(message);
  await removeAll(media, known);
  const last = await messages.remove(message.id);
  if (last === undefined) return;
  // A conversion may have ended in between, or its parts lie elsewhere. What ends later finds no message and keeps nothing.
  await removeAll(
    media,
    mediaOf(last).filter((id) => !known.includes(id)),
  );
}

async function removeAll(media: Store['media'], ids: readonly MediaId[]): Promise<void> {
  await Promise.all(ids.map((id) => media.delete(id)));
}
