/**
 * `npm run menu:docs`: writes docs/telephone-menu.md and its wall chart docs/telephone-menu.svg from the menus.
 * `--check` only compares and ends with 1 if they are out of date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { menuDocs } from './menu/docs.ts';
import { checkout } from './stack/machine.ts';

for (const [name, content] of Object.entries(await menuDocs())) {
  const file = join(checkout, name);
  if (!process.argv.includes('--check')) {
    await writeFile(file, content);
    console.log(`${name} written`);
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== content) {
    console.error(`${name} is out of date: run npm run menu:docs`);
    process.exitCode = 1;
  }
}
