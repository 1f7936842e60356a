import assert from 'node:assert/strict';
import { assert as holds, property, string } from 'fast-check';
import { endpointOf, readFacts } from '../../../app/media/ari/facts.ts';

function handover(fields: readonly string[]): string {
  return fields.map(encodeURIComponent).join('|');
}

const full = [
  '1',
  '+12025550100',
  'sip:+12025550100;npdi=yes@10.0.0.1;user=phone;target=sip%3A%2B12025550101%40x;cause=486',
  '"Box" <sip:+12025550102@x>;tag=1',
  '"Ann (home)|x" <sip:anonymous@anonymous.invalid>;tag=2',
  '"Ann" <sip:+12025550123@x>, <tel:+12025550123>',
  'user;id',
  '<sip:+12025550104@x>;reason=no-answer;counter=1',
  '<sip:+12025550105@x>;reason=unconditional',
  '',
  '<sip:+12025550105@x>;index=1, <sip:+12025550104@x?Reason=SIP%3Bcause%3D302>;index=1.1',
  '',
  '',
  '(ulaw|alaw)',
  'B',
];

const trunks = new Set(['trunk']);

describe('AB_FACTS', () => {
  it('a phone is known by the number that the switch has for it; a trunk, or what is no number, is none', () => {
    const of = (number: string, endpoint = 'anna', asserted = full[5]!) =>
      readFacts(handover([...full.with(5, asserted), number]), endpoint, '', trunks).facts;
    // The dialplan writes a phone's number twice.
    const own = '<sip:+12025550111@phone>';
    const phone = of('+12025550111', 'anna', own);
    assert.deepEqual([phone.registered, phone.asserted], [true, { number: '+12025550111' }]);
    const cut = of('+1202555', 'anna', own);
    assert.deepEqual([cut.registered, cut.asserted?.number], [undefined, '+12025550111']);
    for (const facts of [of('+12025550111', 'trunk'), of(''), of('anna'), of('+1202<'), of('1'.repeat(40))]) {
      assert.deepEqual([facts.registered, facts.asserted?.number], [undefined, '+12025550123']);
    }
  });

  it('every field of a diverted call is read', () => {
    const { facts, nativeFormat } = readFacts(handover(full), 'trunk', 'abc@x', trunks);
    assert.deepEqual(facts, {
      trunk: 'trunk',
      wireId: 'abc@x',
      requestUser: '+12025550100',
      target: '+12025550101',
      cause: 486,
      toUser: '+12025550102',
      from: { number: 'anonymous', name: 'Ann (home)|x' },
      asserted: { number: '+12025550123', name: 'Ann' },
      privacy: true,
      diversions: [
        { number: '+12025550104', reason: 'no-answer' },
        { number: '+12025550105', reason: 'unconditional' },
      ],
      history: [{ number: '+12025550105' }, { number: '+12025550104', reason: '302' }],
      attestation: 'B',
    });
    assert.equal(nativeFormat, '(ulaw|alaw)');
  });

  it('what is absent is left out, and the extension stands in for a request URI', () => {
    assert.deepEqual(readFacts('1|%2B1202', 'trunk', '', trunks).facts, {
      trunk: 'trunk',
      wireId: '',
      requestUser: '+1202',
      privacy: false,
      diversions: [],
      history: [],
    });
  });

  it('a value cut in the middle of a character or escape, and any other text, is read without harm', () => {
    assert.equal(readFacts('1|%2B1202%', 't', '', trunks).facts.requestUser, '+1202%');
    assert.equal(readFacts('1|1||||"%C3" <sip:1@x>|', 't', '', trunks).facts.asserted?.number, '1');
    holds(
      property(string({ unit: 'binary', maxLength: 500 }), (text) => {
        const { facts } = readFacts(text, 't', '', trunks);
        assert.ok((facts.from?.name?.length ?? 0) <= 160);
      }),
    );
  });

  it('the endpoint is the channel name without technology and number', () => {
    assert.equal(endpointOf('PJSIP/trunk-00000012'), 'trunk');
    assert.equal(endpointOf('PJSIP/my-trunk-b-0000abcd'), 'my-trunk-b');
    assert.equal(endpointOf('Local/1@from-trunk-00000001;2'), '1@from-trunk');
  });
});
