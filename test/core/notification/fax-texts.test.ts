import assert from 'node:assert/strict';
import type { Sender } from '../../../app/core/message/message.ts';
import { faxEndText, faxNoticeText } from '../../../app/core/notification/fax-texts.ts';
import { smsUnits } from '../../../app/core/notification/sms-units.ts';
import { faxReasons } from '../../../app/core/notification/wording.ts';
import { shippedTexts } from '../../speech/shipped.ts';

const access = '+12025550199';
const reference = '1234567894';
const open = `${access},,${reference}#`;

function notice(from: Sender, pages: number, language = 'en'): string {
  return faxNoticeText({ words: shippedTexts.wording(language), access, reference, from, pages });
}

describe('the text about a fax', () => {
  it('says from whom it is and how many pages it has', () => {
    assert.equal(
      notice({ number: '+12025550166', private: false }, 3),
      `New fax from +12025550166, 3 pages. Call ${open} to have it sent to a fax machine - Reply HELP for more.`,
    );
    assert.match(notice({ private: true }, 1), /^New fax from a private number, 1 page\. /);
    assert.equal(
      notice({ number: '+12025550166', private: false }, 3, 'es'),
      `Nuevo fax de +12025550166, 3 hojas. Llame al ${open} para mandarlo a un aparato de fax.`,
    );
  });

  it('is one SMS whatever name the network gave', () => {
    for (const language of ['en', 'es']) {
      for (const name of [
        'Łukasz Wiśniewski-Kowalczyk',
        'A'.repeat(60),
        '株式会社サンプル',
        '\u0000{open}',
      ]) {
        const text = notice({ number: '+12025550166', name, private: false }, 100, language);
        assert.ok(smsUnits(text).fits && text.includes(open), text);
      }
    }
  });
});

describe('the text about a fax that was sent', () => {
  const words = shippedTexts.wording('en');
  const to = '+12025550166';

  it('says that it arrived, or why not, or how much of it did', () => {
    assert.equal(
      faxEndText(words, to, { kind: 'sent', pages: 2 }),
      `Your fax to ${to} has been delivered: 2 pages.`,
    );
    assert.equal(
      faxEndText(words, to, { kind: 'failed', pages: 0, why: 'busy' }),
      `Your fax to ${to} was not delivered: the line was busy.`,
    );
    assert.equal(
      faxEndText(words, to, { kind: 'failed', pages: 1, why: 'transmission' }),
      `Of your fax to ${to} only the first page was delivered: the connection was too bad.`,
    );
  });

  it('is one SMS in each language, for each reason', () => {
    for (const language of ['en', 'es'])
      for (const why of faxReasons)
        for (const pages of [0, 1, 99]) {
          const text = faxEndText(shippedTexts.wording(language), '+123456789012345', {
            kind: 'failed',
            pages,
            why,
          });
          assert.ok(smsUnits(text).fits, text);
          assert.doesNotMatch(text, /\{|\}|: \./);
        }
  });
});
