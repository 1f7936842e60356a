import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { packSpans, packTimes, spokenWords } from '../../../app/core/message/spoken.ts';

/** Words as an engine hears them: each a while after the one before. */
const heard = fc
  .array(fc.record({ word: fc.stringMatching(/^[^\s]{1,8}$/), pause: fc.nat(500), length: fc.nat(300) }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((all) => {
    let at = 0;
    return all.map(({ word, pause, length }) => {
      const startMs = (at + pause) * 10;
      at += pause + length;
      return { word, startMs, endMs: at * 10 };
    });
  });

const textOf = (words: readonly { readonly word: string }[]) => words.map(({ word }) => word).join(' ');

describe('The times of spoken words', () => {
  it('are read as they were written, of any number of parts', () => {
    fc.assert(
      fc.property(fc.array(heard, { minLength: 1, maxLength: 3 }), (parts) => {
        const packed = packTimes(
          parts.map((words, i) => ({ index: 2 * i, text: textOf(words), spans: packSpans(words) })),
        );
        assert.deepEqual(
          spokenWords(parts.map(textOf).join('\n\n'), packed ?? ''),
          parts.flatMap((words, i) => words.map((one) => ({ ...one, part: 2 * i }))),
        );
      }),
    );
  });

  it('take some six characters a word', () => {
    const words = Array.from({ length: 100 }, (_, i) => ({ startMs: i * 400, endMs: i * 400 + 310 }));
    assert.ok(packSpans(words).length < 600);
  });

  it('that go back are put in order', () => {
    const words = [
      { startMs: 500, endMs: 900 },
      { startMs: 700, endMs: 600 },
    ];
    assert.equal(packSpans(words), '50.40 0.0');
  });

  it('are those of the words that are kept where a long text was cut, and none where a part has none', () => {
    const spans = '10.20 0.30 5.5';
    assert.equal(packTimes([{ index: 1, text: 'two words', spans }]), '1 10.20 0.30');
    assert.equal(packTimes([{ index: 1, text: 'these are four words', spans }]), undefined);
    const both = [
      { index: 0, text: 'two words', spans },
      { index: 1, text: 'a word', spans: undefined },
    ];
    assert.equal(packTimes(both), undefined);
    assert.equal(packTimes([]), undefined);
  });

  it('of other words, or that are none, are not known', () => {
    for (const times of [
      '',
      '0',
      '0 1',
      '0 1.2 3',
      '0 -1.2',
      'x 1.2',
      '0 1.2 1.2 1.2',
      '0 1e3.2',
      '0 999999999.1',
    ])
      assert.equal(spokenWords('two words', times), undefined, times);
    fc.assert(fc.property(fc.string(), fc.string(), (text, times) => void spokenWords(text, times)));
  });
});
