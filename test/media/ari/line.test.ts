import assert from 'node:assert/strict';
import { readFacts } from '../../../app/media/ari/facts.ts';
import { lineGroup } from '../../../app/core/address/line-group.ts';

const trunks = new Set(['sip', 'pstn']);
const handover = (trunk: string) =>
  [
    '1',
    '2025550100',
    '<sip:2025550100@line>',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '(alaw)',
    '',
    '',
    trunk,
  ]
    .map(encodeURIComponent)
    .join('|');

describe('A call over a line', () => {
  it('is known by the trunk that its channels were given, and by no name that is no trunk', () => {
    assert.equal(readFacts(handover('pstn'), 'i1/2025550100', '', trunks).facts.trunk, 'pstn');
    assert.equal(readFacts(handover('other'), 'i1/2025550100', '', trunks).facts.trunk, 'i1/2025550100');
    assert.equal(readFacts(handover('pstn'), 'x', '', trunks).facts.registered, undefined);
  });

  it('goes out over the group of its trunk, counted among the lines alone', () => {
    const all = [{ name: 'sip' }, { name: 'a', line: {} }, { name: 'b', line: {} }];
    assert.deepEqual(
      all.map(({ name }) => lineGroup(all, name)),
      [undefined, 1, 2],
    );
  });
});
