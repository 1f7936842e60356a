import { setTimeout as sleep } from 'node:timers/promises';

/** Lets through so many bytes a second on average, and no more than a tenth of that at once. */
export class Bandwidth {
  readonly #perSecond: number;
  /** When what was let through until now has been sent at this rate. */
  #paid = 0;

  /** @param perSecond `undefined`: as fast as the line is */
  constructor(perSecond: number | undefined) {
    this.#perSecond = perSecond ?? Infinity;
  }

  async pass(bytes: number): Promise<void> {
    const now = performance.now();
    this.#paid = Math.max(this.#paid, now - 100) + (bytes * 1000) / this.#perSecond;
    const wait = this.#paid - now;
    if (wait > 1) await sleep(wait);
  }
}
