import { Fault } from '../../core/errors.ts';

/**
 * Steps that hang at once before no other is begun: a disk of a machine that is away holds each of them, and with it one of
 * the few threads on which this process works with any file.
 */
const mostHanging = 2;

/** Waits for work with files no longer than allowed. What hangs cannot be ended; it is counted until it ends. */
export class Patience {
  readonly #ms: number;
  #hanging = 0;

  /** @param ms longest wait for one step */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** @throws Fault `archive-unavailable` (temporary) if it takes too long, or others do already */
  async wait<T>(work: () => Promise<T>): Promise<T> {
    if (this.#hanging >= mostHanging) throw away('the disk does not answer');
    let timer: NodeJS.Timeout | undefined;
    const running = work();
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#hanging += 1;
        const ended = (): void => {
          this.#hanging -= 1;
        };
        running.then(ended, ended);
        reject(away(`the disk gave no answer within ${this.#ms} ms`));
      }, this.#ms);
    });
    try {
      return await Promise.race([running, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

export function away(what: string): Fault {
  return new Fault('archive-unavailable', `Archive: ${what}`, { temporary: true });
}
