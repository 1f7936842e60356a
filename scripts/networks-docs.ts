/** `npm run networks:docs`: writes docs/networks.md. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { networksPage } from './networks-page.ts';
import { checkout } from './stack/machine.ts';

writeFileSync(join(checkout, 'docs/networks.md'), networksPage());
console.log('docs/networks.md written');
