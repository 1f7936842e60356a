/** Resolves when the promise settles, either way, or when cut. */
export async function settledOrCut(promise: Promise<unknown>, cut: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      cut.removeEventListener('abort', done);
      resolve();
    };
    cut.addEventListener('abort', done);
    promise.then(done, done);
  });
}
