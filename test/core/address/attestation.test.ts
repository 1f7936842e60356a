import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { readAttestation } from '../../../app/core/address/attestation.ts';
import { identifyCaller } from '../../../app/core/address/identify-caller.ts';
import type { E164 } from '../../../app/core/ids.ts';

const read = (indicator: string, ...parties: string[]) => readAttestation(indicator, parties).attestation;
const inUri = (verstat: string) => `"Ann" <sip:+12025550123;verstat=${verstat}@x>;tag=1`;

describe('The signature of a caller ID', () => {
  it('is what the header says, or the parameter of From or P-Asserted-Identity, in the URI or after it', () => {
    assert.deepEqual(
      ['A', ' b ', 'C;x', 'failed', 'D', 'Ann', '', 'A-1'].map((header) => read(header)),
      ['A', 'B', 'C', 'failed', undefined, undefined, undefined, undefined],
    );
    assert.equal(read('', inUri('TN-Validation-Passed')), 'C');
    assert.equal(read('', inUri('tn-validation-passed-b')), 'B');
    assert.equal(read('', '<tel:+12025550123;verstat=TN-Validation-Passed-A>'), 'A');
    assert.equal(read('', '<sip:1@x>', '<sip:1@x>;verstat=TN-Validation-Failed-A'), 'failed');
    assert.equal(read('', inUri('No-TN-Validation')), undefined);
    assert.equal(read('B', inUri('TN-Validation-Passed-A')), 'B');
    assert.equal(read('A', inUri('TN-Validation-Failed')), 'failed', 'a failure goes before all else');
    assert.equal(read('', '";verstat=TN-Validation-Passed" <sip:1@x>'), undefined, 'a name says nothing');
  });

  it('opens nothing where only a parameter says so, and counts only from trunks that check it', () => {
    const from = { number: '+12025550123' };
    const caller = (indicator: string, party: string, attests: boolean) =>
      identifyCaller(
        {
          trunk: 'trunk',
          wireId: '',
          requestUser: '',
          privacy: false,
          diversions: [],
          history: [],
          from,
          ...readAttestation(indicator, [party]),
        },
        (raw) => raw as E164,
        { trusted: false, attests },
      );
    const shown = ({ trusted, attestation }: ReturnType<typeof caller>) => [trusted, attestation];
    assert.deepEqual(shown(caller('A', '', true)), [true, 'A']);
    assert.deepEqual(shown(caller('', inUri('TN-Validation-Passed-A'), true)), [false, 'A']);
    assert.deepEqual(shown(caller('', '', true)), [false, 'none']);
    assert.deepEqual(shown(caller('failed', '', true)), [false, 'failed']);
    assert.deepEqual(shown(caller('A', inUri('TN-Validation-Passed-A'), false)), [false, undefined]);
  });

  it('any text is read without harm', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400, unit: 'binary' }), (text) => {
        const said = read(text, text, `${text};verstat=${text}`);
        assert.ok(said === undefined || ['A', 'B', 'C', 'failed'].includes(said));
      }),
    );
  });
});
