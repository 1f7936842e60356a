import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { foldWords, longestWord } from '../../../app/core/search/fold-words.ts';
import { messageTokens, mostWords } from '../../../app/core/search/message-tokens.ts';
import { searchTerms, senderTerms, type SearchTerms } from '../../../app/core/search/search-terms.ts';
import { sampleMessage } from '../../storage/sample.ts';

/** Whether a message of these tokens is one that is looked for. */
function finds(sought: SearchTerms, tokens: readonly string[]): boolean {
  if (sought.kind !== 'terms') return false;
  return sought.terms.every(({ anyOf, beginning }) =>
    anyOf.some((one) => tokens.some((token) => (beginning ? token.startsWith(one) : token === one))),
  );
}

const saying = (transcript: string) => messageTokens(sampleMessage({ transcript }));

describe('Words that messages are found by', () => {
  it('have no case, no accents and no other ways of writing the same letters', () => {
    assert.deepEqual(foldWords('Él VENDRÁ mañana, a las 3:30.'), [
      'el',
      'vendra',
      'manana',
      'a',
      'las',
      '3',
      '30',
    ]);
    assert.deepEqual(foldWords('ﬁne Straße Ærø Łódź ｅｌｅｖｅｎ'), [
      'fine',
      'strasse',
      'aero',
      'lodz',
      'eleven',
    ]);
    assert.deepEqual(foldWords('don’t l\'eau co\u00adop "quoted" e\u0301te\u0301'), [
      'dont',
      'leau',
      'coop',
      'quoted',
      'ete',
    ]);
    assert.deepEqual(foldWords('Привет, ΝΊΚΟΣ νίκος 日本語'), ['привет', 'νικοσ', 'νικοσ', '日本語']);
    assert.deepEqual(foldWords('🎂 … --- \0\t\u202e'), []);
  });

  it('keep vowels that are signs of their own, and one sign that says a word', () => {
    assert.notDeepEqual(foldWords('कि'), foldWords('का'));
    assert.deepEqual(foldWords('मेरा घर'), ['मेरा', 'घर']);
    assert.equal(foldWords('مُحَمَّد')[0], foldWords('محمد')[0]);
    const tokens = saying('会議室で待っています。水');
    for (const text of ['会*', '会議*', '水']) assert.ok(finds(searchTerms(text), tokens), text);
    assert.equal(searchTerms('я').kind, 'no-words');
  });

  it('whatever the text: letters and digits alone, short, and the same when folded again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const word of foldWords(text)) {
          assert.match(word, /^[\p{L}\p{N}][\p{L}\p{N}\p{M}]*$/u);
          assert.ok(Array.from(word).length <= longestWord);
        }
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        assert.deepEqual(foldWords(text.toUpperCase()), foldWords(text.toUpperCase().normalize('NFD')));
        const once = foldWords(text).join(' ');
        assert.deepEqual(foldWords(once), once === '' ? [] : once.split(' '));
      }),
    );
  });

  it('of plain ASCII are found by a shorter way, and are the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (text) => {
        assert.deepEqual([...foldWords(text), 'e'], foldWords(`${text} é`));
      }),
    );
  });

  it('of one message are so many at most, each once, and its sender is found apart from what it says', () => {
    const tokens = saying(Array.from({ length: 5000 }, (_, i) => `word${i} again`).join(' '));
    assert.ok(tokens.length < mostWords + 10);
    assert.equal(new Set(tokens).size, tokens.length);
    const from = { number: '+41791234567', name: 'Zoë de la Cruz', private: false };
    assert.deepEqual(messageTokens(sampleMessage({}, { from })), [
      '@+41791234567',
      '@zoe',
      '@de',
      '@la',
      '@cruz',
    ]);
    const mail = { from: { address: 'Zoe@Example.org', private: false }, subject: 'The Invoice' };
    assert.deepEqual(messageTokens(sampleMessage({ transcript: 'is here' }, mail)), [
      '@zoe@example.org',
      'invoice',
    ]);
    assert.deepEqual(messageTokens(sampleMessage({}, { from: { ...from, private: true } })), []);
  });
});

describe('What is looked for', () => {
  it('any word that is not everywhere finds the message it was taken from, written in any way', () => {
    const word = fc.stringMatching(/^[a-zñáéíóúü]{4,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), fc.nat(), (words, at) => {
        const one = words[at % words.length] ?? '';
        const sought = searchTerms(one.toUpperCase());
        if (sought.kind !== 'terms') return;
        const tokens = saying(`Please, ${words.join(' - ')}!`);
        assert.ok(finds(sought, tokens));
        assert.ok(finds(searchTerms(`${one.slice(0, 3)}*`), tokens), 'by its beginning');
        assert.ok(!finds(searchTerms(`${one} nowhere99`), tokens), 'all words must be there');
      }),
    );
  });

  it('names of senders are among the words; a sender is a number, an address or a name', () => {
    const from = { number: '+41791234567', address: 'zoe@example.org', name: 'Zoë Cruz', private: false };
    const tokens = messageTokens(sampleMessage({ transcript: 'Your invoice' }, { from }));
    assert.ok(finds(searchTerms('zoe invoice'), tokens));
    assert.ok(finds(searchTerms('cru*'), tokens));
    assert.ok(finds(senderTerms('079 123 45 67', '+41791234567'), tokens));
    assert.ok(finds(senderTerms('ZOE@example.org', undefined), tokens));
    assert.ok(finds(senderTerms('cruz, zoe', undefined), tokens));
    assert.ok(!finds(senderTerms('invoice', undefined), tokens), 'a word is no sender');
    assert.ok(
      finds(
        senderTerms('72345', undefined),
        messageTokens(sampleMessage({}, { from: { number: '72345', private: false } })),
      ),
    );
  });

  it('nothing, nothing but common words, or too much has an answer of its own', () => {
    for (const text of [
      '',
      '   ',
      'the',
      'of the and',
      'el de la',
      '*',
      '***',
      '.*',
      '$',
      '\0',
      '"" ()',
      '🎂',
      'a*',
      'to*',
    ])
      assert.equal(searchTerms(text).kind, 'no-words', JSON.stringify(text));
    assert.equal(searchTerms('x'.repeat(10_240)).kind, 'too-long');
    assert.equal(searchTerms('one two three four five six seven eight nine ten').kind, 'too-long');
    assert.equal(senderTerms(' ', undefined).kind, 'no-words');
    assert.equal(senderTerms('x'.repeat(10_240), undefined).kind, 'too-long');
  });

  it('quotes, patterns and operators are no more than ends of words', () => {
    const plain = searchTerms('invoice march');
    for (const text of ['"invoice march"', 'invoice AND march', '{"$ne":"invoice"} march'])
      assert.ok(searchTerms(text).kind === 'terms');
    assert.deepEqual(searchTerms('"invoice", (march)'), plain);
    assert.deepEqual(searchTerms('^invoice$|march\0'), plain);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const sought of [searchTerms(text), senderTerms(text, undefined)])
          for (const { anyOf, beginning } of sought.kind === 'terms' ? sought.terms : [])
            for (const token of anyOf) assert.ok(!beginning || /^@?[\p{L}\p{N}]+$/u.test(token), token);
      }),
    );
  });
});
