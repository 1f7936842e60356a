/** Which key was meant by one that there is not. */
import { z } from 'zod';

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
}

/** More letters apart than this it is another word. */
const mostApart = 2;

/** Made once: a file may have many keys that there are not. */
const nodes = new WeakMap<z.ZodType, Node>();

function nodeOf(schema: z.ZodType): Node {
  const known = nodes.get(schema) ?? (z.toJSONSchema(schema, { io: 'input' }) as Node);
  nodes.set(schema, known);
  return known;
}

/** The key of the schema at a path that is spelled nearly as this one, if there is one. */
export function nearKey(schema: z.ZodType, path: readonly PropertyKey[], key: string): string | undefined {
  let node: Node | undefined = nodeOf(schema);
  for (const step of path) {
    const rest: Node | undefined =
      typeof node?.additionalProperties === 'object' ? node.additionalProperties : undefined;
    node = typeof step === 'number' ? node?.items : (ownOf(node?.properties, String(step)) ?? rest);
  }
  const near = Object.keys(node?.properties ?? {})
    .map((name) => ({ name, apart: lettersApart(name.toLowerCase(), key.slice(0, 64).toLowerCase()) }))
    .filter(({ name, apart }) => apart <= Math.min(mostApart, Math.floor(name.length / 2)))
    .toSorted((a, b) => a.apart - b.apart);
  return near[0]?.name;
}

function ownOf<T>(all: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return all !== undefined && Object.hasOwn(all, name) ? all[name] : undefined;
}

/** Letters that are missing, too many, others, or in the place of their neighbour. */
function lettersApart(a: string, b: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i += 1) {
    const now = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] && i > 1 && j > 1;
      now.push(
        Math.min(
          last[j]! + 1,
          now[j - 1]! + 1,
          last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
          ...(swapped ? [before[j - 2]! + 1] : []),
        ),
      );
    }
    [before, last] = [last, now];
  }
  return last[b.length]!;
}
