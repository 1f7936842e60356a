import assert from 'node:assert/strict';
import { firstLine, replyWords } from '../../../app/core/mail/reply-words.ts';
import { cpuMs } from '../cpu-time.ts';

describe('what somebody wrote above the mail that they answer', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['nothing quoted', 'PLAY', 'PLAY'],
    ['a quotation', '1\n\n> Voice message\n> from Alice', '1'],
    [
      'an introduction',
      'SAVE\n\nOn Fri, Nov 27, 2026 at 10:00 AM Voice mail <v@x.example> wrote:\n> a',
      'SAVE',
    ],
    [
      'one that is folded',
      'SAVE\n\nOn Fri, Nov 27, 2026 at 10:00 AM\nVoice mail <v@x.example>\nwrote:\n\na',
      'SAVE',
    ],
    [
      'a Spanish one',
      'Guardar\n\nEl vie, 27 nov 2026, Correo de voz <v@x.example> escribió:\n> a',
      'Guardar',
    ],
    ['a divider', 'hello\r\n\r\n-----Original Message-----\r\nFrom: v@x.example', 'hello'],
    ['a line', `hello\n${'_'.repeat(32)}\nFrom: v@x.example`, 'hello'],
    ['the headers of the other', 'hello\n\nFrom: Voice mail\nSent: Friday\nTo: Bob\n\na', 'hello'],
    ['a signature', 'See you\n-- \nBob Miller\nACME', 'See you'],
    ['a telephone', 'Delete\n\nSent from my iPhone', 'Delete'],
    ['words that only look like one', 'From: here to eternity\nOn we go', 'From: here to eternity\nOn we go'],
    ['words between quotations', '> when?\ntomorrow\n> where?\nhere', 'tomorrow\nhere'],
    [
      'words that begin like one, above one',
      'On my way\n\nOn Mon, Jan 5 Voice mail wrote:\n> a',
      'On my way',
    ],
    ['the same without a line between', 'On my way\nOn Mon, Jan 5 Voice mail wrote:\n> a', 'On my way'],
    ['nothing at all', '\n\n> only quoted', ''],
  ];
  for (const [name, mail, words] of cases) it(name, () => assert.equal(replyWords(mail), words));

  it('is found in linear time, whatever it is', () => {
    const took = cpuMs(() => {
      for (const piece of ['On ', '> ', 'From: \n', '-- \n', 'On x\n', 'wrote:\n', '_'])
        replyWords(piece.repeat(100_000));
    });
    assert.ok(took < 2000, `${took} ms`);
  });

  it('begins with its first line that says something', () => {
    assert.equal(firstLine('\n  \n  play  \nmore'), 'play');
    assert.equal(firstLine(''), '');
  });
});
