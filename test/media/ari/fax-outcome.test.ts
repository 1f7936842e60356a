import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { readOutcome, troubleOf } from '../../../app/media/ari/fax-outcome.ts';

describe('how a fax ended, as the dialplan keeps it', () => {
  it('has pages, speed, mode and the name of the far machine', () => {
    const outcome = readOutcome('1|SUCCESS|NO_ERROR|OK|3|14400|T38|%2B1%20202%20555%200166');
    assert.deepEqual(outcome, {
      success: true,
      error: 'NO_ERROR',
      words: 'OK',
      pages: 3,
      facts: { station: '+1 202 555 0166', rate: 14_400, mode: 't38' },
      text: 'SUCCESS, NO_ERROR, OK',
    });
    assert.equal(readOutcome('1|SUCCESS|HANGUP|OK|1|9600|audio|').facts?.mode, 'audio');
  });

  it('of which no session came about has no facts', () => {
    assert.equal(readOutcome('1|FAILED|HANGUP||0|||').facts, undefined);
    assert.equal(readOutcome('').success, false);
  });

  it('cannot be made up by the name of a far machine', () => {
    const { facts } = readOutcome(
      '1|FAILED|HANGUP|x|0|2400|T38|a%7C1%7CSUCCESS%0A%00%C3%A9more-than-twenty-characters',
    );
    assert.equal(facts?.station, 'a|1|SUCCESSmore-than');
  });

  it('tells why, in words that people are told', () => {
    const why = (text: string) => troubleOf(readOutcome(`1|FAILED|HANGUP|${encodeURIComponent(text)}|0||`));
    assert.equal(why('The call dropped prematurely'), 'hung-up');
    assert.equal(why('Timed out waiting for initial communication'), 'no-fax');
    assert.equal(why('Disconnected after permitted retries'), 'transmission');
    assert.equal(why('TIFF/F file cannot be opened'), 'document');
    assert.equal(why('something new'), 'transmission');
    assert.equal(why(''), 'hung-up');
    assert.equal(troubleOf(readOutcome('1|||')), 'unknown');
    assert.equal(troubleOf(undefined), 'unknown');
  });

  it('is read whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const { pages, facts } = readOutcome(text);
        assert.ok(Number.isInteger(pages) && pages >= 0);
        assert.ok(facts === undefined || facts.rate > 0);
      }),
    );
  });
});
