import assert from 'node:assert/strict';
import Paper from 'pdfkit';
import { isFault } from '../../app/core/errors.ts';
import type { Content } from '../../app/ports/convert.ts';
import { assertRefused } from './assert-refused.ts';
import { document, noise, whole } from './harmful.ts';
import { filmed, left, openWorld, type World } from './world.ts';

describe('content that is not what it says', function () {
  this.timeout(120_000);
  let world: World;
  before(() => {
    world = openWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  const refuses = (form: string, content: Content, why: RegExp, by: World = world) =>
    assertRefused(by, form, content, why);

  it('nothing at all is refused, whatever it is called', async () => {
    for (const [form, contentType] of [
      ['audio/x-wav', 'audio/PCMU'],
      ['audio/x-wav', 'audio/mpeg'],
      ['image/png', 'image/png'],
      ['image/png', 'video/mp4'],
      ['image/tiff', 'application/pdf'],
      ['application/pdf', 'image/tiff'],
      ['application/pdf', 'text/plain'],
      ['text/plain', 'application/pdf'],
    ] as const)
      await assert.rejects(world.to(form, { contentType, bytes: new Uint8Array() }), {
        code: 'invalid',
        message: /empty/,
      });
    await assert.rejects(
      world.to('application/pdf', { contentType: 'text/plain', bytes: Buffer.from(' \n') }),
      { code: 'invalid' },
    );
  });

  it('a video that is none is refused', async () => {
    const words = Buffer.from('This is not a video. '.repeat(500));
    await refuses('image/png', { contentType: 'video/mp4', bytes: words }, /no video/);
    await refuses('audio/x-wav', { contentType: 'video/mp4', bytes: words }, /no video|no audio/);
    // Only its first bytes are those of one.
    const head = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypmp42'), noise(20_000)]);
    await refuses('image/png', { contentType: 'video/mp4', bytes: head }, /ffmpeg cannot read it/);
    await refuses('audio/x-wav', { contentType: 'video/mp4', bytes: head }, /ffmpeg cannot read it/);
  });

  for (const [contentType, ending, args, form] of [
    ['image/png', 'png', '-f lavfi -i testsrc2=s=640x480 -frames:v 1', 'image/png'],
    ['image/jpeg', 'jpg', '-f lavfi -i testsrc2=s=640x480 -frames:v 1', 'image/png'],
    ['image/tiff', 'tif', '-f lavfi -i testsrc2=s=640x480 -frames:v 1', 'image/png'],
    ['image/webp', 'webp', '-f lavfi -i testsrc2=s=640x480 -frames:v 1', 'image/png'],
    ['video/mp4', 'mp4', '-f lavfi -i testsrc2=s=640x480:d=2 -c:v libx264', 'image/png'],
    ['audio/mp4', 'm4a', '-f lavfi -i sine=440:d=2 -c:a aac', 'audio/x-wav'],
  ] as const) {
    it(`${contentType} with its second half missing is refused`, async () => {
      const whole = await filmed(ending, args.split(' '));
      await refuses(
        form,
        { contentType, bytes: whole.subarray(0, whole.length / 2) },
        /cannot read it|end missing|no pages/,
      );
    });
  }

  it('application/pdf with its second half missing is refused', async () => {
    const whole = (
      await world.to('application/pdf', {
        contentType: 'text/plain',
        bytes: Buffer.from('words '.repeat(900)),
      })
    ).bytes;
    for (const form of ['image/tiff', 'image/png', 'text/plain'])
      await refuses(
        form,
        document(Buffer.from(whole.subarray(0, whole.length / 2))),
        /cannot read it|no pages/,
      );
  });

  it('a PDF with a password is refused', async () => {
    const locked = await whole(new Paper({ userPassword: 'secret' }).text('words'));
    await refuses('image/tiff', document(locked), /cannot read it: .*password/i);
  });

  it('a cover sheet that is none is refused', async () => {
    for (const bytes of ['{}', 'null', '{"title":"x","rows":[[1,2]]}', 'rubbish'])
      await assert.rejects(
        world.to('application/pdf', {
          contentType: 'application/vnd.answerback.cover+json',
          bytes: Buffer.from(bytes),
        }),
        { code: 'invalid' },
      );
  });

  it('random bytes with any beginning are refused or converted; nothing breaks', async () => {
    for (const [head, contentType, form] of heads) {
      const bytes = Buffer.concat([Buffer.from(head, 'latin1'), noise(3000)]);
      await world.to(form, { contentType, bytes }).catch((error: unknown) => {
        assert.ok(
          isFault(error, 'invalid') || isFault(error, 'media-failed'),
          `${contentType}: ${String(error)}`,
        );
      });
    }
    assert.deepEqual(left(), { folders: 0, processes: 0 });
  });
});

const heads: readonly (readonly [head: string, contentType: string, form: string])[] = [
  ['\x89PNG\r\n\x1a\n', 'image/png', 'image/png'],
  ['\xff\xd8\xff\xe0', 'image/jpeg', 'image/jpeg'],
  ['GIF89a', 'image/gif', 'image/png'],
  ['RIFF\0\0\0\0WEBP', 'image/webp', 'image/png'],
  ['II*\0\x08\0\0\0', 'image/tiff', 'application/pdf'],
  ['MM\0*\0\0\0\x08', 'image/tiff', 'image/png'],
  ['RIFF\0\0\0\0WAVE', 'audio/wav', 'audio/pcmu'],
  ['ID3', 'audio/mpeg', 'audio/pcmu'],
  ['OggS', 'audio/ogg', 'audio/x-wav'],
  ['#!AMR\n', 'audio/amr', 'audio/x-wav'],
  ['\x1aE\xdf\xa3', 'video/webm', 'image/png'],
  ['\0\0\0\x18ftypheic', 'image/heic', 'image/png'],
  ['%PDF-1.7\n', 'application/pdf', 'image/tiff'],
  ['', 'audio/G722', 'audio/x-wav'],
  ['', 'audio/G729', 'audio/x-wav'],
];
