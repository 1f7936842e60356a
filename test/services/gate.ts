/** Something that is waited for until a test lets it go on. */
export interface Gate<T = void> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

export function gate<T = void>(): Gate<T> {
  let open: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => (open = resolve));
  return { promise, resolve: (value) => open(value) };
}
