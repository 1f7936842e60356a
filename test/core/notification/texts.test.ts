import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Sender } from '../../../app/core/message/message.ts';
import { parseCommand } from '../../../app/core/notification/commands.ts';
import { replyText } from '../../../app/core/notification/replies.ts';
import { smsUnits } from '../../../app/core/notification/sms-units.ts';
import { noticeText, textNoticeText } from '../../../app/core/notification/texts.ts';
import {
  longestHoles,
  mailTextNames,
  textNames,
  type TextName,
} from '../../../app/core/notification/wording.ts';
import { shippedTexts } from '../../speech/shipped.ts';

const access = '+12025550199';
const reference = '1234567894';
const open = `${access},,${reference}#`;

function notice(
  from: Sender,
  more: { language?: string; durationMs?: number; urgent?: boolean } = {},
): string {
  const { language = 'en', ...rest } = more;
  const words = shippedTexts.wording(language);
  return noticeText({ words, access, reference, from, durationMs: 42_000, ...rest });
}

describe('the text about a new message', () => {
  const ann: Sender = { number: '+12025550123', name: 'Ann Example', private: false };
  const texts: [string, string, string][] = [
    [
      'names the caller, the length, what to tap and how to answer',
      notice(ann),
      `New voice message from Ann Example (+12025550123), 0:42. Call ${open} - Reply 1 to listen, HELP for more.`,
    ],
    [
      'has the number where there is no name',
      notice({ number: '+12025550123', private: false }),
      `New voice message from +12025550123, 0:42. Call ${open} - Reply 1 to listen, HELP for more.`,
    ],
    [
      'says that a caller is private, whatever else is known',
      notice({ ...ann, private: true }),
      `New voice message from a private number, 0:42. Call ${open} - Reply 1 to listen, HELP for more.`,
    ],
    [
      'says that a caller is unknown',
      notice({ private: false }),
      `New voice message from an unknown caller, 0:42. Call ${open} - Reply 1 to listen, HELP for more.`,
    ],
    [
      'says that a message is urgent',
      notice(ann, { urgent: true, durationMs: 125_400 }),
      `Urgent voice message from Ann Example (+12025550123), 2:06. Call ${open} - Reply 1 to listen, HELP for more.`,
    ],
    [
      'shortens a name that GSM-7 cannot write, and the words with it',
      notice({ ...ann, name: 'Łukasz Wiśniewski-Kowalczyk' }),
      `Łukasz Wiśniewski-Ko. 0:42 ${open} Reply 1 to listen`,
    ],
    [
      'is in Spanish for a Spanish mailbox',
      notice(ann, { language: 'es' }),
      `Nuevo mensaje de voz de Ann Example (+12025550123), 0:42. Llame al ${open} - Responda 1 para escuchar.`,
    ],
    [
      'brings no links, braces and no other numbers to tap from a hostile name',
      notice({ ...ann, name: 'Win {open} http://x.example +1900555,,1#\r\nnow' }),
      `New voice message from Win open x example + now (+12025550123), 0:42. Call ${open} - Reply 1 to listen, HELP for more.`,
    ],
  ];
  const names: [string, string][] = [
    ['Bank call 2025550188', 'Bank call'],
    ['Call (202) 555-0188 now', 'Call ( now'],
    ['Call 2 0 2 5 5', 'Call'],
    ['Call ９００５５５', 'Call'],
    ['Room 1234', 'Room 1234'],
    ['evil.example/x', 'evil example/x'],
    ['evil。example', 'evil example'],
    ['evil．example', 'evil example'],
    ['ftp://evil', 'ftp evil'],
    ['J. R. Smith Jr.', 'J. R. Smith Jr.'],
    ["Zoë O'Hara-Łuć", "Zoë O'Hara-Łuć"],
  ];
  for (const [name, shown] of names) {
    it(`shows a caller named ${name} as ${shown}`, () =>
      assert.match(
        notice({ name, private: false }),
        new RegExp(`(^| )${shown.replace(/[().]/g, '\\$&')}[., ]`),
      ));
  }

  for (const [title, text, expected] of texts) it(title, () => assert.equal(text, expected));

  it('is one SMS with the whole reference, for any caller in any language', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 120 }),
      fc.string({ unit: 'binary', maxLength: 120 }),
      fc.constant('€'.repeat(80)),
    );
    const option = { nil: undefined };
    const wordings = {
      en: shippedTexts.wording('en'),
      es: shippedTexts.wording('es'),
      'en-GB': shippedTexts.wording('en-GB'),
    };
    fc.assert(
      fc.property(
        fc.constantFrom('en', 'es', 'en-GB'),
        fc.option(name, option),
        fc.option(fc.oneof(fc.stringMatching(/^\+[1-9]\d{6,14}$/), fc.string()), option),
        fc.nat(36_000_000),
        fc.boolean(),
        fc.boolean(),
        (language, shown, number, durationMs, urgent, hidden) => {
          const text = noticeText({
            words: wordings[language],
            access: '+123456789012345',
            reference,
            durationMs,
            urgent,
            from: {
              private: hidden,
              ...(shown === undefined ? {} : { name: shown }),
              ...(number === undefined ? {} : { number }),
            },
          });
          assert.ok(smsUnits(text).fits, text);
          assert.ok(text.includes(`+123456789012345,,${reference}#`), text);
          assert.equal(text.split('#').length, 2, text);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('the text about a text', () => {
  const told = (from: Sender, said: string, language = 'en'): string =>
    textNoticeText({ words: shippedTexts.wording(language), access, reference, from, said });
  const ann: Sender = { number: '+12025550123', name: 'Ann Example', private: false };
  const number: Sender = { number: '+12025550123', private: false };

  const texts: [string, string, string][] = [
    [
      'names the sender, the words, what to tap and how to read it',
      told(number, 'Are you\r\nthere?'),
      `New text from +12025550123: Are you there? Call ${open} - Reply TEXT to read it, HELP for more.`,
    ],
    [
      'has the first words of a long one',
      told(number, 'The quick brown fox jumps over the lazy dog '.repeat(9)),
      `New text from +12025550123: The quick brown fox jumps over the lazy dog The quick brow... Call ${open} - Reply TEXT to read it, HELP for more.`,
    ],
    [
      'leaves words out rather than who wrote',
      told({ ...ann, name: 'A'.repeat(40), number: '+123456789012345' }, 'Please call me back'),
      `New text from ${'A'.repeat(40)} (+123456789012345): Please call... Call ${open} - Reply TEXT to read it, HELP for more.`,
    ],
    [
      'is short where GSM-7 cannot write it',
      told(number, 'Привет, как дела? Позвони мне вечером'),
      `+12025550123: Привет как дела? Позвони мн... ${open}`,
    ],
    [
      'brings no links and no other numbers to tap',
      told(number, 'Win http://x.example +1900555123,,1# now'),
      `New text from +12025550123: Win x example + now Call ${open} - Reply TEXT to read it, HELP for more.`,
    ],
    [
      'says nothing of a text without words',
      told(number, ''),
      `New text from +12025550123: Call ${open} - Reply TEXT to read it, HELP for more.`,
    ],
    [
      'is in Spanish for a Spanish mailbox',
      told(number, 'hola', 'es'),
      `Nuevo texto de +12025550123: hola Llame al ${open} - Responda TEXTO para leerlo.`,
    ],
  ];
  for (const [title, text, expected] of texts) it(title, () => assert.equal(text, expected));

  it('is one SMS with the whole reference, whoever sends whatever', () => {
    const any = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 200 }),
    );
    const wordings = { en: shippedTexts.wording('en'), es: shippedTexts.wording('es') };
    fc.assert(
      fc.property(fc.constantFrom('en', 'es'), any, any, any, (language, name, from, said) => {
        const text = textNoticeText({
          words: wordings[language],
          access: '+123456789012345',
          reference,
          from: { name, number: from, private: false },
          said,
        });
        assert.ok(smsUnits(text).fits, text);
        assert.ok(text.includes(`+123456789012345,,${reference}#`), text);
        assert.equal(text.split('#').length, 2, text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('every other text', () => {
  const cut: readonly TextName[] = [
    'notice',
    'urgent-notice',
    'short-notice',
    'text-notice',
    'short-text-notice',
    'email-notice',
    ...mailTextNames,
  ];
  for (const language of ['en', 'es']) {
    const words = shippedTexts.wording(language);

    it(`is there and fits in one SMS, whatever fills its holes (${language})`, () => {
      for (const name of textNames.filter((one) => !cut.includes(one))) {
        for (const n of [1, 2, 21, 100_000]) {
          const text = words.text(name, { ...longestHoles, n });
          assert.ok(smsUnits(text).fits, text);
          assert.doesNotMatch(text, /[{}]|undefined|^$/);
        }
      }
    });

    it(`names words that are understood (${language})`, () => {
      const named = textNames.flatMap((name) => words.text(name, { n: 2 }).match(/\b[A-Z]{4,}\b/g) ?? []);
      assert.ok(named.length >= 8);
      for (const word of new Set(named))
        assert.notEqual(parseCommand(word, shippedTexts.vocabulary).kind, 'unknown', word);
    });
  }

  it('is in the plural where there are several', () => {
    const [en, es] = [shippedTexts.wording('en'), shippedTexts.wording('es')];
    const texts: [string, string][] = [
      [
        en.text('unread', { n: 1, access }),
        `A message has been waiting for you for a day. Call ${access} to listen to it.`,
      ],
      [
        en.text('unread', { n: 3, access }),
        `3 messages have been waiting for you for a day. Call ${access} to listen to them.`,
      ],
      [
        es.text('unread', { n: 1, access }),
        `Le espera un mensaje desde ayer. Llame al ${access} para escucharlo.`,
      ],
      [
        es.text('unread', { n: 3, access }),
        `Le esperan 3 mensajes desde ayer. Llame al ${access} para escucharlos.`,
      ],
    ];
    for (const [text, expected] of texts) assert.equal(text, expected);
  });

  it('has the same holes in every language', () => {
    const hollow = Object.fromEntries(Object.keys(longestHoles).map((hole) => [hole, `<${hole}>`]));
    for (const name of textNames) {
      const holes = (language: string) =>
        shippedTexts
          .wording(language)
          .text(name, { ...hollow, n: 2 })
          .match(/<\w+>/g)
          ?.toSorted() ?? [];
      assert.deepEqual(holes('es'), holes('en'), name);
    }
  });

  it('tells the access number where help is asked', () =>
    assert.ok(replyText('help', { words: shippedTexts.wording('en'), access }).includes(access)));
});
