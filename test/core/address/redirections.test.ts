import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  parseDiversions,
  parseHistory,
  parseParty,
  splitValues,
} from '../../../app/core/address/redirections.ts';

describe('headers that say who redirected a call', () => {
  it('Diversion: each header and each value, in wire order, with its reason', () => {
    assert.deepEqual(
      parseDiversions([
        '"B, Bob" <sip:1002@h>;reason=User-Busy, <tel:+12025550103>;counter=1',
        '',
        '<sip:1001@h>;reason="no-answer"',
      ]),
      [
        { number: '1002', reason: 'user-busy' },
        { number: '+12025550103' },
        { number: '1001', reason: 'no-answer' },
      ],
    );
  });

  it('History-Info: by index, with the cause of the Reason header or of the URI', () => {
    assert.deepEqual(
      parseHistory([
        '<sip:1000@h;cause=486>;index=1.1.1;mp=1.1, <sip:1002@h?Reason=SIP%3Bcause%3D302%3Btext%3D%22Moved%22>;index=1.1;rc=1',
        '<sip:1001@h?Reason=Q.850;cause=16>;index=1',
      ]),
      [{ number: '1001' }, { number: '1002', reason: '302' }, { number: '1000', reason: '486' }],
    );
  });

  it('From and P-Asserted-Identity: the first value with a user', () => {
    assert.deepEqual(parseParty('<sip:host>, "Ann" <sip:+12025550123@h>;tag=1'), {
      number: '+12025550123',
      name: 'Ann',
    });
    assert.equal(parseParty('Anonymous'), undefined);
  });

  it('are split at commas outside of quotes and angle brackets only, and never throw', () => {
    assert.deepEqual(splitValues('"a,\\",b" <sip:x,y@h>, c,, d'), ['"a,\\",b" <sip:x,y@h>', 'c', 'd']);
    const hostile = fc
      .array(fc.constantFrom('<', '>', '"', '\\', 'sip:', '@', ';index=1.', ',', '?Reason=', '%3B', 'cause='))
      .map((p) => p.join(''));
    fc.assert(
      fc.property(fc.array(hostile), (headers) => {
        parseDiversions(headers);
        parseHistory(headers);
        headers.forEach(parseParty);
      }),
    );
  });
});
