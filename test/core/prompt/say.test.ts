import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { clipNames } from '../../../app/core/prompt/clip-names.ts';
import { clips } from '../../../app/core/prompt/say.ts';
import { shippedSpeech } from '../../speech/shipped.ts';

const say = (value: number, language = 'en'): readonly string[] =>
  clips({ kind: 'number', value }, shippedSpeech(language));

/** Hears the number again: adds up what was said, in any of the languages. */
function hear(spoken: readonly string[]): number {
  let [total, part] = [0, 0];
  for (const clip of spoken) {
    if (clip === 'thousand') [total, part] = [total + (part || 1) * 1000, 0];
    else if (clip === 'hundred') part = (part || 1) * 100;
    else if (clip !== 'and') part += Number(/^number-(\d+)$/.exec(clip)?.[1]);
  }
  return total + part;
}

describe('a spoken number', () => {
  const words: [number, string, string][] = [
    [0, 'en', 'number-0'],
    [7, 'en', 'number-7'],
    [20, 'en', 'number-20'],
    [21, 'en', 'number-20 number-1'],
    [100, 'en', 'number-1 hundred'],
    [999_999, 'en', 'number-9 hundred number-90 number-9 thousand number-9 hundred number-90 number-9'],
    [1005, 'en-GB', 'number-1 thousand and number-5'],
    [205, 'en-US', 'number-2 hundred number-5'],
    [21, 'es', 'number-21'],
    [31, 'es', 'number-30 and number-1'],
    [100, 'es', 'hundred'],
    [1500, 'es', 'thousand number-500'],
    [42, 'xx-unknown', 'number-40 number-2'],
  ];
  for (const [value, language, expected] of words) {
    it(`${value} is ${expected} (${language})`, () => assert.equal(say(value, language).join(' '), expected));
  }

  it('reads back as the same number, all from 0 to 999,999 in every language', function () {
    this.timeout(60_000);
    for (const language of ['en', 'en-GB', 'es']) {
      for (let value = 0; value <= 999_999; value += language === 'en' ? 1 : 13) {
        const heard = hear(say(value, language));
        if (heard !== value) assert.fail(`${value} was heard as ${heard} in ${language}`);
      }
    }
  });

  it('out of range is said digit by digit', () => {
    assert.deepEqual(say(1_000_000), ['digit-1', ...Array<string>(6).fill('digit-0')]);
    assert.deepEqual(say(-1), ['digit-1']);
  });
});

describe('spoken digits', () => {
  it('are said one by one, with plus, star and hash', () => {
    assert.deepEqual(clips({ kind: 'digits', digits: '+12*#' }, shippedSpeech('en')), [
      'plus',
      'digit-1',
      'digit-2',
      'digit-star',
      'digit-hash',
    ]);
  });

  it('read back as they are, whatever else is between them', () => {
    fc.assert(
      fc.property(fc.string(), (digits) => {
        const heard = clips({ kind: 'digits', digits }, shippedSpeech('en')).filter((clip) =>
          /-\d$/.test(clip),
        );
        assert.equal(heard.map((clip) => clip.slice(-1)).join(''), digits.replace(/[^0-9]/g, ''));
      }),
    );
  });
});

describe('a spoken time', () => {
  const now = new Date('2026-10-07T12:00:00Z'); // A Wednesday.
  const times: [string, string, string, string][] = [
    ['2026-10-07T09:05:00Z', 'UTC', 'en', 'today at number-9 oh number-5 am'],
    ['2026-10-07T00:00:00Z', 'UTC', 'en', 'today at number-12 am'],
    ['2026-10-07T12:30:00Z', 'UTC', 'en', 'today at number-12 number-30 pm'],
    ['2026-10-06T23:59:00Z', 'UTC', 'en', 'yesterday at number-11 number-50 number-9 pm'],
    ['2026-10-06T23:59:00Z', 'Europe/Zurich', 'en', 'today at number-1 number-50 number-9 am'],
    ['2026-10-07T03:00:00Z', 'America/New_York', 'en', 'yesterday at number-11 pm'],
    ['2026-10-05T15:00:00Z', 'UTC', 'en', 'weekday-1 at number-3 pm'],
    ['2026-10-01T15:00:00Z', 'UTC', 'en', 'weekday-4 at number-3 pm'],
    ['2026-09-30T15:00:00Z', 'UTC', 'en', 'month-9 day-30 at number-3 pm'],
    ['2026-09-30T15:00:00Z', 'UTC', 'en-GB', 'day-30 month-9 at number-3 pm'],
    [
      '2025-12-31T15:00:00Z',
      'UTC',
      'en',
      'month-12 day-31 number-2 thousand number-20 number-5 at number-3 pm',
    ],
    ['2026-10-08T15:00:00Z', 'UTC', 'en', 'month-10 day-8 at number-3 pm'],
    ['2026-10-07T15:00:00Z', 'UTC', 'es', 'today at number-15 oclock'],
  ];
  for (const [at, timeZone, language, expected] of times) {
    it(`${at} in ${timeZone}, ${language}: ${expected}`, () => {
      assert.equal(
        clips({ kind: 'time', at: new Date(at), now, timeZone }, shippedSpeech(language)).join(' '),
        expected,
      );
    });
  }
});

describe('everything that can be said', () => {
  it('has a name in the list that the prompts are built from', () => {
    const date = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
    for (const language of ['en', 'en-GB', 'es']) {
      const known = new Set(clipNames(shippedSpeech(language)));
      assert.equal(known.size, clipNames(shippedSpeech(language)).length);
      fc.assert(
        fc.property(fc.nat(999_999), date, date, (value, at, now) => {
          const said = [
            ...say(value, language),
            ...clips({ kind: 'time', at, now, timeZone: 'Asia/Kolkata' }, shippedSpeech(language)),
          ];
          assert.deepEqual(
            said.filter((clip) => !known.has(clip)),
            [],
          );
        }),
      );
    }
  });
});
