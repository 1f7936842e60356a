/**
 * `npm run api:docs`: writes docs/openapi.json and docs/api.md from the routes themselves. `--check` only compares and ends with 1 if
 * they are out of date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiDocument } from './api/document.ts';
import { apiPage } from './api/page.ts';
import { checkout } from './stack/machine.ts';

const document = await apiDocument();
const files = {
  'docs/openapi.json': `${JSON.stringify(document, undefined, 2)}\n`,
  'docs/api.md': apiPage(document),
};
for (const [name, text] of Object.entries(files)) {
  const file = join(checkout, name);
  if (!process.argv.includes('--check')) {
    await writeFile(file, text);
    console.log(`${name} written`);
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    console.error(`${name} is out of date: run npm run api:docs`);
    process.exitCode = 1;
  }
}
