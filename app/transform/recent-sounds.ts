import type { StoredSound } from '../core/prompt/play-item.ts';

/** Results that may be asked for again, the least used go first. */
export class RecentSounds {
  readonly #most: number;
  readonly #byId = new Map<string, StoredSound>();
  #bytes = 0;

  /** @param most bytes of sound that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  get(id: string): StoredSound | undefined {
    const sound = this.#byId.get(id);
    if (sound === undefined) return undefined;
    this.#byId.delete(id);
    this.#byId.set(id, sound);
    return sound;
  }

  add(sound: StoredSound): void {
    this.#forget(sound.id);
    this.#byId.set(sound.id, sound);
    this.#bytes += sound.bytes.length;
    for (const id of this.#byId.keys()) {
      if (this.#bytes <= this.#most) return;
      this.#forget(id);
    }
  }

  #forget(id: string): void {
    this.#bytes -= this.#byId.get(id)?.bytes.length ?? 0;
    this.#byId.delete(id);
  }
}
