import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Version by the package's own manifest, which lies in a folder above both the sources and what is built of them. */
export function buildVersion(from = dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = versionIn(folder);
    if (found !== undefined) return found;
    if (folder === dirname(folder)) return 'unknown';
  }
}

function versionIn(folder: string): string | undefined {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    const { name, version } = JSON.parse(text) as { name?: unknown; version?: unknown };
    return name === 'answerback' && typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
