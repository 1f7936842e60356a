import { speechMs } from '../core/message/speech.ts';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { PlayItem } from '../core/prompt/play-item.ts';
import type { Take } from '../ports/media.ts';

/** A take and its bytes. */
export interface Spoken {
  readonly take: Take;
  readonly bytes: Uint8Array;
}

/** The take, if there is enough speech in it to be a message. */
export async function speechOf(take: Take | undefined, profile: ClassOfService): Promise<Spoken | undefined> {
  if (take === undefined) return undefined;
  const bytes = await take.bytes();
  const spoken = speechMs(take.contentType, bytes, profile.minSpeechMs) ?? take.durationMs;
  return bytes.length > 0 && spoken >= profile.minSpeechMs ? { take, bytes } : undefined;
}

/** A take as it is now, to be played. */
export async function playTake(take: Take): Promise<PlayItem> {
  const bytes = await take.bytes();
  // The length is part of the name: after "add more" the same take has other bytes.
  const id = `${take.id}-${bytes.length}`;
  return { kind: 'stored', media: { id, contentType: take.contentType, bytes } };
}
