import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Reference } from '../../../app/core/ids.ts';
import type { Sender } from '../../../app/core/message/message.ts';
import { foundText } from '../../../app/core/notification/found-text.ts';
import { smsUnits } from '../../../app/core/notification/sms-units.ts';
import { shippedTexts } from '../../speech/shipped.ts';
import { sampleMessage } from '../../storage/sample.ts';

const now = new Date('2026-03-05T20:00:00Z');

const english = shippedTexts.wording('en');
const wordings: Readonly<Record<string, typeof english>> = { en: english, es: shippedTexts.wording('es') };

function found(senders: readonly [Sender, string, string][], more = false, language = 'en'): string {
  const messages = senders.map(([from, received, reference]) =>
    sampleMessage({ reference: reference as Reference }, { from, received: new Date(received) }),
  );
  return foundText({ words: wordings[language] ?? english, messages, more, now, timeZone: 'Europe/Madrid' });
}

const ana: Sender = { name: 'Ana Núñez', number: '+34600111222', private: false };
const bare: Sender = { number: '+12025550123', private: false };

describe('the text of what was found', () => {
  it('has sender, time where the subscriber is, and reference of each, the newest first', () => {
    assert.equal(
      found([
        [{ ...ana, name: 'Ana Perez' }, '2026-03-05T13:05:00Z', '1234567894'],
        [bare, '2026-03-04T23:30:00Z', '2234567893'],
      ]),
      'Ana Perez 14:05 1234567894; +12025550123 00:30 2234567893. Reply with a reference to listen.',
    );
    assert.equal(
      found([[{ private: true, number: '+34600111222' }, '2026-02-01T10:00:00Z', '1234567894']], true, 'es'),
      'un llamante oculto 02-01 11:00 1234567894. Y otros. Responda una referencia para escuchar.',
    );
    assert.match(
      found([[bare, '2024-12-31T23:30:00Z', '1234567894']]),
      /^\+12025550123 2025-01-01 1234567894\./,
    );
  });

  it('says that there is more where not all have room', () => {
    const many = Array.from({ length: 5 }, (_, i): [Sender, string, string] => [
      bare,
      `2026-03-0${i + 1}T10:00:00Z`,
      `123456789${i}`,
    ]);
    assert.match(found(many), /1234567890; .*1234567891.* There are more\./);
    // Names that would make it a text of 70 characters give way to numbers.
    const cyrillic = many.map(([, at, reference]): [Sender, string, string] => [
      { ...bare, name: 'Екатерина' },
      at,
      reference,
    ]);
    assert.equal(found(cyrillic), found(many));
  });

  it('is one SMS with at least one whole reference, whoever sent it', () => {
    const sender = fc.record({
      name: fc.option(fc.string({ unit: 'binary', maxLength: 80 }), { nil: undefined }),
      number: fc.option(fc.oneof(fc.constant('+123456789012345'), fc.string({ maxLength: 40 })), {
        nil: undefined,
      }),
      private: fc.boolean(),
    });
    const reference = fc.stringMatching(/^\d{10}$/);
    const message = fc.tuple(sender, fc.constant('2025-06-01T00:00:00Z'), reference);
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 8 }),
        fc.constantFrom('en', 'es'),
        (all, language) => {
          const given = all.map(([from, at, digits]): [Sender, string, string] => [
            Object.fromEntries(
              Object.entries(from).filter(([, value]) => value !== undefined),
            ) as unknown as Sender,
            at,
            digits,
          ]);
          const text = found(given, false, language);
          assert.ok(smsUnits(text).fits, text);
          assert.ok(text.includes(given[0]?.[2] ?? ''), text);
        },
      ),
      { numRuns: 30 },
    );
  });
});
