/** How many requests may be unanswered at once, and how many may go out in a second. */
import { unavailable } from './statuses.ts';

/** First and longest pause that a throttling SMSC is given, in milliseconds. */
const firstPauseMs = 500;
const longestPauseMs = 30_000;

interface Waiting {
  readonly grant: () => void;
}

export class Window {
  /** Requests under way. */
  busy = 0;
  readonly #size: number;
  /** Requests a millisecond. */
  readonly #rate: number;
  readonly #burst: number;
  readonly #queue: Waiting[] = [];
  #tokens: number;
  #counted = performance.now();
  #closedUntil = 0;
  #pauseMs = firstPauseMs;
  #timer: NodeJS.Timeout | undefined;

  constructor(size: number, perSecond: number) {
    this.#size = size;
    this.#rate = perSecond / 1000;
    this.#burst = Math.max(1, perSecond / 20);
    this.#tokens = this.#burst;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * Resolves when a request may go out; `release` must follow.
   * @throws Fault `gateway-unavailable` if that is not so within the time
   */
  acquire(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        reject(unavailable('the SMSC takes texts more slowly than they come'));
      }, timeoutMs);
      const waiting: Waiting = {
        grant: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.#queue.push(waiting);
      this.#pump();
    });
  }

  /** The request was answered, or will not be. */
  release(): void {
    this.busy -= 1;
    this.#pump();
  }

  /** The SMSC said that it gets too much: nothing goes out for a while, longer each time until something is taken. */
  throttle(): void {
    const now = performance.now();
    // Those that were under way together say it together.
    if (now < this.#closedUntil) return;
    this.#closedUntil = now + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
    this.#pump();
  }

  taken(): void {
    this.#pauseMs = firstPauseMs;
  }

  #pump(): void {
    const now = performance.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#counted) * this.#rate);
    this.#counted = now;
    while (
      this.#queue.length > 0 &&
      this.busy < this.#size &&
      this.#tokens >= 1 &&
      now >= this.#closedUntil
    ) {
      this.#tokens -= 1;
      this.busy += 1;
      this.#queue.shift()?.grant();
    }
    if (this.#queue.length === 0 || this.busy >= this.#size || this.#timer !== undefined) return;
    const waitMs = Math.max(this.#closedUntil - now, (1 - this.#tokens) / this.#rate, 1);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#pump();
    }, waitMs);
  }
}
