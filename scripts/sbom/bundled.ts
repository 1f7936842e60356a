/** Libraries that the built page has in it: installed for development alone, and shipped all the same. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../stack/machine.ts';

const specifier = /(?:\bfrom|\bimport)\s*\(?\s*['"]([@\w][\w./@-]*)['"]/g;

/** Names of packages that sources of the page import, for types alone too: one too many does no harm. */
export function bundledNames(folder = join(checkout, 'web')): string[] {
  const names = new Set<string>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(file) || /^(dist\/|vite\.config\.ts$)/.test(file)) continue;
    for (const [, path = ''] of readFileSync(join(folder, file), 'utf8').matchAll(specifier)) {
      const name = /^(@[^/]+\/[^/]+|[^./@][^/]*)/.exec(path)?.[1];
      if (name !== undefined && !path.startsWith('node:')) names.add(name);
    }
  }
  return [...names].toSorted();
}
