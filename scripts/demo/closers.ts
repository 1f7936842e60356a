/** What was opened, closed again in reverse order. */
export class Closers implements AsyncDisposable {
  readonly #opened: AsyncDisposable[] = [];

  add<T extends AsyncDisposable>(opened: T): T {
    this.#opened.push(opened);
    return opened;
  }

  /** Waits for all; those that were opened are closed later even if one fails. @throws the first error */
  async addAll<T extends readonly AsyncDisposable[]>(opening: {
    readonly [K in keyof T]: Promise<T[K]>;
  }): Promise<T> {
    const results = await Promise.allSettled(opening as readonly Promise<AsyncDisposable>[]);
    for (const result of results) if (result.status === 'fulfilled') this.add(result.value);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return results.map((result) => (result as PromiseFulfilledResult<AsyncDisposable>).value) as unknown as T;
  }

  /** Closes everything, also after an error. @throws the last error */
  async [Symbol.asyncDispose](): Promise<void> {
    let error: unknown;
    for (let one = this.#opened.pop(); one !== undefined; one = this.#opened.pop()) {
      try {
        await one[Symbol.asyncDispose]();
      } catch (fault) {
        error = fault;
      }
    }
    if (error !== undefined) throw error;
  }
}
