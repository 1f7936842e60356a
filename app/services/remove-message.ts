import { Fault } from '../core/errors.ts';
import type { MediaId } from '../core/ids.ts';
import { mediaOf } from '../core/message/kept.ts';
import type { Message } from '../core/message/message.ts';
import type { Archive } from '../ports/archive.ts';
import type { Store } from '../ports/store.ts';
import type { Archiving } from './archiving.ts';

export interface RemoveDeps extends Pick<Store, 'messages' | 'media'> {
  /** Removes what lies in the archive; absent: there is none. */
  readonly forget?: Archiving['forget'] | undefined;
}

/**
 * Removes a message for good, with its parts, what was made of them and what lies of it in the archive; what a crash leaves is
 * removed by repeating it.
 * @param trace as of `MessageStore.remove`
 * @throws Fault (temporary) of a store or archive that is away: the message is still there
 */
export async function removeMessage(deps: RemoveDeps, message: Message, trace?: 'none'): Promise<void> {
  const forget = deps.forget ?? ((one) => removeObjects(undefined, one));
  await forget(message);
  await removeAll(deps, mediaOf(message));
  const last = await deps.messages.remove(message.id, trace);
  if (last === undefined) return;
  // A conversion may have ended in between, or it was on its way into the archive or back. What ends later finds no message
  // and keeps nothing.
  const known = [message, last].every(
    ({ archived, moving }) => archived === undefined && moving === undefined,
  );
  const came = new Set(known ? last.envelope.parts.map(({ media }) => media) : []);
  await removeAll(
    deps,
    mediaOf(last).filter((id) => !came.has(id)),
  );
  await forget(last);
}

/** What lies of it in the archive, or may. @throws Fault (temporary) if that is away, or there is none */
export async function removeObjects(
  archive: Pick<Archive, 'delete'> | undefined,
  { archived, moving }: Pick<Message, 'archived' | 'moving'>,
): Promise<void> {
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
