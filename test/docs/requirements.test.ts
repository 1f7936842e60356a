import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { readRequirements } from './requirements.ts';

/** Every row that the product promises. */
const promised = [
  ...Array.from({ length: 42 }, (_, i) => `S${i + 1}`),
  ...Array.from({ length: 12 }, (_, i) => `B${i + 1}`),
];

describe('docs/requirements.md', () => {
  const rows = readRequirements();

  it('has every row once', () => {
    const named = rows.flatMap((row) => row.row.split(' '));
    assert.deepEqual(named.toSorted(), promised.toSorted());
  });

  it('has a state and, unless open, a proof for each', () => {
    for (const { row, state, proofs } of rows) {
      assert.match(state, /^(proved|partly|open)$/, row);
      assert.equal(proofs.length > 0, state !== 'open', `${row} is ${state} with ${proofs.length} proofs`);
    }
  });

  for (const { row, proofs } of rows) {
    for (const { file, title } of proofs) {
      it(`${row}: ${file} has a test “${title}”`, () => {
        assert.ok(existsSync(file), `${file} is not there`);
        const source = readFileSync(file, 'utf8');
        // Titles made in a loop are written with … after their fixed beginning.
        const beginning = title.replace(/…$/, '');
        assert.ok(source.includes(beginning), `no such title in ${file}`);
      });
    }
  }
});
