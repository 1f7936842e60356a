/** Ends with 0 if node_modules holds what package-lock.json asks for, else with 1. Plain JavaScript: it runs before npm ci. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2] ?? '.';

/** @param {string} file */
function packagesOf(file) {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')).packages;
}

try {
  const wanted = packagesOf('package-lock.json');
  const present = packagesOf('node_modules/.package-lock.json');
  // Optional packages are those of other systems.
  const missing = Object.entries(wanted).find(
    ([path, { version, optional }]) => path !== '' && optional !== true && present[path]?.version !== version,
  );
  process.exitCode = missing === undefined ? 0 : 1;
} catch {
  process.exitCode = 1;
}
