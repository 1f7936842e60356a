import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  dammDigit,
  isReference,
  makeReference,
  parseReference,
} from '../../../app/core/reference/reference.ts';

const nine = fc.stringMatching(/^\d{9}$/);

describe('a reference', () => {
  it('is nine digits and the check digit of Damm', () => {
    assert.equal(dammDigit('572'), 4); // The example of the published description.
    assert.equal(makeReference('123456789'), '1234567894');
    fc.assert(fc.property(nine, (digits) => isReference(makeReference(digits))));
  });

  it('is not opened by any single wrong digit', () => {
    fc.assert(
      fc.property(nine, fc.nat(9), fc.integer({ min: 1, max: 9 }), (digits, place, change) => {
        const wrong = Array.from(makeReference(digits));
        wrong[place] = String((Number(wrong[place]) + change) % 10);
        return !isReference(wrong.join(''));
      }),
    );
  });

  it('is not opened with two neighbours swapped', () => {
    fc.assert(
      fc.property(nine, fc.nat(8), (digits, place) => {
        const swapped = Array.from(makeReference(digits));
        fc.pre(swapped[place] !== swapped[place + 1]);
        swapped.splice(place, 2, swapped[place + 1] ?? '', swapped[place] ?? '');
        return !isReference(swapped.join(''));
      }),
    );
  });

  it('has exactly one right check digit', () => {
    fc.assert(
      fc.property(
        nine,
        (digits) => Array.from('0123456789').filter((last) => isReference(digits + last)).length === 1,
      ),
    );
  });

  const typed: [string, string | undefined][] = [
    ['1234567894', '1234567894'],
    ['123 456 7894', '1234567894'],
    ['123-456-7894', '1234567894'],
    ['1234567894#', '1234567894'],
    [' 123.456.7894\n', '1234567894'],
    ['1234567891', undefined],
    ['123456789', undefined],
    ['12345678940', undefined],
    ['', undefined],
    ['１２３４５６７８９４', undefined],
    ['1234567894x', undefined],
    [' '.repeat(100_000), undefined],
  ];
  for (const [text, expected] of typed) {
    it(`typed as ${JSON.stringify(text.slice(0, 20))} is ${expected ?? 'none'}`, () => {
      assert.equal(parseReference(text), expected);
    });
  }

  it('is made from nine digits only', () => {
    for (const wrong of ['', '12345678', '1234567890', '12345678x'])
      assert.throws(() => makeReference(wrong), RangeError);
  });
});
