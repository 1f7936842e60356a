import type { Log } from '../../ports/log.ts';
import type { StrayRecording } from '../../ports/media.ts';
import { findStrays, type StrayDeps } from './strays.ts';

export interface StrayWatchDeps extends StrayDeps {
  /** Resolves when the switch can be asked, or the signal aborts. */
  readonly ready: (over: AbortSignal) => Promise<void>;
  /** Time between two looks, in milliseconds. */
  readonly everyMs: number;
  readonly log: Log;
}

/** Looks through the spool again and again. */
export class StrayWatch {
  readonly #deps: StrayWatchDeps;
  #wake: (() => void) | undefined;

  constructor(deps: StrayWatchDeps) {
    this.#deps = deps;
  }

  /** Looks now rather than later. */
  wake(): void {
    this.#wake?.();
  }

  async *follow(over: AbortSignal): AsyncGenerator<StrayRecording, void, undefined> {
    for (;;) {
      await this.#deps.ready(over);
      if (over.aborted) return;
      try {
        for (const stray of await findStrays(this.#deps)) {
          if (over.aborted) return;
          yield stray;
        }
      } catch (error) {
        this.#deps.log.warn('the spool could not be looked through', { error: String(error) });
      }
      await this.#pause(over);
    }
  }

  #pause(over: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        over.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, this.#deps.everyMs);
      over.addEventListener('abort', done);
      this.#wake = done;
      if (over.aborted) done();
    });
  }
}
