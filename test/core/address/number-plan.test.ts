import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createNumberPlan } from '../../../app/core/address/number-plan.ts';
import type { E164 } from '../../../app/core/ids.ts';

const plan = createNumberPlan({
  access: ['+12025550199', '+12025550198'],
  country: 'US',
  ranges: [
    { prefix: '+1202555', class: 'standard' },
    { from: '+12025550100', to: '+12025550109', class: 'gold' },
    { prefix: '+12025550105', class: 'one' },
    { from: '+12025560000', to: '+12025569999', class: 'wide' },
  ],
});

describe('the number plan', () => {
  const numbers: [string, string | undefined, string | undefined][] = [
    ['+12025550123', undefined, '+12025550123'],
    ['2025550123', undefined, '+12025550123'],
    ['12025550123', undefined, '+12025550123'],
    ['(202) 555-0123', undefined, '+12025550123'],
    ['+1-202-555-0123', undefined, '+12025550123'],
    ['011 44 20 7946 0000', undefined, '+442079460000'],
    ['442079460000', undefined, '+442079460000'],
    ['020 7946 0000', 'GB', '+442079460000'],
    ['0041 44 234 56 78', 'CH', '+41442345678'],
    ['+99912345678', undefined, '+99912345678'],
    ['+1234567', undefined, '+1234567'],
    ['+123456', undefined, undefined],
    ['+1234567890123456', undefined, undefined],
    ['+0123456789', undefined, undefined],
    ['911', undefined, undefined],
    ['0123', undefined, undefined],
    ['alice', undefined, undefined],
    ['1-800-FLOWERS', undefined, undefined],
    ['anonymous', undefined, undefined],
    ['', undefined, undefined],
    ['+', undefined, undefined],
    ['2025550123\r\nVia: x', undefined, undefined],
    ['2025550123', 'ZZ', undefined],
    ['٢٠٢٥٥٥٠١٢٣', undefined, undefined],
  ];
  for (const [raw, country, expected] of numbers) {
    it(`reads ${JSON.stringify(raw)}${country ? ` on a trunk of ${country}` : ''} as ${expected ?? 'no number'}`, () => {
      assert.equal(plan.parse(raw, country), expected);
    });
  }

  it('makes extensions numbers where it has a prefix for them', () => {
    const withExtensions = createNumberPlan({
      access: [],
      country: 'US',
      ranges: [],
      extensionPrefix: '+1202555',
    });
    assert.equal(withExtensions.parse('0123'), '+12025550123');
    assert.equal(withExtensions.parse(''), undefined);
    assert.equal(withExtensions.parse('2025550123'), '+12025550123');
  });

  const classes: [string, string | undefined][] = [
    ['+12025550123', 'standard'],
    ['+12025550100', 'gold'],
    ['+12025550109', 'gold'],
    ['+12025550110', 'standard'],
    ['+12025550105', 'one'],
    ['+12025561234', 'wide'],
    ['+120255612345', undefined],
    ['+12025570000', undefined],
  ];
  for (const [number, expected] of classes) {
    it(`gives ${number} the class ${expected ?? 'none: it is not served'}, the longest match`, () => {
      assert.equal(plan.classOf(number as E164), expected);
    });
  }

  it('knows every access number', () => {
    assert.ok(plan.isAccess('+12025550198' as E164));
    assert.ok(!plan.isAccess('+12025550197' as E164));
  });

  it('says of digits whether they lead here, as the number that they are would', () => {
    const near = fc
      .tuple(fc.constantFrom('', '1', '0', '011', '0111'), fc.constantFrom('202555', '2025560', '202', ''))
      .chain(([before, fixed]) =>
        fc.nat(9_999_999).map((rest) => `${before}${fixed}${String(rest).padStart(7, '0')}`.slice(0, 15)),
      );
    fc.assert(
      fc.property(near, (digits) => {
        const number = plan.parse(digits);
        const here = number !== undefined && (plan.isAccess(number) || plan.classOf(number) !== undefined);
        assert.equal(plan.leadsHere(digits), here, digits);
      }),
      { numRuns: 1000 },
    );
    assert.ok(plan.leadsHere('2025550147'));
    assert.ok(!plan.leadsHere('4155550147'));
  });

  it('answers for any text with an E.164 number or nothing, without throwing', () => {
    const dialled = fc
      .array(fc.constantFrom(...Array.from('0123456789+-() ./')))
      .map((characters) => characters.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string(), dialled), (raw) => {
        const number = plan.parse(raw);
        assert.match(number ?? '+1234567', /^\+[1-9]\d{6,14}$/);
      }),
      { numRuns: 2000 },
    );
  });
});
