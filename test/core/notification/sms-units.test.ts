import assert from 'node:assert/strict';
import { smsParts, smsSegments, smsUnits } from '../../../app/core/notification/sms-units.ts';

describe('the size of an SMS', () => {
  const sizes: [string, string, string, number, boolean][] = [
    ['nothing', '', 'gsm-7', 0, true],
    ['160 letters', 'a'.repeat(160), 'gsm-7', 160, true],
    ['161 letters', 'a'.repeat(161), 'gsm-7', 161, false],
    ['80 euro signs, of the extension table', '€'.repeat(80), 'gsm-7', 160, true],
    ['159 letters and a brace', `${'a'.repeat(159)}{`, 'gsm-7', 161, false],
    ['é ñ ü and a line end', 'éñü\n', 'gsm-7', 4, true],
    ['á, which GSM-7 lacks', 'á', 'ucs-2', 1, true],
    ['70 letters with one Ł', `Ł${'a'.repeat(69)}`, 'ucs-2', 70, true],
    ['71 letters with one Ł', `Ł${'a'.repeat(70)}`, 'ucs-2', 71, false],
    ['35 emoji, of two units', '\u{1f600}'.repeat(35), 'ucs-2', 70, true],
    ['a backtick, which GSM-7 lacks', '`', 'ucs-2', 1, true],
  ];
  for (const [title, text, encoding, units, fits] of sizes) {
    it(`${title}: ${units} of ${encoding}, ${fits ? 'one SMS' : 'too long'}`, () => {
      assert.deepEqual(smsUnits(text), { encoding, units, limit: encoding === 'gsm-7' ? 160 : 70, fits });
    });
  }

  const segments: readonly (readonly [title: string, text: string, segments: number])[] = [
    ['no words', '', 1],
    ['160 letters', 'a'.repeat(160), 1],
    ['161 letters', 'a'.repeat(161), 2],
    ['306 letters, two parts of 153', 'a'.repeat(306), 2],
    ['307 letters', 'a'.repeat(307), 3],
    ['153 septets whose last would be half a euro sign', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 3],
    ['70 of UCS-2', 'Ł'.repeat(70), 1],
    ['71 of UCS-2', 'Ł'.repeat(71), 2],
    ['134 of UCS-2, two parts of 67', 'Ł'.repeat(134), 2],
    ['67 emoji, 33 a part', '\u{1f600}'.repeat(67), 3],
  ];
  for (const [title, text, count] of segments) {
    it(`${title}: ${count} SMS`, () => {
      assert.equal(smsSegments(text), count);
      const { encoding, fits } = smsUnits(text);
      if (!fits) assert.equal(smsParts(text, encoding).join(''), text);
    });
  }
});
