/** `npm run cli:docs`: writes docs/cli.md from the command's own help. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliPage } from './cli-page.ts';
import { checkout } from './stack/machine.ts';

writeFileSync(join(checkout, 'docs/cli.md'), `${cliPage().trimEnd()}\n`);
console.log('docs/cli.md written');
