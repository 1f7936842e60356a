import { Fault } from '../core/errors.ts';

/** More than this many waiting for each place are refused: they would be in vain when their turn comes. */
const waitingEach = 16;

/** Lets a few work at once, the others in turn. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  readonly #atOnce: number;
  readonly #crowded: string;
  #places: number;

  /** @param crowded what is said to whom there is no room for, even to wait */
  constructor(atOnce: number, crowded: string) {
    this.#atOnce = atOnce;
    this.#places = atOnce;
    this.#crowded = crowded;
  }

  /**
   * Does work when its turn has come.
   * @throws Fault `media-unavailable` (temporary) if too many wait; the signal's reason
   */
  async take<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    if (this.#places > 0) this.#places--;
    else await this.#wait(signal);
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      // The place goes to the next one without being free in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#places++;
      else next();
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    if (this.#waiting.length >= waitingEach * this.#atOnce)
      return Promise.reject(new Fault('media-unavailable', this.#crowded, { temporary: true }));
    return new Promise((resolve, reject) => {
      const turn = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(turn);
    });
  }
}
