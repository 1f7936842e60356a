import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { isFault } from '../../app/core/errors.ts';
import { piecesOf } from '../../app/speech/content/pieces.ts';
import { partsOf, speakable } from '../../app/speech/content/text.ts';
import { readWav, writeWav } from '../../app/speech/content/wav.ts';
import { readVoices, voiceFor } from '../../app/speech/local/voices.ts';
import { readWords, sureWords } from '../../app/speech/local/words.ts';
import { wordErrors } from '../../scripts/bench/speech/word-errors.ts';

describe('A wave file', () => {
  it('is read as it was written', () => {
    const samples = Int16Array.of(0, 1, -1, 32_767, -32_768);
    assert.deepEqual(readWav(writeWav({ rate: 8000, samples })), { rate: 8000, samples });
  });

  it('that was written to a pipe and knows no length has all that is there', () => {
    const file = Buffer.from(writeWav({ rate: 8000, samples: Int16Array.of(5, 6, 7) }));
    for (const length of [0, 0x7fff_f000, 0xffff_ffff]) {
      file.writeUInt32LE(length, 40);
      assert.deepEqual(readWav(file)?.samples, Int16Array.of(5, 6, 7));
    }
  });

  it('with other chunks before its sound is read; one of another kind, or none at all, is not', () => {
    const file = Buffer.from(writeWav({ rate: 8000, samples: Int16Array.of(5, 6) }));
    const list = Buffer.from('LIST\u0003\u0000\u0000\u0000abc\u0000', 'latin1');
    const longer = Buffer.concat([file.subarray(0, 36), list, file.subarray(36)]);
    assert.deepEqual(readWav(longer)?.samples, Int16Array.of(5, 6));
    for (const [at, value] of [
      [20, 7],
      [22, 2],
      [34, 8],
    ] as const) {
      const other = Buffer.from(file);
      other.writeUInt16LE(value, at);
      assert.equal(readWav(other), undefined);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(60), (noise, at) => {
        readWav(Buffer.concat([file.subarray(0, at), noise]));
      }),
    );
  });
});

describe('Long sound', () => {
  it('is cut where it is quiet', () => {
    const samples = new Int16Array(8000 * 30).fill(8000);
    samples.fill(0, 8000 * 14, 8000 * 14 + 4000);
    const [first, second] = piecesOf({ rate: 8000, samples }, 20);
    assert.ok(Math.abs((first?.samples.length ?? 0) / 8000 - 14.25) < 0.25);
    assert.equal((first?.samples.length ?? 0) + (second?.samples.length ?? 0), samples.length);
  });

  it('loses nothing and has no piece that is too long, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 3000 }),
        fc.integer({ min: 1, max: 20 }),
        (given, seconds) => {
          const samples = Int16Array.from(given);
          const pieces = piecesOf({ rate: 100, samples }, seconds);
          assert.deepEqual(
            pieces.flatMap((piece) => [...piece.samples]),
            [...samples],
          );
          for (const piece of pieces) assert.ok(piece.samples.length <= seconds * 100);
        },
      ),
    );
  });
});

describe('A text that is to be spoken', () => {
  const said = (text: string, most = 1000): string => speakable(Buffer.from(text), most);

  it('is one line without anything that cannot be heard', () => {
    assert.equal(said('  Hello,\r\nworld\u0000!\u200B \u202E\t Bye\uFEFF '), 'Hello, world ! Bye');
    assert.equal(said('Dear Ann\n\nI am late'), 'Dear Ann. I am late');
    assert.equal(said('a [[h@l]] b'), 'a h@l b');
    assert.equal(said('nooooooooo ========'), 'noooo ====');
    assert.equal(said('call 1000000000'), 'call 1000000000');
  });

  it('is cut after a sentence, else after a word, else anywhere but in a character', () => {
    assert.equal(said('One two three four. Five six seven', 25), 'One two three four.');
    assert.equal(said('one two three four five', 15), 'one two three');
    assert.equal(said('😀a'.repeat(20), 10), '😀a😀a😀a');
  });

  it('without letters or digits is refused', () => {
    for (const nothing of ['', '\n', '?!', '\u0000'])
      assert.throws(
        () => said(nothing),
        (e) => isFault(e, 'invalid'),
      );
  });

  it('goes in parts of so many bytes, with nothing lost', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 400 }),
        fc.integer({ min: 40, max: 100 }),
        (text, most) => {
          const parts = partsOf(text, most);
          for (const part of parts) assert.ok(Buffer.byteLength(part) <= most && part !== '');
          const bare = (one: string) => one.replaceAll(/\s/g, '');
          assert.equal(bare(parts.join('')), bare(text));
        },
      ),
    );
  });
});

describe('A voice', () => {
  const espeak =
    readVoices(`Pty Language       Age/Gender VoiceName          File                 Other Languages
 5  af              --/M      Afrikaans          gmw/af
 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)
 2  en-us           --/M      English_(America)  gmw/en-US            (en 3)
 5  fr-be           --/M      French_(Belgium)   roa/fr-BE            (fr 8)
 5  fr-fr           --/M      French_(France)    roa/fr               (fr 5)
 5  cmn             --/M      Chinese_(Mandarin) sit/cmn              (zh-cmn 5)(zh 5)
 5  es              --/M      Spanish_(Spain)    roa/es
 5  es-419          --/M      Spanish_(Latin_America) roa/es-419           (es-mx 6)
 5  nb              --/M      Norwegian_Bokmål  gmq/nb               (no 5)`);
  const name = (tag: string, flite = true) => voiceFor(tag, { flite, espeak })?.name;

  it('is that of the language, of what it is a region of, or the best of its regions', () => {
    assert.deepEqual(
      ['es', 'es-MX', 'es-AR', 'fr', 'fr-CA', 'zh-Hans-CN', 'nn', 'EN_gb', 'af-ZA'].map((tag) => name(tag)),
      ['es', 'es-419', 'es', 'fr-fr', 'fr-fr', 'cmn', 'nb', 'slt', 'af'],
    );
    assert.equal(name('en', false), 'en-gb');
    assert.equal(name('en-US', false), 'en-us');
  });

  it('is missing for what nobody speaks', () => {
    for (const tag of ['tlh', '', 'constructor', '__proto__', '-v', 'es2'])
      assert.equal(name(tag), undefined, tag);
  });
});

describe('What pocketsphinx heard', () => {
  const line = (...words: [string, number][]) =>
    JSON.stringify({ b: 0, d: 9, p: 1, t: '', w: words.map(([t, p], i) => ({ b: i, d: 0.5, p, t })) });
  const told = (words: ReturnType<typeof sureWords>) =>
    words?.map(({ text, startMs, endMs }) => `${text} ${startMs}-${endMs}`).join(' ');

  it('is its words, without silence, noise and marks of pronunciation', () => {
    const output = [
      line(['<s>', 1], ['the(2)', 0.9], ['<sil>', 1], ['train', 0.8]),
      line(['[NOISE]', 1], ['is', 1]),
    ];
    const words = sureWords(readWords(output.join('\n'), [0, 20_000]), 0.1);
    assert.equal(told(words), 'the 1000-1500 train 3000-3500 is 21000-21500');
  });

  it('has "…" for what is doubtful, once for several words; nothing but that is nothing', () => {
    const words = readWords(line(['call', 0.9], ['knee', 0.01], ['pack', 0.02], ['soon', 0.5]), [0]);
    assert.equal(told(sureWords(words, 0.1)), 'call 0-500 … 1000-2500 soon 3000-3500');
    assert.equal(sureWords(readWords(line(['x', 0.01], ['<sil>', 1]), [0]), 0.1), undefined);
    assert.equal(sureWords(readWords('INFO: no JSON\n', [0]), 0.1), undefined);
    const odd = '{"w":[{"t":"odd","p":null,"b":"x","d":-1},{"t":"ok","p":1}]}';
    assert.equal(told(sureWords(readWords(odd, []), 0.1)), '… 0-0 ok 0-0');
  });
});

describe('The bench of speech', () => {
  it('counts words left out, put in and changed', () => {
    assert.equal(wordErrors('call me back tomorrow', 'Call me back, tomorrow.'), 0);
    assert.equal(wordErrors('call me back tomorrow', 'call … tomorrow'), 2);
    assert.equal(wordErrors('call me back', 'tall me right back'), 2);
    assert.equal(wordErrors('', 'one two'), 2);
  });
});
