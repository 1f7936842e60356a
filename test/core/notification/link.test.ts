import assert from 'node:assert/strict';
import { smsUnits } from '../../../app/core/notification/sms-units.ts';
import { faxNoticeText } from '../../../app/core/notification/fax-texts.ts';
import { noticeText, textNoticeText } from '../../../app/core/notification/texts.ts';
import { shippedTexts } from '../../speech/shipped.ts';

const access = '+12025550199';
const reference = '1234567897';
const link = 'https://voicemail.example/m/AbCdEfGhIjKlMnOpQrSt_-';

describe('Links in texts', () => {
  const senders = [
    { number: '+12025550147', private: false },
    { number: '+12025550147', name: 'Zoë Example', private: false },
    { number: '+12025550147', name: 'Жанна Петровна', private: false },
    { number: '+123456789012345', name: 'A name that goes on and on and on and on', private: false },
    { private: true },
  ];
  const texts = (language: string, from: (typeof senders)[number], to: string | undefined): string[] => {
    const words = shippedTexts.wording(language);
    const notice = { words, access, reference, from, link: to };
    return [
      noticeText({ ...notice, durationMs: 42_000 }),
      noticeText({ ...notice, durationMs: 42_000, urgent: true }),
      faxNoticeText({ ...notice, pages: 3 }),
      ...(['text-notice', 'email-notice', 'image-notice', 'video-notice'] as const).map((name) =>
        textNoticeText(
          { ...notice, said: 'The words that somebody wrote, more than fit beside it all' },
          name,
        ),
      ),
    ];
  };

  for (const language of ['en', 'es'])
    it(`stand at the end where the text is one SMS with them, and else are left out (${language})`, () => {
      let linked = 0;
      for (const from of senders)
        for (const [i, text] of texts(language, from, link).entries()) {
          assert.ok(smsUnits(text).fits, text);
          assert.ok(text.includes(`${access},,${reference}#`), text);
          if (text.endsWith(` ${link}`)) linked += 1;
          // Left out it is as if there were none: no piece of it.
          else assert.equal(text, texts(language, from, undefined)[i]);
        }
      assert.ok(linked >= 20, `${linked} with a link`);
    });

  it('that are too long for any text change none', () => {
    const [from] = senders;
    assert.ok(from);
    const long = `https://${'a'.repeat(120)}.example/m/AbCdEfGhIjKlMnOpQrSt_-`;
    assert.deepEqual(texts('en', from, long), texts('en', from, undefined));
  });
});
