import { untilAborted } from './until-aborted.ts';

/** Work that several may wait for at once: it is done once, and given up when nobody waits for it any more. */
export class SharedWork<T> {
  readonly #running = new Map<string, Running<T>>();

  /**
   * What the work of this key comes to, begun if it is not under way.
   * @param signal ends the waiting of this one: rejects with its reason
   */
  async run(
    key: string,
    begin: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    signal?.throwIfAborted();
    const running = this.#running.get(key) ?? this.#begin(key, begin);
    running.waiting += 1;
    try {
      return await untilAborted(running.work, signal);
    } finally {
      running.waiting -= 1;
      if (running.waiting === 0) this.#end(key, running);
    }
  }

  #begin(key: string, begin: (signal: AbortSignal) => Promise<T>): Running<T> {
    const stop = new AbortController();
    const running: Running<T> = { work: begin(stop.signal), stop, waiting: 0 };
    this.#running.set(key, running);
    return running;
  }

  /** Who asks from now on begins anew: what is given up cannot be taken back. */
  #end(key: string, running: Running<T>): void {
    this.#running.delete(key);
    running.stop.abort();
    running.work.catch(() => undefined);
  }
}

interface Running<T> {
  readonly work: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}
