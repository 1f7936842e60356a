import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { numberFacts } from '../../../app/core/address/number-facts.ts';
import { createNumberPlan } from '../../../app/core/address/number-plan.ts';
import type { Destination, TollRule } from '../../../app/core/profile/toll-table.ts';
import { tollProblems } from '../../../app/core/toll/check-toll-table.ts';
import { judgeCall, judgeToll } from '../../../app/core/toll/judge-toll.ts';

const plan = createNumberPlan({
  access: ['+12025550199'],
  country: 'US',
  ranges: [{ prefix: '+1202555', class: 'standard' }],
});
const spain = createNumberPlan({ access: [], country: 'ES', ranges: [] });
const judge = (number: string, rules: readonly TollRule[], where = plan) =>
  judgeToll({ rules }, number, numberFacts(number, where)).kind;
const allow = (change: Partial<TollRule>): TollRule => ({ allow: true, ...change });
const deny = (change: Partial<TollRule>): TollRule => ({ allow: false, ...change });

describe('What a number is', () => {
  const facts = (number: string, where = plan) => numberFacts(number, where);

  it('one that is served here is internal and nothing else', () => {
    assert.deepEqual(facts('+12025550123'), { is: ['internal'], maybe: [], never: false });
  });

  it('national, international, mobile and premium go by its own kind and the country of the plan', () => {
    assert.deepEqual(facts('+12125551234'), { is: ['national'], maybe: ['mobile'], never: false });
    assert.deepEqual(facts('+34612345678'), { is: ['international'], maybe: ['mobile'], never: false });
    assert.deepEqual(facts('+34612345678', spain), { is: ['national', 'mobile'], maybe: [], never: false });
    assert.deepEqual(facts('+34911234567', spain), { is: ['national'], maybe: [], never: false });
    assert.deepEqual(facts('+34803123456', spain), { is: ['premium'], maybe: ['national'], never: false });
    assert.deepEqual(facts('+19005551234'), { is: ['premium'], maybe: ['national'], never: false });
    // The same calling code, another country.
    assert.deepEqual(facts('+18765551234').is, ['international']);
  });

  it('a number of no country, or of no kind that is known, is of unknown kind', () => {
    assert.deepEqual(facts('+882161234567').is, []);
    assert.deepEqual(facts('+999123456789').is, []);
  });

  it('access numbers, emergency and short codes, and what is no number are never called', () => {
    const raws = ['+12025550199', '911', '112', '+1911', '+19115551234', '+12115551234', '', 'sip:bob'];
    for (const raw of raws) assert.equal(facts(raw).never, true, raw);
  });
});

describe('Toll rules', () => {
  it('without a rule that matches the call is denied', () => {
    assert.equal(judge('+12125551234', []), 'denied');
    assert.equal(judge('+12125551234', [allow({ destination: 'internal' })]), 'denied');
    assert.equal(judge('+12025550123', [allow({ destination: 'internal' })]), 'allowed');
  });

  it('the longest prefix decides, whatever the order', () => {
    const rules = [deny({ prefix: '+1' }), allow({ prefix: '+1212' }), deny({ prefix: '+1212555' })];
    for (const order of [rules, rules.toReversed()]) {
      assert.equal(judge('+13125551234', order), 'denied');
      assert.equal(judge('+12124441234', order), 'allowed');
      assert.equal(judge('+12125551234', order), 'denied');
    }
  });

  it('of two equally long ones, denying goes before allowing', () => {
    const rules = [allow({ destination: 'international' }), deny({ destination: 'mobile' })];
    assert.equal(judge('+34911234567', rules), 'allowed');
    assert.equal(judge('+34612345678', rules), 'denied');
  });

  it('allowing mobiles allows no numbers that only may be mobile, nor those of other countries', () => {
    assert.equal(judge('+12125551234', [allow({ destination: 'mobile' })]), 'denied');
    assert.equal(judge('+34612345678', [allow({ destination: 'mobile' })]), 'denied');
    assert.equal(judge('+34612345678', [allow({ destination: 'mobile' })], spain), 'allowed');
  });

  it('premium-rate and unknown numbers need a rule with a prefix', () => {
    const all = (['internal', 'national', 'international', 'mobile', 'premium'] as const).map((destination) =>
      allow({ destination }),
    );
    for (const number of ['+19005551234', '+882161234567', '+999123456789'])
      assert.equal(judge(number, all), 'denied', number);
    assert.equal(judge('+19005551234', [allow({ prefix: '+1900', destination: 'premium' })]), 'allowed');
    assert.equal(
      judge('+19005551234', [allow({ prefix: '+1' }), deny({ prefix: '+1', destination: 'premium' })]),
      'denied',
    );
    for (const prefix of ['+1', '+1900', '+19005551234'])
      assert.equal(judge('+19005551234', [allow({ prefix }), ...all]), 'denied', prefix);
    assert.equal(judge('+882161234567', [allow({ prefix: '+88216' })]), 'allowed');
  });

  it('an allowance for all opens no premium-rate numbers, and what costs more is the operator’s to say', () => {
    const callable = (number: string, where = plan) =>
      judgeCall({ rules: [] }, ['+1', '+44', '+49'], number, numberFacts(number, where)).kind;
    assert.equal(callable('+12125551234'), 'allowed');
    assert.equal(callable('+19005551234'), 'denied');
    // Premium, shared cost, personal, universal, pager.
    const costly = ['+449098790000', '+491805123456', '+447012345678', '+445512345678', '+447640123456'];
    for (const number of costly) assert.equal(callable(number), 'denied', number);
    const cheap = { ...plan, costly: ['premium-rate'] as const };
    assert.deepEqual(
      costly.map((number) => callable(number, cheap)),
      ['denied', 'allowed', 'allowed', 'allowed', 'allowed'],
    );
  });

  it('no rule allows what must never be dialled', () => {
    for (const number of ['+19115551234', '+12025550199', '911'])
      assert.equal(judge(number, [allow({ prefix: '+' }), allow({ prefix: '+1' })]), 'denied', number);
  });

  const destination = fc.constantFrom<Destination>(
    'internal',
    'national',
    'international',
    'mobile',
    'premium',
  );
  const someNumber = fc.constantFrom(
    '+12025550123',
    '+12125551234',
    '+19005551234',
    '+34612345678',
    '+34911234567',
    '+447911123456',
    '+18765551234',
    '+882161234567',
  );
  const rule: fc.Arbitrary<TollRule> = fc
    .tuple(
      fc.boolean(),
      fc.option(fc.tuple(someNumber, fc.integer({ min: 2, max: 12 }))),
      fc.option(destination),
    )
    .map(([allowed, prefix, to]) => ({
      allow: allowed,
      ...(prefix === null ? {} : { prefix: prefix[0].slice(0, prefix[1]) }),
      ...(to === null ? {} : { destination: to }),
    }));

  it('for any table: the order of its rules does not matter', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 12 }), someNumber, fc.integer(), (rules, number, seed) => {
        const other = rules
          .map((one, i) => ({ one, at: (i * 7919 + Math.abs(seed)) % 97 }))
          .toSorted((a, b) => a.at - b.at);
        assert.equal(
          judge(number, rules),
          judge(
            number,
            other.map(({ one }) => one),
          ),
        );
      }),
    );
  });

  it('for any table: one more denial never allows anything, and a denial of the whole number always holds', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 12 }), someNumber, destination, (rules, number, to) => {
        if (judge(number, rules) === 'denied')
          assert.equal(judge(number, [...rules, deny({ destination: to })]), 'denied');
        assert.equal(judge(number, [...rules, deny({ prefix: number })]), 'denied');
      }),
    );
  });
});

describe('Checking a toll table', () => {
  const problems = (rules: readonly TollRule[], dailyCalls = 10) =>
    tollProblems({ rules, dailyCalls }).map(({ what }) => what);

  it('the usual ones are right', () => {
    assert.deepEqual(problems([]), []);
    assert.deepEqual(problems([allow({ destination: 'internal' }), deny({ prefix: '+1900' })], 0), []);
    assert.deepEqual(problems([allow({ prefix: '+1900', destination: 'premium' })]), []);
  });

  it('tells what is wrong, and with which rule', () => {
    assert.deepEqual(problems([allow({})]), ['no-condition']);
    assert.deepEqual(problems([allow({ prefix: '0044' })]), ['bad-prefix']);
    assert.deepEqual(problems([allow({ destination: 'premium' })]), ['premium-needs-prefix']);
    assert.deepEqual(problems([allow({ prefix: '+44' }), deny({ prefix: '+44' })]), ['contradicts']);
    assert.deepEqual(problems([], -1), ['bad-limit']);
    assert.deepEqual(problems([], 1.5), ['bad-limit']);
    assert.deepEqual(
      tollProblems({ rules: [allow({ prefix: '+44' }), allow({})], dailyCalls: 1 })[0]?.rule,
      1,
    );
  });
});
