/** A node as others know it: the numbers whose home it is begin so. */
export interface Domain {
  readonly name: string;
  readonly prefixes: readonly string[];
  /** Numbers whose home the node is that asks begin so, although they begin as those of this one. */
  readonly ours?: readonly string[];
}

/** The node whose longest prefix begins the number; `undefined`: this node is its home, also where two have the same. */
export function homeOf(number: string, others: readonly Domain[]): string | undefined {
  const lengthOf = (prefixes: readonly string[]): number =>
    Math.max(0, ...prefixes.filter((prefix) => number.startsWith(prefix)).map(({ length }) => length));
  let best: { readonly name: string | undefined; readonly length: number } = { name: undefined, length: 0 };
  for (const { ours = [] } of others)
    best = { name: undefined, length: Math.max(best.length, lengthOf(ours)) };
  for (const { name, prefixes } of others) {
    const length = lengthOf(prefixes);
    if (length > best.length) best = { name, length };
  }
  return best.name;
}
