import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { sizingTable } from '../../scripts/sizing-table.ts';
import { shardKeys } from '../../app/storage/shard-keys.ts';

const plain = (page: string): string =>
  page.replace(/ {2,}/g, ' ').replace(/-{3,}/g, '---').replace(/\n+/g, '\n').trim();

describe('docs/operations.md', () => {
  const page = readFileSync('docs/operations.md', 'utf8');

  it('has the sizes that the benches’ last figures give', () => {
    const [, table = ''] = /<!-- sizing -->([^]*)<!-- sizing ends -->/.exec(page) ?? [];
    assert.equal(plain(table), plain(sizingTable()));
  });

  it('names every collection that may be sharded', () => {
    for (const name of Object.keys(shardKeys)) assert.ok(page.includes(`\`${name}\``), name);
  });
});
