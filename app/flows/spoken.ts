import { beforeFaxTone } from '../core/message/fax-tone.ts';
import { speechMs } from '../core/message/speech.ts';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { PlayItem } from '../core/prompt/play-item.ts';
import type { Take } from '../ports/media.ts';

/** A take and its bytes. */
export interface Spoken {
  readonly take: Take;
  readonly bytes: Uint8Array;
}

/**
 * The take, if there is enough speech in it to be a message.
 * @param fax a fax tone ended it: what was said before the tone counts
 */
export async function speechOf(
  take: Take | undefined,
  profile: ClassOfService,
  fax = false,
): Promise<Spoken | undefined> {
  if (take === undefined) return undefined;
  const all = await take.bytes();
  const bytes = fax ? beforeFaxTone(take.contentType, all) : all;
  const durationMs = all.length === 0 ? 0 : Math.round((take.durationMs * bytes.length) / all.length);
  const spoken = speechMs(take.contentType, bytes, profile.minSpeechMs) ?? durationMs;
  if (bytes.length === 0 || spoken < profile.minSpeechMs) return undefined;
  return { take: bytes === all ? take : { ...take, durationMs }, bytes };
}

/** A take as it is now, to be played. */
export async function playTake(take: Take): Promise<PlayItem> {
  const bytes = await take.bytes();
  // The length is part of the name: after "add more" the same take has other bytes.
  const id = `${take.id}-${bytes.length}`;
  return { kind: 'stored', media: { id, contentType: take.contentType, bytes } };
}
