import { Fault } from '../core/errors.ts';
import type { MediaId } from '../core/ids.ts';
import { mediaOf } from '../core/message/kept.ts';
import type { Message } from '../core/message/message.ts';
import type { Archive } from '../ports/archive.ts';
import type { Store } from '../ports/store.ts';

export interface RemoveDeps extends Pick<Store, 'messages' | 'media'> {
  /** Where archived messages lie. */
  readonly archive?: Pick<Archive, 'delete'> | undefined;
}

/**
 * Removes a message for good, with its parts, what was made of them and what lies of it in the archive; what a crash leaves is
 * removed by repeating it.
 * @throws Fault (temporary) of a store or archive that is away: the message is still there
 */
export async function removeMessage(deps: RemoveDeps, message: Message): Promise<void> {
  await removeObjects(deps, message);
  const known = mediaOf(message);
  await removeAll(deps, known);
  const last = await deps.messages.remove(message.id);
  if (last === undefined) return;
  // A conversion may have ended in between, or it was on its way into the archive or back. What ends later finds no message
  // and keeps nothing.
  const all = mediaOf(last);
  await removeAll(deps, last.moving === undefined ? all.filter((id) => !known.includes(id)) : all);
  await removeObjects(deps, last);
}

async function removeObjects({ archive }: RemoveDeps, { archived, moving }: Message): Promise<void> {
  const keys = new Set([archived, moving].flatMap((one) => (one === undefined ? [] : [one.key])));
  if (keys.size === 0) return;
  if (archive === undefined)
    throw new Fault('archive-unavailable', 'the message is archived, and no archive is configured', {
      temporary: true,
    });
  await Promise.all(Array.from(keys, (key) => archive.delete(key)));
}

async function removeAll({ media }: RemoveDeps, ids: readonly MediaId[]): Promise<void> {
  await Promise.all(ids.map((id) => media.delete(id)));
}
