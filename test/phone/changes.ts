/** A wait whose deadline passed. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/** State that can be waited for: call `changed` after each change; `until` looks at once and after each change. */
export class Changes {
  readonly #checks = new Set<() => void>();

  changed(): void {
    for (const check of this.#checks) check();
  }

  /**
   * Resolves with the first defined result of `find`; rejects with what `find` throws.
   * @throws DeadlinePassed after `withinMs` milliseconds; `what` says what was waited for.
   */
  until<T>(find: () => T | undefined, withinMs: number, what: string | (() => string)): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = (act: () => void): void => {
        this.#checks.delete(check);
        clearTimeout(timer);
        act();
      };
      const check = (): void => {
        try {
          const found = find();
          if (found !== undefined) settle(() => resolve(found));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      // A busy process comes to its timers late, and before what arrived in time is read.
      const timer = setTimeout(() => setImmediate(giveUp), withinMs);
      const giveUp = (): void => {
        if (!this.#checks.has(check)) return;
        const text = typeof what === 'string' ? what : what();
        settle(() => reject(new DeadlinePassed(`${text}: not within ${withinMs} ms`)));
      };
      this.#checks.add(check);
      check();
    });
  }
}
