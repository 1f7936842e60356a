import assert from 'node:assert/strict';
import { spokenDigits } from '../../../app/core/address/spoken-digits.ts';

describe('The digits of a number that are said', () => {
  const cases: readonly [number: string, country: string, digits: string][] = [
    ['+12025550123', 'US', '2025550123'],
    ['+12025550123', 'GB', '12025550123'],
    ['+442079460123', 'GB', '02079460123'],
    ['+34912345678', 'ES', '912345678'],
    ['+14165550123', 'US', '4165550123'],
    ['+999123456789', 'US', '999123456789'],
    ['101', 'US', '101'],
    ['anonymous', 'US', ''],
    ['', 'US', ''],
  ];
  for (const [number, country, digits] of cases)
    it(`${number || 'nothing'} in ${country}: ${digits || 'none'}`, () =>
      assert.equal(spokenDigits(number, country), digits));
});
