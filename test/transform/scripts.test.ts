import assert from 'node:assert/strict';
import { rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFault } from '../../app/core/errors.ts';
import type { Content } from '../../app/ports/convert.ts';
import { assertRefused } from './assert-refused.ts';
import { document, pdf, picture } from './harmful.ts';
import { filmed, openWorld, pixels, type World } from './world.ts';

describe('content with scripts, or with the names of other files', function () {
  this.timeout(120_000);
  let world: World;
  before(() => {
    world = openWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  const refuses = (form: string, content: Content, why: RegExp, by: World = world) =>
    assertRefused(by, form, content, why);

  it('a PDF with JavaScript, launch and address actions is drawn; nothing of it is done', async () => {
    const marker = join(tmpdir(), `ab-launched-${process.pid}`);
    const actions = `/OpenAction << /S /JavaScript /JS (app.launchURL\\("http://127.0.0.1:9/"\\)) /Next << /S /Launch /F (/bin/sh) /Unix << /F (touch ${marker}) >> >> >> /AA << /O << /S /URI /URI (http://127.0.0.1:9/) >> >>`;
    const bytes = pdf(undefined, 'BT /F1 24 Tf 50 700 Td (Invoice 4711) Tj ET', '[0 0 595 842]', actions);
    assert.match(
      Buffer.from((await world.to('text/plain', document(bytes))).bytes).toString(),
      /^Invoice 4711$/m,
    );
    await world.to('image/png', document(bytes));
    await world.to('image/tiff', document(bytes));
    await assert.rejects(stat(marker), { code: 'ENOENT' });
  });

  it('a PDF whose pages lie in another file shows nothing of it', async () => {
    const secret = join(tmpdir(), `ab-secret-${process.pid}`);
    await writeFile(secret, '0 0 595 842 re f');
    try {
      const other = document(pdf(undefined, '', '[0 0 595 842]', '', `/F (${secret}) /FFilter null`));
      for (const form of ['image/png', 'image/tiff']) {
        const made = await world.to(form, other).catch(() => undefined);
        if (made === undefined) continue;
        const { grey } = await pixels(form === 'image/png' ? made : await world.to('image/png', made));
        assert.ok(grey(0.5, 0.5) > 250, `${form}: the other file is not drawn`);
      }
    } finally {
      await rm(secret);
    }
  });

  it('PostScript is not run, whatever it calls itself', async () => {
    const marker = join(tmpdir(), `ab-ps-${process.pid}`);
    const program = `%!PS-Adobe-3.0\n(${marker}) (w) file dup (x) writestring closefile\nshowpage\n`;
    for (const contentType of ['image/png', 'image/tiff', 'image/jpeg'])
      await refuses('application/pdf', { contentType, bytes: Buffer.from(program) }, /no image|no TIFF/);
    await refuses('image/tiff', document(Buffer.from(program)), /no PDF/);
    // Two kinds in one: PostScript that says further below that it is PDF.
    const both = Buffer.concat([Buffer.from(`${program}\n`), pdf(undefined, '')]);
    await world
      .to('image/tiff', document(both))
      .catch((error: unknown) => assert.ok(isFault(error, 'invalid')));
    await assert.rejects(stat(marker), { code: 'ENOENT' });
  });

  it('drawings that name files are no pictures: SVG, MVG, playlists', async () => {
    let asked = 0;
    const server = createServer((_, answer) => {
      asked++;
      answer.end();
    }).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const address = `http://127.0.0.1:${(server.address() as { port: number }).port}/x.png`;
    try {
      const drawings = [
        `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"><image xlink:href="${address}" width="9" height="9"/><image xlink:href="file:///etc/passwd" width="9" height="9"/></svg>`,
        `push graphic-context\nviewbox 0 0 64 64\nimage over 0,0 0,0 '${address}'\npop graphic-context`,
        `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${address}\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n`,
        `ffconcat version 1.0\nfile '${address}'\nfile /etc/passwd\n`,
        `<?xml version="1.0"?><MPD><Period><BaseURL>${address}</BaseURL></Period></MPD>`,
      ];
      for (const drawing of drawings) {
        const bytes = Buffer.from(drawing);
        for (const type of ['image/png', 'image/svg+xml'])
          await refuses('image/png', { contentType: type, bytes }, /no image/);
        await refuses('image/png', { contentType: 'video/mp4', bytes }, /no video/);
        await refuses('audio/x-wav', { contentType: 'audio/mpeg', bytes }, /no audio/);
        await refuses('application/pdf', { contentType: 'image/jpeg', bytes }, /no image/);
      }
      assert.equal(asked, 0, 'nobody was asked for anything');
    } finally {
      server.close();
    }
  });

  it('a video whose sound and picture lie at an address opens nothing', async () => {
    let asked = 0;
    const server = createServer((_, answer) => {
      asked++;
      answer.end();
    }).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    try {
      const whole = await filmed('mov', '-f lavfi -i testsrc=s=64x64:d=1 -c:v mpeg4'.split(' '));
      const address = `http://127.0.0.1:${(server.address() as { port: number }).port}/a`;
      // The data reference of QuickTime: "in this file" (flags 1) becomes an address elsewhere.
      const at = whole.indexOf('dref') + 12;
      assert.equal(whole.toString('latin1', at + 4, at + 8), 'url ');
      const outside = Buffer.from(whole);
      outside.writeUInt32BE(0, at + 8);
      outside.write('rdrm', at + 4);
      await world.to('image/png', { contentType: 'video/quicktime', bytes: outside }).catch(() => undefined);
      const named = Buffer.concat([whole, Buffer.from(address)]);
      await world.to('image/png', { contentType: 'video/quicktime', bytes: named }).catch(() => undefined);
      assert.equal(asked, 0);
    } finally {
      server.close();
    }
  });

  it('what is two kinds at once is only what it begins as', async () => {
    const real = await filmed('png', '-f lavfi -i color=red:s=64x64 -frames:v 1'.split(' '));
    const both = Buffer.concat([real, pdf(undefined, '0 0 595 842 re f')]);
    await refuses('image/tiff', document(both), /no PDF/);
    const { at } = await pixels(await world.to('image/png', picture(both)));
    assert.ok(at(0.5, 0.5)[0] > 240, 'the red picture');
    await refuses('audio/x-wav', { contentType: 'audio/mpeg', bytes: both }, /no audio/);
  });
});
