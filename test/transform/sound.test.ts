import assert from 'node:assert/strict';
import { toneShare, tone, quiet } from '../../scripts/audio/tone.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { encodeUlaw } from '../../scripts/audio/g711.ts';
import type { Content } from '../../app/ports/convert.ts';
import { speech } from '../audio/speech.ts';
import { encoded, openWorld, tool, type World } from './world.ts';

const pcmu: Content = { contentType: 'audio/PCMU', bytes: tone(440, 3000) };

/** What networks and telephones bring, as they name it: three seconds of 440 Hz each. */
const inputs: readonly (readonly [contentType: string, ending: string, args: string])[] = [
  ['audio/PCMA', 'alaw', '-f alaw'],
  ['audio/L16;rate=8000', 'raw', '-f s16be'],
  ['audio/L16; rate=16000; channels=2', 'raw', '-ar 16000 -ac 2 -f s16be'],
  ['audio/G722', 'g722', '-ar 16000 -f g722'],
  ['audio/GSM', 'gsm', '-f gsm'],
  ['audio/wav', 'wav', '-ar 44100 -ac 2'],
  ['audio/x-wav', 'wav', '-c:a pcm_mulaw'],
  ['audio/mpeg', 'mp3', '-ar 44100'],
  ['audio/ogg; codecs=opus', 'ogg', '-ar 48000 -c:a libopus'],
  ['audio/aac', 'aac', '-ar 44100'],
  ['audio/mp4', 'm4a', '-ar 44100 -c:a aac'],
  ['audio/3gpp', '3gp', '-ar 44100 -c:a aac'],
  ['audio/webm', 'webm', '-ar 48000 -c:a libopus'],
  ['audio/flac', 'flac', ''],
];

describe('sound into other sound', function () {
  this.timeout(120_000);
  let world: World;
  before(() => {
    world = openWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  for (const [contentType, ending, args] of inputs) {
    it(`${contentType} becomes a wave file of 8 kHz, mono, 16 bits, with the same tone`, async () => {
      const bytes = await encoded(pcmu.bytes, ending, args.split(' ').filter(Boolean));
      assert.ok(bytes.length > 1000, 'there is something to convert');
      assertTone(await world.to('audio/x-wav', { contentType, bytes }), 440, 3000);
    });
  }

  it('audio/amr, as mobile telephones record it, becomes a wave file with the same tone', async () => {
    const { file } = await tool('sox', '-t ul -r 8000 -c 1 {in.ulaw} -t amr-nb {made.amr}'.split(' '), {
      'in.ulaw': pcmu.bytes,
    });
    assert.equal(file('made.amr').toString('latin1', 0, 6), '#!AMR\n');
    assertTone(
      await world.to('audio/x-wav', { contentType: 'audio/amr', bytes: file('made.amr') }),
      440,
      3000,
    );
  });

  it('audio/PCMU becomes a wave file: its header says what is in it', async () => {
    const made = await world.to('audio/x-wav', pcmu);
    assert.equal(made.contentType, 'audio/x-wav');
    const file = Buffer.from(made.bytes);
    assert.equal(file.toString('latin1', 0, 4) + file.toString('latin1', 8, 16), 'RIFFWAVEfmt ');
    assert.deepEqual(
      [file.readUInt16LE(20), file.readUInt16LE(22), file.readUInt32LE(24), file.readUInt16LE(34)],
      [1, 1, 8000, 16],
    );
    assert.equal(file.readUInt32LE(40), file.length - 44);
    assert.equal(file.readUInt32LE(4), file.length - 8);
    assertTone(made, 440, 3000);
  });

  for (const [form, contentType] of [
    ['audio/mpeg', 'audio/mpeg'],
    ['audio/ogg', 'audio/ogg'],
    ['audio/pcmu', 'audio/PCMU'],
  ] as const) {
    it(`what was spoken is heard the same as ${form}, as long as before`, async () => {
      const said = await speech('Please call me back before noon');
      const wav = await world.to('audio/x-wav', { contentType: 'audio/PCMU', bytes: said });
      const made = await world.to(form, wav);
      assert.equal(made.contentType, contentType);
      const ms = said.length / 8;
      assert.ok(Math.abs((made.durationMs ?? 0) - ms) < 100, `${made.durationMs} ms of ${ms}`);
      const heard = form === 'audio/pcmu' ? made : await world.to('audio/pcmu', made);
      const { score } = correlate(heard.bytes, said);
      assert.ok(score > 0.85, `${score} of it is the same`);
    });
  }

  it('sound for e-mail is small: a minute in less than 300 kB', async () => {
    const minute = { contentType: 'audio/PCMU', bytes: tone(440, 60_000) };
    const made = await world.to('audio/mpeg', minute);
    assert.ok(made.bytes.length < 300_000, `${made.bytes.length} bytes`);
    assert.ok(Math.abs((made.durationMs ?? 0) - 60_000) < 200);
  });

  it('silence stays where it was', async () => {
    const bytes = Buffer.concat([quiet(1000), tone(440, 1000), quiet(1000)]);
    const { bytes: ulaw } = await world.to('audio/pcmu', {
      contentType: 'audio/mpeg',
      bytes: await encoded(bytes, 'mp3', []),
    });
    assert.equal(toneShare(ulaw.subarray(0, 900 * 8), 440), 0);
    assert.ok(toneShare(ulaw.subarray(1200 * 8, 1800 * 8), 440) > 0.9);
    assert.equal(toneShare(ulaw.subarray(2200 * 8, 2900 * 8), 440), 0);
  });

  it('how long sound is, is known without converting it', async () => {
    for (const [contentType, ending, args] of inputs) {
      const bytes = await encoded(pcmu.bytes, ending, args.split(' ').filter(Boolean));
      const { durationMs } = await world.room.measure({ contentType, bytes });
      assert.ok(Math.abs((durationMs ?? 0) - 3000) < 150, `${contentType}: ${durationMs} ms`);
    }
  });

  it('sound that is cut short is played as far as it goes: half a message is better than none', async () => {
    for (const [contentType, ending] of [
      ['audio/wav', 'wav'],
      ['audio/mpeg', 'mp3'],
    ] as const) {
      const whole = await encoded(pcmu.bytes, ending, []);
      const made = await world.to('audio/x-wav', { contentType, bytes: whole.subarray(0, whole.length / 2) });
      assertTone(made, 440, 1500, 0.12);
    }
  });

  it('sound longer than may be is refused, and says so', async () => {
    await using strict = openWorld({ maxSeconds: 2 });
    await assert.rejects(strict.to('audio/x-wav', pcmu), { code: 'invalid', message: /longer than 2 s/ });
    await assert.rejects(strict.to('audio/mpeg', pcmu), { code: 'invalid', message: /longer than 2 s/ });
  });
});

/** A wave file with one tone, about so long. */
function assertTone(made: Content, hz: number, ms: number, within = 0.06): void {
  assert.ok(Math.abs((made.durationMs ?? 0) - ms) < ms * within, `${made.durationMs} ms instead of ${ms}`);
  const samples = Buffer.from(made.bytes.subarray(44));
  const ulaw = Uint8Array.from({ length: samples.length >> 1 }, (_, i) =>
    encodeUlaw(samples.readInt16LE(i * 2)),
  );
  const share = toneShare(ulaw.subarray(1600, -1600), hz);
  assert.ok(share > 0.9, `${share} of it is at ${hz} Hz`);
}
