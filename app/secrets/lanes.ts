export interface Lanes {
  /** Runs the work when fewer than so many are running; first come, first served. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing runs or waits. */
  idle(): Promise<void>;
}

/** Bounds how much is done at once. */
export function createLanes(atOnce: number): Lanes {
  const waiting: (() => void)[] = [];
  const running = new Set<Promise<unknown>>();
  let free = atOnce;

  const begin = (): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const end = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    run(work) {
      const done = begin().then(work).finally(end);
      const kept: Promise<unknown> = done.then(
        () => running.delete(kept),
        () => running.delete(kept),
      );
      running.add(kept);
      return done;
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
