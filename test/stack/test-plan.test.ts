import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { crowds, jobs, long, planTests } from '../../scripts/test-plan.ts';

describe('How npm test divides its files', () => {
  it('each is run once, those with telephones beside those that compute, the longest first', () => {
    const [longest = '', next = ''] = long;
    const [crowd = ''] = crowds;
    const files = ['test/core/a.test.ts', crowd, next, 'test/system/a.test.ts', longest];
    assert.deepEqual(planTests(files), {
      waiting: [longest, next, 'test/system/a.test.ts'],
      crowds: [crowd],
      computing: ['test/core/a.test.ts'],
    });
  });

  it('at least one of each kind is run at a time', () => {
    assert.ok(Object.values(jobs).every((count) => count >= 1));
  });

  it('the files that it names are there', () => {
    assert.deepEqual(
      [...long, ...crowds].filter((file) => !existsSync(file)),
      [],
    );
  });
});
