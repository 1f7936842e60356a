/** A node as others know it: the numbers whose home it is begin so. */
export interface Domain {
  readonly name: string;
  readonly prefixes: readonly string[];
}

/** The node whose longest prefix begins the number; `undefined`: this node is its home. */
export function homeOf(number: string, others: readonly Domain[]): string | undefined {
  let best: { readonly name: string; readonly length: number } | undefined;
  for (const { name, prefixes } of others)
    for (const prefix of prefixes)
      if (number.startsWith(prefix) && prefix.length > (best?.length ?? 0))
        best = { name, length: prefix.length };
  return best?.name;
}
