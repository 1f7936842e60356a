/**
 * Calls back after `ms`. When the event loop stood still, what the switch sent meanwhile is read first: a key pressed
 * in time must win over a time-out noticed late.
 * @returns a function that stops it.
 */
export function after(ms: number, done: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(() => (immediate = setImmediate(done)));
  }, ms);
  return () => {
    clearTimeout(timer);
    if (immediate !== undefined) clearImmediate(immediate);
  };
}
