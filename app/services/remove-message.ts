import type { MediaId } from '../core/ids.ts';
import type { Message } from '../core/message/message.ts';
import type { Store } from '../ports/store.ts';

/** Removes a message for good, with its parts and what was made of them; what a crash leaves is removed by repeating it. */
export async function removeMessage(
  { messages, media }: Pick<Store, 'messages' | 'media'>,
  message: Message,
): Promise<void> {
  const parts = message.envelope.parts.map((part) => part.media);
  await removeAll(media, [...parts, ...derivedOf(message)]);
  const last = await messages.remove(message.id);
  // A conversion may have ended in between. One that ends later finds no message and keeps nothing.
  if (last !== undefined) await removeAll(media, derivedOf(last));
}

function derivedOf({ derived = [] }: Message): MediaId[] {
  return derived.map(({ media }) => media);
}

async function removeAll(media: Store['media'], ids: readonly MediaId[]): Promise<void> {
  await Promise.all(ids.map((id) => media.delete(id)));
}
