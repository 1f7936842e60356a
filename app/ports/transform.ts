import type { StoredSound } from '../core/prompt/play-item.ts';

/** Turns sound into other sound. Adapter: app/transform. */
export interface SoundTransform {
  /**
   * The sound at another speed, at the same pitch. Its id is `<id>@<factor>`, its type that of the given sound, or
   * `audio/PCMU` for a file format. At factor 1 it is the sound itself.
   * @param factor speed, 0.5 to 2
   * @param signal gives it up: rejects with its reason
   * @throws Fault `not-found` if there is no program for it on this machine: the speed cannot be changed here at all;
   * `invalid` for a factor or a type of sound that cannot be; `media-failed` for a sound that cannot be read or is too
   * long; `media-unavailable` (temporary) if it took too long, or too much is under way
   */
  tempo(sound: StoredSound, factor: number, signal?: AbortSignal): Promise<StoredSound>;
}
