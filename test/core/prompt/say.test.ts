import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { clipNames } from '../../../app/core/prompt/clip-names.ts';
import { nouns, type Noun } from '../../../app/core/prompt/noun.ts';
import { clips, type SayItem } from '../../../app/core/prompt/say.ts';
import { shippedPrompts, shippedSpeech } from '../../speech/shipped.ts';
import { english, spanish } from './spell.ts';

const texts = new Map(
  ['en', 'es'].map((language) => {
    const file = readFileSync(join(shippedPrompts, language, 'prompts.yaml'), 'utf8');
    return [language, (parse(file) as { prompts: Record<string, unknown> }).prompts];
  }),
);

/** The words that a caller hears. */
function words(item: SayItem, language: string): string {
  const prompts = texts.get(language.slice(0, 2)) ?? {};
  return clips(item, shippedSpeech(language))
    .map((clip) => {
      assert.equal(typeof prompts[clip], 'string', `${clip} has a text in ${language}`);
      return String(prompts[clip]);
    })
    .join(' ');
}

const number = (value: number, language: string): string => words({ kind: 'number', value }, language);
const count = (value: number, noun: Noun, language: string): string =>
  words({ kind: 'count', value, noun }, language);

/** Every number to 10,000, and every so many of the others. */
function* numbers(step: number): Generator<number> {
  for (let value = 0; value <= 999_999; value += value < 10_000 ? 1 : step) yield value;
}

describe('a spoken number', () => {
  const table: [number, string, string][] = [
    [0, 'en', 'zero'],
    [7, 'en', 'seven'],
    [20, 'en', 'twenty'],
    [21, 'en', 'twenty one'],
    [100, 'en', 'one hundred'],
    [999_999, 'en', 'nine hundred ninety nine thousand nine hundred ninety nine'],
    [1005, 'en', 'one thousand five'],
    [1005, 'en-GB', 'one thousand and five'],
    [1205, 'en-GB', 'one thousand two hundred and five'],
    [205_001, 'en-GB', 'two hundred and five thousand and one'],
    [0, 'es', 'cero'],
    [1, 'es', 'uno'],
    [16, 'es', 'dieciséis'],
    [21, 'es', 'veintiuno'],
    [31, 'es', 'treinta y uno'],
    [100, 'es', 'cien'],
    [101, 'es', 'ciento uno'],
    [500, 'es', 'quinientos'],
    [1000, 'es', 'mil'],
    [1500, 'es', 'mil quinientos'],
    [2026, 'es', 'dos mil veintiséis'],
    [21_000, 'es', 'veintiún mil'],
    [31_100, 'es', 'treinta y un mil cien'],
    [100_000, 'es', 'cien mil'],
    [101_000, 'es', 'ciento un mil'],
    [721_921, 'es', 'setecientos veintiún mil novecientos veintiuno'],
  ];
  for (const [value, language, expected] of table) {
    it(`${value} is "${expected}" (${language})`, () => assert.equal(number(value, language), expected));
  }

  it('is what another speller says, in English and Spanish, from 0 to 999,999', function () {
    this.timeout(60_000);
    for (const value of numbers(7)) {
      if (number(value, 'en') !== english(value)) assert.equal(number(value, 'en'), english(value));
      if (number(value, 'es') !== spanish(value)) assert.equal(number(value, 'es'), spanish(value));
    }
  });

  it('out of range is said digit by digit', () => {
    const say = (value: number) => clips({ kind: 'number', value }, shippedSpeech('en'));
    assert.deepEqual(say(1_000_000), ['digit-1', ...Array<string>(6).fill('digit-0')]);
    assert.deepEqual(say(-1), ['digit-1']);
    assert.deepEqual(say(1.5), ['digit-1', 'digit-5']);
    assert.deepEqual(say(Number.NaN), []);
  });
});

describe('a counted thing', () => {
  const table: [number, Noun, string, string][] = [
    [0, 'new-message', 'en', 'no new messages'],
    [1, 'new-message', 'en', 'one new message'],
    [2, 'fax', 'en', 'two faxes'],
    [21, 'day', 'en', 'twenty one days'],
    [101, 'page', 'en', 'one hundred one pages'],
    [0, 'new-message', 'es', 'cero mensajes nuevos'],
    [1, 'new-message', 'es', 'un mensaje nuevo'],
    [2, 'saved-message', 'es', 'dos mensajes guardados'],
    [21, 'message', 'es', 'veintiún mensajes'],
    [31, 'fax', 'es', 'treinta y un faxes'],
    [201, 'email', 'es', 'doscientos un correos electrónicos'],
    [1, 'page', 'es', 'una página'],
    [21, 'image', 'es', 'veintiuna imágenes'],
    [31, 'page', 'es', 'treinta y una páginas'],
    [221, 'page', 'es', 'doscientas veintiuna páginas'],
    [500, 'hour', 'es', 'quinientas horas'],
    [1001, 'message', 'es', 'mil un mensajes'],
    [21_000, 'message', 'es', 'veintiún mil mensajes'],
    [200_001, 'page', 'es', 'doscientas mil una páginas'],
    [1, 'day', 'es', 'un día'],
  ];
  for (const [value, noun, language, expected] of table) {
    it(`${value} ${noun} is "${expected}" (${language})`, () =>
      assert.equal(count(value, noun, language), expected));
  }

  it('has the number that another speller says, in the gender of the noun', function () {
    this.timeout(60_000);
    for (const value of numbers(41)) {
      if (value === 0) continue;
      const fax = value === 1 ? 'fax' : 'faxes';
      const page = value === 1 ? 'página' : 'páginas';
      assert.equal(count(value, 'fax', 'en'), `${english(value)} ${fax}`);
      assert.equal(count(value, 'fax', 'es'), `${spanish(value, 'un')} ${fax}`);
      assert.equal(count(value, 'page', 'es'), `${spanish(value, 'una')} ${page}`);
    }
  });

  it('can be any noun in any number, also beyond what is counted', () => {
    for (const language of ['en', 'en-GB', 'es'])
      for (const noun of nouns)
        for (const value of [0, 1, 2, 21, 100, 1_000_000, -1])
          assert.notEqual(count(value, noun, language), '');
  });
});

describe('a spoken duration', () => {
  const table: [number, string, string][] = [
    [0, 'en', 'zero seconds'],
    [1, 'en', 'one second'],
    [1000, 'en', 'one second'],
    [59_001, 'en', 'one minute'],
    [125_000, 'en', 'two minutes and five seconds'],
    [3_600_000, 'en', 'one hour'],
    [3_661_000, 'en', 'one hour one minute and one second'],
    [Number.NaN, 'en', 'zero seconds'],
    [-5000, 'en', 'zero seconds'],
    [0, 'es', 'cero segundos'],
    [61_000, 'es', 'un minuto y un segundo'],
    [125_000, 'es', 'dos minutos y cinco segundos'],
    [3_600_000, 'es', 'una hora'],
    [21 * 3_600_000 + 21 * 60_000, 'es', 'veintiuna horas y veintiún minutos'],
  ];
  for (const [ms, language, expected] of table) {
    it(`${ms} ms is "${expected}" (${language})`, () =>
      assert.equal(words({ kind: 'duration', ms }, language), expected));
  }
});

describe('spoken digits', () => {
  it('are said one by one, with plus, star and hash', () => {
    assert.equal(words({ kind: 'digits', digits: '+12*#' }, 'en'), 'plus one two star hash');
    assert.equal(words({ kind: 'digits', digits: '+12*#' }, 'es'), 'más uno dos asterisco numeral');
  });

  it('read back as they are, whatever else is between them', () => {
    fc.assert(
      fc.property(fc.string(), (digits) => {
        const said = clips({ kind: 'digits', digits }, shippedSpeech('en'));
        const heard = said.filter((clip) => /-\d$/.test(clip)).map((clip) => clip.slice(-1));
        assert.equal(heard.join(''), digits.replace(/[^0-9]/g, ''));
      }),
    );
  });
});

describe('everything that can be said', () => {
  it('has a name in the list that the prompts are built from', () => {
    const date = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
    for (const language of ['en', 'en-GB', 'es']) {
      const rules = shippedSpeech(language);
      const known = new Set(clipNames(rules));
      assert.equal(known.size, clipNames(rules).length);
      fc.assert(
        fc.property(fc.nat(999_999), fc.constantFrom(...nouns), date, date, (value, noun, at, now) => {
          const said = [
            ...clips({ kind: 'number', value }, rules),
            ...clips({ kind: 'count', value, noun }, rules),
            ...clips({ kind: 'duration', ms: value * 1000 }, rules),
            ...clips({ kind: 'time', at, now, timeZone: 'Asia/Kolkata' }, rules),
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
