import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { clips } from '../../../app/core/prompt/say.ts';
import { shippedPrompts, shippedSpeech } from '../../speech/shipped.ts';

const texts = new Map(
  ['en', 'en-GB', 'es'].map((language) => {
    const file = readFileSync(join(shippedPrompts, language, 'prompts.yaml'), 'utf8');
    return [language, (parse(file) as { prompts: Record<string, string> }).prompts];
  }),
);

function words(at: string, now: string, timeZone: string, language: string): string {
  const item = { kind: 'time', at: new Date(at), now: new Date(now), timeZone } as const;
  const said = clips(item, shippedSpeech(language));
  return said
    .map((clip) => texts.get(language)?.[clip] ?? texts.get(language.slice(0, 2))?.[clip] ?? `<${clip}>`)
    .join(' ');
}

type Row = readonly [at: string, timeZone: string, language: string, expected: string, now?: string];

function check(rows: readonly Row[], usual: string): void {
  for (const [at, timeZone, language, expected, now = usual] of rows) {
    it(`${at} at ${now} in ${timeZone} is "${expected}" (${language})`, () => {
      assert.equal(words(at, now, timeZone, language), expected);
    });
  }
}

describe('a spoken time', () => {
  describe('tells the day as people do', () => {
    check(
      [
        ['2026-10-07T09:05:00Z', 'UTC', 'en', 'today at nine oh five A M'],
        ['2026-10-06T23:59:00Z', 'UTC', 'en', 'yesterday at eleven fifty nine P M'],
        ['2026-10-05T15:00:00Z', 'UTC', 'en', 'Monday at three P M'],
        ['2026-10-01T15:00:00Z', 'UTC', 'en', 'Thursday at three P M'],
        ['2026-09-30T15:00:00Z', 'UTC', 'en', 'September thirtieth at three P M'],
        ['2026-09-30T15:00:00Z', 'UTC', 'en-GB', 'the thirtieth of September at three P M'],
        ['2025-12-31T15:00:00Z', 'UTC', 'en', 'December thirty-first two thousand twenty five at three P M'],
        ['2026-10-08T15:00:00Z', 'UTC', 'en', 'tomorrow at three P M'],
        ['2026-10-09T15:00:00Z', 'UTC', 'en', 'October ninth at three P M'],
        ['2027-01-01T15:00:00Z', 'UTC', 'en', 'January first two thousand twenty seven at three P M'],
        ['2026-10-07T13:05:00Z', 'UTC', 'es', 'hoy a la una y cinco de la tarde'],
        ['2026-10-06T15:00:00Z', 'UTC', 'es', 'ayer a las tres de la tarde'],
        ['2026-10-08T07:15:00Z', 'UTC', 'es', 'mañana a las siete y quince de la mañana'],
        ['2026-10-05T20:31:00Z', 'UTC', 'es', 'el lunes a las ocho y treinta y uno de la noche'],
        ['2026-10-03T01:01:00Z', 'UTC', 'es', 'el sábado a la una y uno de la madrugada'],
        ['2026-09-01T15:00:00Z', 'UTC', 'es', 'el primero de septiembre a las tres de la tarde'],
        [
          '2025-10-03T09:21:00Z',
          'UTC',
          'es',
          'el tres de octubre de dos mil veinticinco a las nueve y veintiuno de la mañana',
        ],
        [
          '2027-10-03T09:00:00Z',
          'UTC',
          'es',
          'el tres de octubre de dos mil veintisiete a las nueve de la mañana',
        ],
      ],
      '2026-10-07T12:00:00Z', // A Wednesday.
    );
  });

  describe('knows noon and midnight', () => {
    check(
      [
        ['2026-10-07T00:00:00Z', 'UTC', 'en', 'today at twelve A M'],
        ['2026-10-07T00:05:00Z', 'UTC', 'en', 'today at twelve oh five A M'],
        ['2026-10-07T12:30:00Z', 'UTC', 'en', 'today at twelve thirty P M'],
        ['2026-10-07T00:00:00Z', 'UTC', 'es', 'hoy a las doce de la noche'],
        ['2026-10-07T00:59:00Z', 'UTC', 'es', 'hoy a las doce y cincuenta y nueve de la noche'],
        ['2026-10-07T12:00:00Z', 'UTC', 'es', 'hoy a las doce del mediodía'],
        ['2026-10-07T13:00:00Z', 'UTC', 'es', 'hoy a la una de la tarde'],
        ['2026-10-07T19:00:00Z', 'UTC', 'es', 'hoy a las siete de la noche'],
        ['2026-10-07T05:59:00Z', 'UTC', 'es', 'hoy a las cinco y cincuenta y nueve de la madrugada'],
      ],
      '2026-10-07T20:00:00Z',
    );
  });

  describe('is that of the subscriber’s zone', () => {
    check(
      [
        ['2026-10-06T23:59:00Z', 'Europe/Zurich', 'en', 'today at one fifty nine A M'],
        ['2026-10-07T03:00:00Z', 'America/New_York', 'en', 'yesterday at eleven P M'],
        ['2026-10-07T03:00:00Z', 'America/Mexico_City', 'es', 'ayer a las nueve de la noche'],
        ['2026-10-07T18:45:00Z', 'Asia/Kathmandu', 'en', 'tomorrow at twelve thirty A M'],
        ['2026-10-07T11:30:00Z', 'Pacific/Kiritimati', 'es', 'hoy a la una y treinta de la madrugada'],
      ],
      '2026-10-07T12:00:00Z',
    );
  });

  describe('holds over midnight and the end of a year', () => {
    check(
      [
        [
          '2026-10-06T23:59:59Z',
          'UTC',
          'es',
          'ayer a las once y cincuenta y nueve de la noche',
          '2026-10-07T00:00:00Z',
        ],
        ['2025-12-31T23:59:00Z', 'UTC', 'en', 'yesterday at eleven fifty nine P M', '2026-01-01T00:01:00Z'],
        ['2025-12-30T10:00:00Z', 'UTC', 'es', 'el martes a las diez de la mañana', '2026-01-01T00:01:00Z'],
        ['2024-02-29T10:00:00Z', 'UTC', 'en', 'yesterday at ten A M', '2024-03-01T00:00:00Z'],
      ],
      '',
    );
  });

  describe('goes by UTC where a zone is not known', () => {
    check(
      [['2026-03-04T09:05:00Z', 'Nowhere/Land', 'en', 'today at nine oh five A M', '2026-03-04T23:00:00Z']],
      '',
    );
  });

  describe('holds where clocks change', () => {
    check(
      [
        // 2026-11-01: 1:30 comes twice, and the day has 25 hours.
        ['2026-11-01T05:30:00Z', 'America/New_York', 'en', 'today at one thirty A M', '2026-11-02T04:59:00Z'],
        ['2026-11-01T06:30:00Z', 'America/New_York', 'en', 'today at one thirty A M', '2026-11-02T04:59:00Z'],
        ['2026-11-01T04:00:00Z', 'America/New_York', 'en', 'yesterday at twelve A M', '2026-11-02T05:00:00Z'],
        // 2026-03-29: from 2:00 to 3:00 in Madrid, and the day has 23 hours.
        [
          '2026-03-29T00:59:00Z',
          'Europe/Madrid',
          'es',
          'hoy a la una y cincuenta y nueve de la madrugada',
          '2026-03-29T12:00:00Z',
        ],
        [
          '2026-03-29T01:00:00Z',
          'Europe/Madrid',
          'es',
          'hoy a las tres de la madrugada',
          '2026-03-29T12:00:00Z',
        ],
        [
          '2026-03-28T23:00:00Z',
          'Europe/Madrid',
          'es',
          'ayer a las doce de la noche',
          '2026-03-29T22:00:00Z',
        ],
      ],
      '',
    );
  });
});
