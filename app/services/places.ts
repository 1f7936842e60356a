/** So many at once; the others wait in turn, and those for whom there is no room even to wait are refused. */
import { Fault } from '../core/errors.ts';

export class Places {
  #free: number;
  readonly #mostWaiting: number;
  readonly #atOnce: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number, mostWaiting: number) {
    this.#atOnce = atOnce;
    this.#free = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  /** What is being done, and what waits for its turn. */
  get load(): { readonly running: number; readonly waiting: number } {
    return { running: this.#atOnce - this.#free, waiting: this.#waiting.length };
  }

  /**
   * Does the work when its turn has come.
   * @throws Fault `media-unavailable` (temporary) if too many wait
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    await this.#turn(signal);
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    if (this.#waiting.length >= this.#mostWaiting)
      return Promise.reject(
        new Fault('media-unavailable', 'too many conversions are waiting', { temporary: true }),
      );
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const abort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(turn);
    });
  }
}
