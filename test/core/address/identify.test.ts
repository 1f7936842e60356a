import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { CallFacts } from '../../../app/core/address/call-facts.ts';
import { identify } from '../../../app/core/address/identify.ts';
import type { TrunkFacts } from '../../../app/core/address/identify.ts';
import { createNumberPlan } from '../../../app/core/address/number-plan.ts';

const access = '+12025550199';
const plan = createNumberPlan({
  access: [access],
  country: 'US',
  ranges: [{ prefix: '+1202555', class: 'standard' }],
});
const trusted = { trusted: true };

function call(facts: Partial<CallFacts>): CallFacts {
  return {
    trunk: 'trunk',
    wireId: 'id@host',
    requestUser: access,
    privacy: false,
    diversions: [],
    history: [],
    ...facts,
  };
}

/** What a call is for, in one line. */
function purpose(facts: Partial<CallFacts>): string {
  const who = identify(call(facts), plan, trusted);
  switch (who.kind) {
    case 'mailbox':
      return `mailbox ${who.number.slice(-4)}${who.reason ? ` ${who.reason}` : ''}`;
    case 'reference':
      return `reference ${who.reference}`;
    case 'refused':
      return `refused ${who.reason}`;
    case 'access':
      return 'access';
  }
}

describe('whose mailbox a call is for', () => {
  const table: [string, Partial<CallFacts>, string][] = [
    ['the number was routed here', { requestUser: '+12025550101' }, 'mailbox 0101'],
    ['in national form', { requestUser: '2025550101', toUser: '2025550101' }, 'mailbox 0101'],
    [
      'the request URI names a target and why (RFC 4458)',
      { target: 'sip:+12025550101@host', cause: 486 },
      'mailbox 0101 user-busy',
    ],
    ['the target is a bare number', { target: '2025550101', cause: 408 }, 'mailbox 0101 no-answer'],
    [
      'the target is not served, Diversion is',
      { target: 'sip:+13035550000@h', diversions: [{ number: '+12025550102' }] },
      'mailbox 0102',
    ],
    [
      'Diversion after no answer',
      { diversions: [{ number: '+12025550101', reason: 'no-answer' }] },
      'mailbox 0101 no-answer',
    ],
    [
      'two Diversions: the first redirecting party is the last header',
      {
        diversions: [
          { number: '+12025550102', reason: 'user-busy' },
          { number: '+12025550101', reason: 'unconditional' },
        ],
      },
      'mailbox 0101 unconditional',
    ],
    [
      'the first redirecting party is a number elsewhere',
      {
        diversions: [
          { number: '+12025550102', reason: 'no-answer' },
          { number: '+13035550000', reason: 'unconditional' },
        ],
      },
      'mailbox 0102 no-answer',
    ],
    [
      'History-Info: the original target, not the ones between',
      {
        history: [{ number: '+12025550101' }, { number: '+12025550102', reason: '486' }, { number: access }],
      },
      'mailbox 0101 user-busy',
    ],
    [
      'History-Info before Diversion',
      { history: [{ number: '+12025550101', reason: '408' }], diversions: [{ number: '+12025550102' }] },
      'mailbox 0101 no-answer',
    ],
    [
      'target before History-Info',
      { target: 'sip:+12025550103@h', history: [{ number: '+12025550101' }] },
      'mailbox 0103',
    ],
    [
      'a History-Info cause that nobody knows',
      { history: [{ number: '+12025550101', reason: '499' }] },
      'mailbox 0101 unknown',
    ],
    [
      'Diversion before the request URI',
      { requestUser: '+12025550102', diversions: [{ number: '+12025550101' }] },
      'mailbox 0101',
    ],
    [
      'To keeps the number where a proxy changed the request',
      { requestUser: 'voicemail', toUser: '+12025550101' },
      'mailbox 0101',
    ],
    ['the access number, To names another subscriber', { toUser: '+12025550101' }, 'mailbox 0101'],
    ['request URI before To', { requestUser: '+12025550102', toUser: '+12025550101' }, 'mailbox 0102'],
    ['the access number', { toUser: access }, 'access'],
    ['the access number in national form', { requestUser: '2025550199' }, 'access'],
    [
      'their own number, routed to the access number',
      { toUser: '+12025550101', from: { number: '+12025550101' } },
      'access',
    ],
    [
      'the access number was itself forwarded',
      { diversions: [{ number: access, reason: 'unconditional' }] },
      'access',
    ],
    [
      'the access number with a Diversion that is not ours',
      { diversions: [{ number: '+13035550000' }] },
      'access',
    ],
    ['a reference', { requestUser: '1234567894' }, 'reference 1234567894'],
    ['ten digits with a wrong check digit', { requestUser: '1234567891' }, 'refused not-served'],
    // 2025550115 has a right check digit and is a served number.
    ['a served number that could be a reference', { requestUser: '2025550115' }, 'mailbox 0115'],
    ['a number elsewhere', { requestUser: '+13035550000' }, 'refused not-served'],
    ['a name', { requestUser: 'alice' }, 'refused unparseable'],
    ['nothing', { requestUser: '' }, 'refused unparseable'],
  ];
  for (const [title, facts, expected] of table) {
    it(`${title}: ${expected}`, () => assert.equal(purpose(facts), expected));
  }

  it('national numbers are those of the trunk', () => {
    const swiss = createNumberPlan({
      access: [access],
      country: 'US',
      ranges: [{ prefix: '+4144', class: 'zurich' }],
    });
    const who = identify(call({ requestUser: '0442345678' }), swiss, { trusted: false, country: 'CH' });
    assert.deepEqual(who, {
      kind: 'mailbox',
      number: '+41442345678',
      classOfService: 'zurich',
      dialled: '0442345678',
      caller: { private: false, trusted: false },
    });
  });
});

describe('who calls', () => {
  const caller = (facts: Partial<CallFacts>, trunk: TrunkFacts = trusted) =>
    identify(call(facts), plan, trunk).caller;
  const from = { number: '+13035550001', name: 'From Name' };
  const asserted = { number: '+13035550002', name: 'Asserted Name' };
  const deposit = { requestUser: '+12025550101' };

  it('is who P-Asserted-Identity says, before From', () => {
    assert.deepEqual(caller({ from, asserted }), {
      number: '+13035550002',
      name: 'Asserted Name',
      private: false,
      trusted: true,
    });
  });

  it('is who From says where nothing is asserted', () => {
    assert.equal(caller({ from }).number, '+13035550001');
    assert.equal(caller({ from, asserted: { number: 'alice' } }).number, '+13035550001');
  });

  it('is believed on a trusted trunk, or with attestation A of a trunk that attests, and only with a number', () => {
    const attesting = { trusted: false, attests: true };
    assert.equal(caller({ from }, { trusted: false }).trusted, false);
    assert.equal(caller({ from, attestation: 'A' }, attesting).trusted, true);
    assert.equal(caller({ from, attestation: 'B' }, attesting).trusted, false);
    assert.equal(caller({ from }, attesting).trusted, false);
    assert.equal(caller({ from, attestation: 'A' }, { trusted: false }).trusted, false);
    assert.equal(caller({ from, attestation: 'A' }, { trusted: false, attests: false }).trusted, false);
    assert.equal(caller({ from: { number: 'alice' } }).trusted, false);
  });

  it('is believed from a registered phone, by the number that the switch has for it alone', () => {
    const untrusted = { trusted: false };
    const phone = caller({ from, asserted: { number: '+12025550101' }, registered: true }, untrusted);
    assert.deepEqual(phone, { number: '+12025550101', name: 'From Name', private: false, trusted: true });
    for (const trunk of [untrusted, trusted]) {
      const odd = caller({ from, asserted: { number: '1#' }, registered: true }, trunk);
      assert.deepEqual([odd.number, odd.trusted], [undefined, false]);
    }
    assert.equal(caller({ from, registered: true }, untrusted).trusted, false);
  });

  it('who asked for privacy leaves neither number nor name to the recipient', () => {
    assert.deepEqual(caller({ ...deposit, from, asserted, privacy: true }), { private: true, trusted: true });
    assert.deepEqual(caller({ requestUser: '+13035550009', from, privacy: true }), {
      private: true,
      trusted: true,
    });
  });

  it('who asked for privacy still opens their own messages', () => {
    assert.equal(caller({ asserted: { number: '+12025550101' }, privacy: true }).number, '+12025550101');
    assert.equal(caller({ requestUser: '1234567894', asserted, privacy: true }).number, '+13035550002');
  });

  it('without a telephone number is named by their user name; anonymous is nobody', () => {
    assert.deepEqual(caller({ from: { number: 'alice' } }), {
      name: 'alice',
      private: false,
      trusted: false,
    });
    for (const number of ['anonymous', 'Anonymous', 'unknown', 'Restricted', '', 'a b', '"; drop'])
      assert.deepEqual(caller({ from: { number } }), { private: false, trusted: false });
  });

  it('has no name that only repeats a number', () => {
    assert.deepEqual(caller({ from: { number: '+13035550001', name: '303-555-0001' } }).name, undefined);
    assert.deepEqual(caller({ from: { number: '+13035550001', name: 'Unknown' } }).name, undefined);
  });
});

describe('any call', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('+12025550101', access, '2025550102', 'sip:+12025550103@h', '1234567894', ''),
  );
  const maybe = fc.option(text, { nil: undefined });
  const redirections = fc.array(fc.record({ number: text, reason: text }), { maxLength: 3 });

  it('gets an answer, and a mailbox is never outside the plan nor the access number', () => {
    fc.assert(
      fc.property(
        text,
        maybe,
        maybe,
        maybe,
        redirections,
        redirections,
        fc.boolean(),
        (request, target, to, from, diversions, history, privacy) => {
          const who = identify(
            call({
              requestUser: request,
              privacy,
              diversions,
              history,
              ...(target === undefined ? {} : { target }),
              ...(to === undefined ? {} : { toUser: to }),
              ...(from === undefined ? {} : { from: { number: from, name: from } }),
            }),
            plan,
            trusted,
          );
          if (who.kind === 'mailbox') {
            assert.equal(plan.classOf(who.number), who.classOfService);
            assert.ok(!plan.isAccess(who.number));
            if (privacy) assert.deepEqual([who.caller.number, who.caller.name], [undefined, undefined]);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
