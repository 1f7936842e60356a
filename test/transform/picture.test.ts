import assert from 'node:assert/strict';
import { toneShare } from '../../scripts/audio/tone.ts';
import { heic } from './heic.ts';
import { filmed, openWorld, pixels, tool, type Pixels, type World } from './world.ts';

/** Red, green, blue and white, one in each quarter. */
function quarters(width: number, height: number): string {
  const quarter = (colour: string) => `color=${colour}:s=${width / 2}x${height / 2}`;
  const [a, b, c, d] = ['red', 'lime', 'blue', 'white'].map(quarter);
  return `${a}[a];${b}[b];${c}[c];${d}[d];[a][b]hstack[t];[c][d]hstack[u];[t][u]vstack`;
}

const wide = ['-f', 'lavfi', '-i', quarters(1600, 900), '-frames:v', '1'];

const formats: readonly (readonly [contentType: string, ending: string, args: string])[] = [
  ['image/png', 'png', ''],
  ['image/jpeg', 'jpg', '-q:v 2'],
  ['image/gif', 'gif', ''],
  ['image/webp', 'webp', ''],
  ['image/bmp', 'bmp', ''],
  ['image/tiff', 'tif', ''],
  ['image/avif', 'avif', '-c:v libaom-av1 -cpu-used 8'],
];

describe('pictures into other pictures', function () {
  this.timeout(120_000);
  let world: World;
  before(() => {
    world = openWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  for (const [contentType, ending, args] of formats) {
    it(`${contentType} becomes a preview, a picture for MMS and a page, with its colours in their places`, async () => {
      const bytes = await filmed(ending, [...wide, ...args.split(' ').filter(Boolean)]);
      const preview = await world.to('image/png', { contentType, bytes });
      const isTiff = contentType === 'image/tiff';
      assertQuarters(await pixels(preview), isTiff ? 1023 : 1024, 576);
      const small = await world.to('image/jpeg', { contentType, bytes });
      assert.equal(small.contentType, 'image/jpeg');
      assertQuarters(await pixels(small), 640, 360);
      const page = await world.to('application/pdf', { contentType, bytes });
      assert.equal(page.pages, 1);
      const drawn = await pixels(await world.to('image/png', page));
      if (isTiff) assertQuarters(drawn, 1023, 576);
      else assertOnPaper(drawn);
    });
  }

  it('image/heic, as telephones take photographs, becomes a preview', async () => {
    const bytes = await heic(quarters(640, 480), 640, 480);
    assert.equal(bytes.toString('latin1', 4, 12), 'ftypheic');
    assertQuarters(
      await pixels(await world.to('image/png', { contentType: 'image/heic', bytes })),
      640,
      480,
      12,
    );
  });

  it('a small picture is not blown up', async () => {
    const bytes = await filmed('png', ['-f', 'lavfi', '-i', quarters(80, 60), '-frames:v', '1']);
    assertQuarters(await pixels(await world.to('image/png', { contentType: 'image/png', bytes })), 80, 60);
  });

  it('what is seen through is white where it cannot be seen through any more', async () => {
    const clear = ['-f', 'lavfi', '-i', 'color=red@0.0:s=100x100,format=rgba', '-frames:v', '1'];
    const bytes = await filmed('png', clear);
    const { grey } = await pixels(await world.to('image/jpeg', { contentType: 'image/png', bytes }));
    assert.ok(grey(0.5, 0.5) > 250);
  });

  it('a picture that says another picture type than it has is a picture all the same', async () => {
    const bytes = await filmed('png', wide);
    assertQuarters(
      await pixels(await world.to('image/png', { contentType: 'image/jpeg', bytes })),
      1024,
      576,
    );
  });
});

const films: readonly (readonly [contentType: string, ending: string, args: string])[] = [
  ['video/mp4', 'mp4', '-c:v libx264 -c:a aac'],
  ['video/3gpp', '3gp', '-c:v h263 -s 352x288 -c:a aac'],
  ['video/quicktime', 'mov', '-c:v mpeg4 -c:a aac'],
  ['video/webm', 'webm', '-c:v libvpx -c:a libopus'],
  ['video/x-msvideo', 'avi', '-c:v mpeg4 -c:a libmp3lame'],
  ['video/mp2t', 'ts', '-c:v libx264 -c:a aac'],
];

describe('video', function () {
  this.timeout(120_000);
  let world: World;
  before(() => {
    world = openWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  /** Black at first, then four colours; a tone of 600 Hz. */
  const film = (ending: string, args: string, seconds = 3, black = 0.7) =>
    filmed(ending, [
      ...'-f lavfi -i'.split(' '),
      `${quarters(640, 480)},drawbox=color=black:t=fill:enable='lt(t,${black})'`,
      ...`-f lavfi -i sine=frequency=600:sample_rate=48000 -t ${seconds} ${args}`.split(' '),
    ]);

  for (const [contentType, ending, args] of films) {
    it(`of ${contentType} the sound is heard, a still is seen, and its length is known`, async () => {
      const bytes = await film(ending, args);
      const sound = await world.to('audio/x-wav', { contentType, bytes });
      assert.ok(Math.abs((sound.durationMs ?? 0) - 3000) < 200, `${sound.durationMs} ms`);
      const { bytes: ulaw } = await world.to('audio/pcmu', sound);
      assert.ok(toneShare(ulaw.subarray(800, -1600), 600) > 0.9);
      const still = await pixels(await world.to('image/png', { contentType, bytes }));
      const [width, height] = contentType === 'video/3gpp' ? [384, 288] : [640, 480];
      assertQuarters(still, width, height, contentType === 'video/3gpp' ? 40 : 8);
      const { durationMs } = await world.room.measure({ contentType, bytes });
      assert.ok(Math.abs((durationMs ?? 0) - 3000) < 200, `${durationMs} ms`);
    });
  }

  it('of a video shorter than a second its beginning is seen', async () => {
    const bytes = await film('mp4', '-c:v libx264 -c:a aac', 0.4, 0);
    assertQuarters(
      await pixels(await world.to('image/png', { contentType: 'video/mp4', bytes })),
      640,
      480,
      8,
    );
  });

  it('a video without sound has none, and says so; sound without a picture likewise', async () => {
    const silent = await filmed('mp4', [...wide, '-c:v', 'libx264', '-pix_fmt', 'yuv420p']);
    await assert.rejects(world.to('audio/x-wav', { contentType: 'video/mp4', bytes: silent }), {
      code: 'invalid',
    });
    const blind = await filmed('mp4', '-f lavfi -i sine=600:duration=1 -c:a aac'.split(' '));
    await assert.rejects(world.to('image/png', { contentType: 'video/mp4', bytes: blind }), {
      code: 'invalid',
    });
  });

  it('a picture taken upright is seen upright', async () => {
    const { file } = await tool(
      'ffmpeg',
      '-v error -display_rotation 90 -i {in.mp4} -c copy {turned.mp4}'.split(' '),
      { 'in.mp4': await film('mp4', '-c:v libx264 -c:a aac', 2, 0) },
    );
    const still = await pixels(
      await world.to('image/png', { contentType: 'video/mp4', bytes: file('turned.mp4') }),
    );
    assert.deepEqual([still.width, still.height], [480, 640]);
    assertColour(still.at(0.25, 0.75), [255, 0, 0], 8);
    assertColour(still.at(0.25, 0.25), [0, 255, 0], 8);
  });
});

function assertQuarters(found: Pixels, width: number, height: number, off = 6): void {
  assert.deepEqual([found.width, found.height], [width, height]);
  assertColour(found.at(0.25, 0.25), [255, 0, 0], off);
  assertColour(found.at(0.75, 0.25), [0, 255, 0], off);
  assertColour(found.at(0.25, 0.75), [0, 0, 255], off);
  assertColour(found.at(0.75, 0.75), [255, 255, 255], off);
}

/** In the middle of an upright page of A4, as wide as its margins let it. */
function assertOnPaper(page: Pixels): void {
  assert.deepEqual([page.width, page.height], [724, 1023]);
  assertColour(page.at(0.3, 0.45), [255, 0, 0], 6);
  assertColour(page.at(0.7, 0.45), [0, 255, 0], 6);
  assertColour(page.at(0.3, 0.55), [0, 0, 255], 6);
  for (const place of [0.05, 0.3, 0.7, 0.95]) assertColour(page.at(0.5, place), [255, 255, 255], 0);
}

function assertColour(found: readonly number[], wanted: readonly number[], off: number): void {
  const far = Math.max(...found.map((one, i) => Math.abs(one - (wanted[i] ?? 0))));
  assert.ok(far <= off, `${found.join(' ')} instead of ${wanted.join(' ')}`);
}
