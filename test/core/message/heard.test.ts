import assert from 'node:assert/strict';
import { isPlayable, isPlayableAsItCame, piecesOf, playingMs } from '../../../app/core/message/heard.ts';
import { firstSteps } from '../../../app/core/message/first-steps.ts';
import type { Part } from '../../../app/core/message/message.ts';
import type { MessageKind } from '../../../app/core/profile/class-of-service.ts';
import { sampleClass } from '../../services/sample-class.ts';
import { sampleMessage } from '../../storage/sample.ts';

const of = (
  kind: MessageKind,
  types: readonly string[],
  change: { transcript?: string; subject?: string } = {},
) =>
  sampleMessage(change.transcript === undefined ? {} : { transcript: change.transcript }, {
    kind,
    parts: types.map((contentType, i) => ({
      media: `m${i}` as Part['media'],
      contentType,
      bytes: 1,
      sha256: '',
    })),
    ...(change.subject === undefined ? {} : { subject: change.subject }),
  });

describe('What is to be heard of a message', () => {
  for (const { title, message, pieces } of [
    { title: 'a voice message: its sound', message: of('voice', ['audio/PCMU']), pieces: ['0'] },
    {
      title: 'one that was written down: its sound and not its transcript',
      message: of('voice', ['audio/PCMU'], { transcript: 'hello' }),
      pieces: ['0'],
    },
    {
      title: 'one that was sent on with an introduction: both, in their order',
      message: of('voice', ['audio/PCMU', 'audio/PCMA']),
      pieces: ['0', '1'],
    },
    { title: 'a text: its words', message: of('text', ['text/plain']), pieces: ['words'] },
    {
      title: 'a text that was sent on: the introduction, then its words',
      message: of('text', ['audio/PCMU', 'text/plain; charset=utf-8']),
      pieces: ['0', 'words'],
    },
    {
      title: 'an e-mail: its words once, and what sounds in it; not its pictures',
      message: of('email', ['text/html', 'text/plain', 'image/png', 'audio/mpeg', 'video/mp4']),
      pieces: ['words', '3', '4'],
    },
    {
      title: 'an e-mail that has only a title: that',
      message: of('email', ['image/png'], { subject: 'Lunch' }),
      pieces: ['words'],
    },
    {
      title: 'a fax: nothing, whatever its title is',
      message: of('fax', ['image/tiff'], { subject: 'Offer' }),
      pieces: [],
    },
    { title: 'a picture: nothing', message: of('image', ['image/png']), pieces: [] },
    {
      title: 'a picture with words: these',
      message: of('image', ['image/png', 'text/plain']),
      pieces: ['words'],
    },
    { title: 'a video: its sound', message: of('video', ['video/mp4']), pieces: ['0'] },
    { title: 'a message without parts: nothing', message: of('text', []), pieces: [] },
  ] as const)
    it(title, () =>
      assert.deepEqual(
        piecesOf(message).map((piece) => (piece.kind === 'words' ? 'words' : String(piece.index))),
        pieces,
      ),
    );

  it('nothing has to be made of it if a switch plays all of it', () => {
    assert.equal(isPlayableAsItCame(of('voice', ['audio/PCMU', 'audio/G722'])), true);
    assert.equal(isPlayableAsItCame(of('voice', ['audio/PCMU', 'audio/mpeg'])), false);
    assert.equal(isPlayableAsItCame(of('text', ['audio/PCMU', 'text/plain'])), false);
  });

  for (const [type, playable] of [
    ['audio/PCMU', true],
    ['Audio/pcma', true],
    ['audio/L16;rate=8000', true],
    ['audio/L16', true],
    ['audio/L16; rate=44100', false],
    ['audio/L16;rate=80000', false],
    ['audio/L16;rate=8000;channels=2', false],
    ['audio/x-wav', false],
    ['text/plain', false],
    ['', false],
  ] as const)
    it(`${type || 'nothing'} is ${playable ? 'played as it is' : 'not played as it is'}`, () =>
      assert.equal(isPlayable(type), playable));

  it('its playing time follows from its bytes', () => {
    assert.equal(playingMs('audio/PCMU', new Uint8Array(8000)), 1000);
    assert.equal(playingMs('audio/L16;rate=8000', new Uint8Array(16_000)), 1000);
    assert.equal(playingMs('audio/mpeg', new Uint8Array(8000)), 0);
  });
});

describe('The first steps of a message', () => {
  const steps = (kind: MessageKind, types: readonly string[], transcribe: boolean) =>
    firstSteps(
      of(kind, types).envelope,
      sampleClass({ transcribe, deliverByCall: true }),
      { counts: { new: 0, old: 0, urgent: 0 } },
      false,
      new Date(0),
      new Date(30_000),
    ).map((step) => step.kind);

  for (const { title, given, wanted } of [
    {
      title: 'a voice message is written down',
      given: ['voice', ['audio/PCMU']],
      wanted: ['call', 'transcribe'],
    },
    { title: 'so is a video', given: ['video', ['video/mp4']], wanted: ['call', 'transcribe'] },
    {
      title: 'a text is there in writing, and is brought by a call',
      given: ['text', ['text/plain']],
      wanted: ['call'],
    },
    {
      title: 'an e-mail with sound in it is read, not written down',
      given: ['email', ['audio/mpeg']],
      wanted: [],
    },
    { title: 'a fax is neither', given: ['fax', ['image/tiff']], wanted: [] },
    { title: 'a video without a video is not', given: ['video', ['image/png']], wanted: ['call'] },
  ] as const)
    it(`where the class wants both: ${title}`, () =>
      assert.deepEqual(steps(given[0], given[1], true), wanted));

  it('a class that wants no transcripts has none', () =>
    assert.deepEqual(steps('voice', ['audio/PCMU'], false), ['call']));
});
