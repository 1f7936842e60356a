import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { longestPin, pinProblem, shortestPin } from '../../../app/core/pin/pin-problem.ts';

const owner = { numbers: ['+12025550147', '+41791234567'], year: 2026 };
const problem = (pin: string) => pinProblem(pin, owner);
const digits = (least: number, most: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: least, maxLength: most })
    .map((list) => list.join(''));

describe('A PIN', () => {
  const cases: Readonly<Record<Exclude<ReturnType<typeof problem>, undefined>, readonly string[]>> = {
    'not-digits': ['48291a', '482 915', '482915#', '٤٨٢٩١٥', '-48291'],
    'too-short': ['', '1', '48291'],
    'too-long': ['483915207736194258037'],
    sequence: ['123456', '654321', '890123', '210987', '456987', '123987', '234567', '012394', '93456789'],
    repeats: ['111111', '111222', '123123', '121212', '112233', '475475', '770077', '888814', '48254825'],
    'own-number': ['025550', '550147', '5550147', '741055', '417912', '219714', '20255501'],
    'keypad-pattern': [
      '147258',
      '963852',
      '159357',
      '258048',
      '258036',
      '179317',
      '246842',
      '147896',
      '580147',
    ],
    date: ['198012', '121980', '311299', '123199', '990131', '24121987', '19871224', '12241987', '202619'],
  };
  for (const [wanted, pins] of Object.entries(cases)) {
    for (const pin of pins) {
      it(`${pin || '(empty)'} is refused: ${wanted}`, () => assert.equal(problem(pin), wanted));
    }
  }

  for (const pin of ['482915', '907326', '730582', '4829150736', '61840275', '48291507361942580377']) {
    it(`${pin} is taken`, () => assert.equal(problem(pin), undefined));
  }

  it('of any text gets an answer, and only six to twenty digits are ever taken', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), digits(0, 30)), (pin) => {
        const taken = problem(pin) === undefined;
        assert.ok(!taken || (/^[0-9]+$/.test(pin) && pin.length >= shortestPin && pin.length <= longestPin));
      }),
    );
  });

  it('that only counts up or down is refused, wherever it begins', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 6, max: 20 }),
        fc.constantFrom(1, 9),
        (from, length, step) => {
          const pin = Array.from({ length }, (_, i) => (from + i * step) % 10).join('');
          assert.notEqual(problem(pin), undefined);
        },
      ),
    );
  });

  it('that is one block again and again is refused', () => {
    fc.assert(
      fc.property(digits(1, 6), fc.integer({ min: 2, max: 6 }), (block, times) => {
        const pin = block.repeat(times);
        fc.pre(pin.length >= 6 && pin.length <= 20);
        assert.equal(problem(pin), 'repeats');
      }),
    );
  });

  it('that holds five digits in a row of an own number is refused, also backwards', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6 }),
        fc.boolean(),
        digits(1, 4),
        digits(0, 4),
        (at, backwards, before, after) => {
          const piece = '12025550147'.slice(at, at + 5);
          const turned = backwards ? Array.from(piece).toReversed().join('') : piece;
          assert.notEqual(problem(before + turned + after), undefined);
        },
      ),
    );
  });

  it('that is a birthday of anybody alive is refused, in any order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1936, max: 2026 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 28 }),
        (year, month, day) => {
          const [m, d] = [String(month).padStart(2, '0'), String(day).padStart(2, '0')];
          for (const y of [String(year), String(year).slice(2)])
            for (const pin of [d + m + y, m + d + y, y + m + d])
              assert.notEqual(problem(pin), undefined, pin);
        },
      ),
    );
  });
});
