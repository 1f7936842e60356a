/**
 * `npm run config:docs`: writes docs/configuration.md from the schema, so that no key can be undocumented.
 * `--check` only compares and ends with 1 if the page is out of date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configPage } from './config-page.ts';
import { checkout } from './stack/machine.ts';

const file = join(checkout, 'docs/configuration.md');
const page = configPage();
if (!process.argv.includes('--check')) {
  await writeFile(file, page);
  console.log('docs/configuration.md written');
} else if ((await readFile(file, 'utf8').catch(() => '')) !== page) {
  console.error('docs/configuration.md is out of date: run npm run config:docs');
  process.exitCode = 1;
}
