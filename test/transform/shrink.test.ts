import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { isFault } from '../../app/core/errors.ts';
import type { Content } from '../../app/ports/convert.ts';
import { toneShare } from '../../scripts/audio/tone.ts';
import { encoded, filmed, openWorld, pixels, tiffFacts, tool, type World } from './world.ts';

/** A tone of a second and a half between half a second of nothing on either side; µ-law. */
async function tone(): Promise<Uint8Array> {
  const source = 'aevalsrc=if(between(t\\,0.5\\,2)\\,0.4*sin(2*PI*700*t)\\,0):d=2.5:s=8000';
  return filmed('ulaw', ['-f', 'lavfi', '-i', source, '-f', 'mulaw']);
}

/** A small picture, told as plainly as a PNG can be. */
const plainly = (frames: string) => ['-f', 'lavfi', '-i', frames, '-c:v', 'png', '-compression_level', '0'];

describe('content in less space', function () {
  this.timeout(120_000);
  let world: World;
  let sound: Uint8Array;
  before(async () => {
    world = openWorld();
    sound = await tone();
  });
  after(() => world[Symbol.asyncDispose]());
  const shrink = (contentType: string, bytes: Uint8Array) => world.room.shrink({ contentType, bytes });

  for (const [contentType, ending, args] of [
    ['audio/PCMU', 'ulaw', '-f mulaw'],
    ['audio/L16;rate=16000', 'sw', '-ar 16000 -f s16be'],
    ['audio/G722', 'g722', '-ar 16000 -f g722'],
  ] as const) {
    it(`S7: ${contentType} becomes Opus in Ogg (RFC 7845), a quarter or less, that sounds the same for as long`, async () => {
      const bytes = await encoded(sound, ending, args.split(' ').filter(Boolean));
      const made = await shrink(contentType, bytes);
      assert.ok(made);
      assert.equal(made.contentType, 'audio/ogg; codecs=opus');
      assert.equal(Buffer.from(made.bytes).toString('latin1', 0, 4), 'OggS');
      assert.equal(Buffer.from(made.bytes).toString('latin1', 28, 36), 'OpusHead');
      assert.ok(made.bytes.length < bytes.length / 3, `${made.bytes.length} of ${bytes.length} bytes`);
      const heard = await world.to('audio/pcmu', made);
      assert.ok(Math.abs((heard.durationMs ?? 0) - 2500) < 100, `${heard.durationMs} ms`);
      assert.ok(toneShare(heard.bytes.slice(8000, 12_000), 700) > 0.8, 'the tone is heard');
      assert.ok(toneShare(heard.bytes.slice(0, 3000), 700) < 0.1, 'and before it nothing');
    });
  }

  it('S7: what is packed already stays as it is', async () => {
    const ogg = await shrink('audio/PCMU', sound);
    assert.equal(await world.room.shrink(ogg as Content), undefined);
    assert.equal(await shrink('audio/mpeg', await encoded(sound, 'mp3', [])), undefined);
    assert.equal(await shrink('audio/GSM', await encoded(sound, 'gsm', [])), undefined);
    assert.equal(await shrink('image/jpeg', Buffer.from('anything')), undefined);
    assert.equal(await shrink('application/zip', Buffer.from('anything')), undefined);
  });

  it('S7: a fax is packed as T.6, each of its dots in its place', async () => {
    const words = Array.from({ length: 400 }, (_, i) => `word ${i}`).join(' ');
    const pdf = await world.to('application/pdf', {
      contentType: 'text/plain; charset=utf-8',
      bytes: Buffer.from(words),
    });
    const fax = await world.to('image/tiff', pdf);
    const made = await shrink('image/tiff', fax.bytes);
    assert.ok(made);
    assert.ok(made.bytes.length < fax.bytes.length, `${made.bytes.length} of ${fax.bytes.length} bytes`);
    const facts = await tiffFacts(made.bytes);
    assert.equal(facts.length, (await tiffFacts(fax.bytes)).length);
    assert.match(facts[0] ?? '', /CCITT Group 4/);
    const dots = async (bytes: Uint8Array) =>
      (await tool('tiffcp', ['-c', 'none', '{in.tif}', '{out.tif}'], { 'in.tif': bytes })).file('out.tif');
    assert.deepEqual(await dots(made.bytes), await dots(fax.bytes));
    // And again there is nothing to gain.
    assert.equal(await world.room.shrink(made), undefined);
  });

  it('S7: a PNG is packed better, pixel by pixel the same', async () => {
    const bytes = await filmed('png', [...plainly('testsrc=s=320x240'), '-frames:v', '1']);
    const made = await shrink('image/png', bytes);
    assert.ok(made);
    assert.ok(made.bytes.length < bytes.length / 2, `${made.bytes.length} of ${bytes.length} bytes`);
    assert.deepEqual((await pixels(made)).rgb, (await pixels({ contentType: 'image/png', bytes })).rgb);
  });

  it('S7: a PNG that moves, or says more than its pixels, stays as it is', async () => {
    const moving = await filmed('apng', [
      '-f',
      'lavfi',
      '-i',
      'testsrc=s=64x48',
      '-frames:v',
      '3',
      '-f',
      'apng',
    ]);
    assert.ok(moving.includes('acTL'));
    assert.equal(await shrink('image/png', moving), undefined);
    assert.equal(await shrink('image/png', deflateSync(moving)), undefined);
  });

  it('S7: broken content is refused, as by any conversion, or left alone', async () => {
    const fails = (contentType: string, bytes: Uint8Array) =>
      assert.rejects(shrink(contentType, bytes), (error) => isFault(error, 'invalid'));
    await fails('image/tiff', Buffer.from('no TIFF'));
    await fails('audio/PCMU', new Uint8Array());
    const bytes = await filmed('png', [...plainly('testsrc=s=64x48'), '-frames:v', '1']);
    const hole = Buffer.concat([bytes.subarray(0, 60), bytes.subarray(-12)]);
    assert.equal(await shrink('image/png', hole), undefined);
  });
});
