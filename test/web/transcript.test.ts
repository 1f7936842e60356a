import assert from 'node:assert/strict';
import { piecesOf, saidElsewhere } from '../../web/state/transcript.ts';

describe('the subscriber’s page: a message with several recordings', () => {
  const words = [
    { word: 'Please', part: 0, startMs: 0, endMs: 300 },
    { word: 'listen.', part: 0, startMs: 300, endMs: 700 },
    { word: 'Call', part: 2, startMs: 100, endMs: 400 },
    { word: 'me.', part: 2, startMs: 400, endMs: 600 },
  ];

  it('shows the words of each: those of the one that is played follow it, the others stand below', () => {
    const message = { words, transcript: 'Please listen.\n\nCall me.' } as never;
    const played = piecesOf(message, 0).map(({ text }) => text.trim());
    assert.deepEqual(played, ['Please', 'listen.']);
    assert.equal(saidElsewhere(message, 0), 'Call me.');
    assert.equal(saidElsewhere(message, 2), 'Please listen.');
  });

  it('says nothing twice where it is one recording, or where times are not known', () => {
    assert.equal(saidElsewhere({ words: words.slice(0, 2) }, 0), undefined);
    assert.equal(saidElsewhere({}, 0), undefined);
  });
});
