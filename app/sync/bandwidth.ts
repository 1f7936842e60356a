import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes that may go at once, in milliseconds of the rate: what calls on the same line wait for at most, besides their own. */
const burstMs = 20;

/** Lets through so many bytes a second on average, and little at once. */
export class Bandwidth {
  readonly #perSecond: number;
  /** When what was let through until now has been sent at this rate. */
  #paid = 0;

  /** @param perSecond `undefined`: as fast as the line is */
  constructor(perSecond: number | undefined) {
    this.#perSecond = perSecond ?? Infinity;
  }

  /** Nothing is held back. */
  get free(): boolean {
    return this.#perSecond === Infinity;
  }

  async pass(bytes: number): Promise<void> {
    if (this.free) return;
    const now = performance.now();
    this.#paid = Math.max(this.#paid, now - burstMs) + (bytes * 1000) / this.#perSecond;
    const wait = this.#paid - now;
    if (wait > 1) await sleep(wait);
  }
}
