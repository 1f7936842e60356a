import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { networksPage } from '../../scripts/networks-page.ts';

/** Tables are aligned by the formatter; what stands in them counts. */
const plain = (page: string): string => page.replace(/ {2,}/g, ' ').replace(/-{3,}/g, '---');

describe('docs/networks.md', () => {
  it('is what npm run networks:docs makes', () => {
    assert.equal(plain(readFileSync('docs/networks.md', 'utf8')), plain(networksPage()));
  });
});
