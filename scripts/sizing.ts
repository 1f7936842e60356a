/** `npm run sizing`: puts the sizing table into docs/operations.md, between its marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sizingTable } from './sizing-table.ts';
import { checkout } from './stack/machine.ts';

const file = join(checkout, 'docs/operations.md');
const page = readFileSync(file, 'utf8');
const made = page.replace(/(<!-- sizing -->)[^]*(<!-- sizing ends -->)/, (_all, begin: string, end: string) =>
  [begin, sizingTable(), end].join('\n\n'),
);
writeFileSync(file, made);
console.log('docs/operations.md: sizing table written');
