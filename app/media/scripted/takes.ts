import { Fault } from '../../core/errors.ts';
import type { Take } from '../../ports/media.ts';
import { bytesPerMs } from './steps.ts';

/** Recordings that lie at the switch, by tag. */
export class Takes {
  readonly #kept = new Map<string, Uint8Array>();
  readonly #contentType: string;

  constructor(contentType: string) {
    this.#contentType = contentType;
  }

  /** Tags of those that were not discarded. */
  get tags(): readonly string[] {
    return [...this.#kept.keys()];
  }

  has(tag: string): boolean {
    return this.#kept.has(tag);
  }

  bytes(tag: string): Uint8Array | undefined {
    return this.#kept.get(tag);
  }

  keep(tag: string, bytes: Uint8Array, contentType = this.#contentType): Take {
    this.#kept.set(tag, bytes);
    return {
      id: tag,
      tag,
      contentType,
      durationMs: contentType === 'image/tiff' ? 0 : Math.round(bytes.length / bytesPerMs),
      bytes: async () => {
        const kept = this.#kept.get(tag);
        if (kept === undefined)
          throw new Fault('not-found', 'the recording was discarded', { temporary: false });
        return kept;
      },
      discard: async () => {
        this.#kept.delete(tag);
      },
    };
  }
}
