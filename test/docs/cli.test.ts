import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cliPage } from '../../scripts/cli-page.ts';

/** Tables are aligned by the formatter; what stands in them counts. */
const plain = (page: string): string => page.replace(/ {2,}/g, ' ').replace(/-{3,}/g, '---').trim();

describe('docs/cli.md', () => {
  it('is what npm run cli:docs makes of the command itself', () => {
    assert.equal(plain(readFileSync('docs/cli.md', 'utf8')), plain(cliPage()));
  });

  it('has every subcommand that the command was asked for, each with --json', () => {
    const page = cliPage();
    for (const name of [
      'subscriber',
      'mailbox',
      'message',
      'letter',
      'cdr',
      'sweep',
      'export',
      'import',
      'doctor',
    ])
      assert.match(page, new RegExp(`^## \`answerback ${name}\`$`, 'm'));
    assert.match(page, /--json/);
  });
});
