/** The switch's 20 ms: every channel's media moves on with it. */
export const frameMs = 20;

export interface Clock {
  /** Calls back at each frame, some together if the machine was busy; returns a function that ends it. */
  each(tick: () => void): () => void;
  /** Resolves at the next frame. */
  next(): Promise<void>;
  close(): void;
}

export function startClock(): Clock {
  const ticks = new Set<() => void>();
  const began = performance.now();
  let done = 0;
  const timer = setInterval(() => {
    const due = Math.floor((performance.now() - began) / frameMs);
    for (; done < due; done += 1) for (const tick of ticks) tick();
  }, frameMs / 2);
  const each = (tick: () => void): (() => void) => {
    ticks.add(tick);
    return () => ticks.delete(tick);
  };
  return {
    each,
    next: () =>
      new Promise((resolve) => {
        const end = each(() => {
          end();
          resolve();
        });
      }),
    close: () => clearInterval(timer),
  };
}
