import assert from 'node:assert/strict';
import type { Part } from '../../../app/core/message/message.ts';
import { spokenWords, wordsPart, writtenWords } from '../../../app/core/message/words.ts';
import { sampleMessage } from '../../storage/sample.ts';

const parts = (...types: readonly string[]): Part[] =>
  types.map((contentType, i) => ({ media: `m${i}` as Part['media'], contentType, bytes: 1, sha256: '' }));

describe('The words of a message', () => {
  it('to be read are its subject and its body', () => {
    const mail = sampleMessage({}, { subject: ' Lunch ' });
    assert.equal(writtenWords(mail, 'At noon?\n'), 'Lunch\n\nAt noon?');
    assert.equal(writtenWords(mail, undefined), 'Lunch');
    assert.equal(writtenWords(sampleMessage(), '  '), '');
  });

  it('to be spoken begin with a sender who has no number', () => {
    const from = { name: 'Ann Smith', address: 'ann@example.org', private: false };
    assert.equal(spokenWords(sampleMessage({}, { from }), 'Hi'), 'Ann Smith.\n\nHi');
    const nameless = { address: 'ann@example.org', private: false };
    assert.equal(spokenWords(sampleMessage({}, { from: nameless }), 'Hi'), 'ann@example.org.\n\nHi');
  });

  it('name nobody who has a number or wants privacy, and nobody where there are no words', () => {
    assert.equal(spokenWords(sampleMessage(), 'Hi'), 'Hi');
    const hidden = { name: 'Ann', private: true };
    assert.equal(spokenWords(sampleMessage({}, { from: hidden }), 'Hi'), 'Hi');
    assert.equal(spokenWords(sampleMessage({}, { from: { name: 'Ann', private: false } }), ''), '');
  });

  it('are in its plain text, else in what can be made plain', () => {
    const at = (...types: string[]) => wordsPart(sampleMessage({}, { parts: parts(...types) }));
    assert.equal(at('image/png', 'text/html', 'Text/Plain; charset=utf-8'), 2);
    assert.equal(at('image/png', 'text/html'), 1);
    assert.equal(at('image/png', 'text/x-vcard'), undefined);
  });
});
