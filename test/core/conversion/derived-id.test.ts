import assert from 'node:assert/strict';
import { derivedId, wordsId } from '../../../app/core/conversion/derived-id.ts';
import { isTimed, mediaType, topLevel } from '../../../app/core/conversion/media-type.ts';
import type { MediaId, MessageId } from '../../../app/core/ids.ts';

const media = 'email:7' as MediaId;

describe('The name of a part in another form', () => {
  for (const { title, type, form, id } of [
    {
      title: 'a picture of a fax',
      type: 'image/tiff; application=faxbw',
      form: 'image/png',
      id: 'email:7>image/png',
    },
    {
      title: 'a still of a video has no language',
      type: 'video/mp4',
      form: 'image/png',
      id: 'email:7>image/png',
    },
    {
      title: 'the sound of a video neither',
      type: 'video/mp4',
      form: 'audio/pcmu',
      id: 'email:7>audio/pcmu',
    },
    {
      title: 'words of sound have one',
      type: 'Audio/PCMU',
      form: 'text/plain',
      id: 'email:7>text/plain@es',
    },
    { title: 'spoken words too', type: 'text/html', form: 'audio/pcmu', id: 'email:7>audio/pcmu@es' },
  ])
    it(title, () => assert.equal(derivedId(media, type, form, 'es'), id));

  it('of the words of a message is another for other words', () => {
    const message = 'm' as MessageId;
    assert.notEqual(wordsId(message, 5, 'audio/pcmu', 'en'), wordsId(message, 6, 'audio/pcmu', 'en'));
    assert.equal(wordsId(message, 5, 'image/tiff', 'en'), wordsId(message, 5, 'image/tiff', 'es'));
  });
});

describe('A media type', () => {
  for (const [given, type, top] of [
    ['Audio/L16; rate=8000', 'audio/l16', 'audio'],
    [' text/plain;charset="a;b"', 'text/plain', 'text'],
    ['', '', ''],
    ['nonsense', 'nonsense', 'nonsense'],
    [';', '', ''],
  ] as const)
    it(`${JSON.stringify(given)} is ${JSON.stringify(type)}`, () => {
      assert.equal(mediaType(given), type);
      assert.equal(topLevel(given), top);
    });

  it('has a playing time if it is audio or video', () => {
    assert.deepEqual(['audio/pcmu', 'VIDEO/mp4', 'image/png', 'audio'].map(isTimed), [
      true,
      true,
      false,
      true,
    ]);
  });
});
