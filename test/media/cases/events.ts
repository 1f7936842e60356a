/** Something that happens once; steps of a script may wait for it. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function openGate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** Resolves when the signal has aborted. @throws Error after 5 s */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(() => reject(new Error('not aborted within 5 s')), 5000);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
