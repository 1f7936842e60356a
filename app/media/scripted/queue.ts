/** Values for one reader; those that nobody has read yet are kept. */
export class Queue<T> {
  readonly #values: T[] = [];
  #closed = false;
  #wake = (): void => undefined;

  push(value: T): void {
    this.#values.push(value);
    this.#wake();
  }

  /** Ends the reading, after what is there. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async *read(signal: AbortSignal): AsyncGenerator<T, void, undefined> {
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake);
    try {
      while (!signal.aborted) {
        const value = this.#values.shift();
        if (value !== undefined) yield value;
        else if (this.#closed) return;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}
