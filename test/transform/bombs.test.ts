import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import type { Content } from '../../app/ports/convert.ts';
import { assertRefused } from './assert-refused.ts';
import { document, fax, laughing, pdf, picture, png, tiff, words16 } from './harmful.ts';
import { filmed, openWorld, pixels, type World } from './world.ts';

describe('bombs: content that unpacks to far more than it is', function () {
  this.timeout(120_000);
  let world: World;
  before(() => {
    world = openWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  const refuses = (form: string, content: Content, why: RegExp, by: World = world) =>
    assertRefused(by, form, content, why);

  it('a PNG that says it is 60,000 pixels a side is refused, however small its bytes', async () => {
    await refuses(
      'image/png',
      picture(png(60_000, 60_000, deflateSync(Buffer.alloc(60_000)))),
      /image size|Picture size/i,
    );
  });

  it('a PNG whose pixels unpack to 100 MB is refused for its pixels', async () => {
    const bomb = png(10_000, 10_000, deflateSync(Buffer.alloc(10_000 * 10_001)));
    assert.ok(bomb.length < 200_000, `${bomb.length} bytes`);
    await refuses('image/jpeg', picture(bomb), /image size|Picture size/i);
  });

  it('a GIF, a BMP and a WebP that say so too', async () => {
    const gif = Buffer.concat([
      Buffer.from('GIF89a'),
      words16(65_000, 65_000),
      Buffer.from([0, 0, 0, 0x2c, 0, 0, 0, 0]),
      words16(65_000, 65_000),
      Buffer.from([0, 2, 2, 0x4c, 1, 0, 0x3b]),
    ]);
    await refuses('image/png', { contentType: 'image/gif', bytes: gif }, /ffmpeg cannot read it/);
    const bmp = Buffer.alloc(200);
    bmp.write('BM');
    for (const [at, value] of [
      [2, 200],
      [10, 54],
      [14, 40],
      [18, 60_000],
      [22, 60_000],
    ] as const)
      bmp.writeUInt32LE(value, at);
    bmp.writeUInt16LE(1, 26);
    bmp.writeUInt16LE(24, 28);
    await refuses('image/png', { contentType: 'image/bmp', bytes: bmp }, /ffmpeg cannot read it/);
  });

  it('a TIFF that declares 100,000 pages is refused for its pages', async () => {
    await refuses('application/pdf', fax(tiff(100_000)), /more than 200 pages/);
    await refuses('image/png', fax(tiff(100_000)), /more than 200 pages/);
    await assert.rejects(world.room.join([fax(tiff(100_000))]), { code: 'invalid' });
    await assert.rejects(world.room.measure(fax(tiff(100_000))), { code: 'invalid' });
  });

  it('a TIFF whose pages go on where they began is refused', async () => {
    const loop = tiff(2);
    loop.writeUInt32LE(8, 8 + 2 + 5 * 12);
    await refuses('application/pdf', fax(loop), /more than 200 pages/);
  });

  it('a TIFF of one page of 60,000 by 60,000 is refused for its pixels', async () => {
    await refuses('application/pdf', fax(tiff(1, 60_000)), /more than 50000000 pixels/);
  });

  it('a PDF that says it has 100,000 pages is refused for its pages', async () => {
    await refuses(
      'image/tiff',
      document(pdf(`<< /Type /Pages /Kids [${'3 0 R '.repeat(100_000)}] /Count 100000 >>`, '')),
      /100000 pages; at most 200|cannot read/,
    );
  });

  it('a PDF of a page as large as a town has a picture and a fax like any other', async () => {
    const huge = document(pdf(undefined, '0 0 100 100 re f', '[0 0 14000000 14000000]'));
    const { width, height } = await pixels(await world.to('image/png', huge));
    assert.ok(width <= 1024 && height <= 1024, `${width} by ${height}`);
    assert.ok((await world.to('image/tiff', huge)).bytes.length < 100_000);
  });

  it('a PDF that would never be drawn is given up for the time it computes, whatever waits', async () => {
    await using strict = openWorld({ cpuSeconds: 1 });
    await refuses('image/png', document(laughing()), /more than 1 s/, strict);
    await refuses('image/tiff', document(laughing()), /more than 1 s/, strict);
  });

  it('sound that would unpack to more bytes than may be is refused', async () => {
    await using strict = openWorld({ maxBytes: 300_000 });
    const long = await filmed('ogg', '-f lavfi -i anullsrc=r=48000 -t 120 -c:a libopus'.split(' '));
    assert.ok(long.length < 100_000, `${long.length} bytes`);
    await refuses('audio/x-wav', { contentType: 'audio/ogg', bytes: long }, /more than 300000 bytes/, strict);
  });

  it('more bytes than may be are refused before any program sees them', async () => {
    await using strict = openWorld({ maxBytes: 50_000, ffmpeg: '/nowhere' });
    const bytes = Buffer.alloc(50_001);
    await assert.rejects(strict.to('audio/pcmu', { contentType: 'audio/PCMA', bytes }), {
      code: 'invalid',
      message: /50001 bytes; at most 50000/,
    });
  });

  it('words that a line never ends are laid out in time', async () => {
    const bytes = Buffer.from('x'.repeat(300_000));
    const began = performance.now();
    const made = await world.to('application/pdf', { contentType: 'text/plain', bytes });
    assert.ok((made.pages ?? 0) > 50);
    assert.ok(performance.now() - began < 30_000);
  });
});
