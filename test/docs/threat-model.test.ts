import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';

const page = readFileSync('docs/threat-model.md', 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (who|---) \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('docs/threat-model.md', () => {
  it('has who it must have, and for each what is wanted, how it is stopped and a proof', () => {
    const all = rows.map(([, who]) => who).join('\n');
    const needed =
      'caller, sender of texts, mailer, subscriber, other subscriber, operator, person on the network, thief of disk or backup, rogue node, rogue switch, supply chain';
    for (const who of needed.split(', ')) assert.ok(all.includes(who), who);
    for (const [, who = '', wants, how, proof = ''] of rows) {
      assert.ok(wants && how, who);
      assert.match(proof, /^`[^`]+`: “[^”]+”(<br>`[^`]+`: “[^”]+”)*$/, who);
    }
  });

  for (const [, , , , proof = ''] of rows)
    for (const [, file = '', title = ''] of proof.matchAll(/`([^`]+)`: “([^”]+)”/g))
      it(`${file} has a test “${title}”`, () => {
        assert.ok(existsSync(file), `${file} is not there`);
        assert.ok(readFileSync(file, 'utf8').includes(title), `no such title in ${file}`);
      });
});
