import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFault } from '../../app/core/errors.ts';
import type { StoredSound } from '../../app/core/prompt/play-item.ts';
import { openTransform } from '../../app/transform/open.ts';
import { quiet, tone, toneShare } from '../../scripts/audio/tone.ts';
import { ffmpegCommand } from '../../scripts/stack/ffmpeg.ts';
import { keepingLog, silentLog, type LogLine } from '../ports/silent-log.ts';

const ffmpeg = ffmpegCommand();
const whole: StoredSound = { id: 'm1', contentType: 'audio/PCMU', bytes: tone(440, 4000) };

describe('sound at another speed', function () {
  this.timeout(30_000);

  for (const factor of [0.5, 0.75, 1.25, 1.5, 2]) {
    it(`${factor} times: as much shorter or longer, at the same pitch`, async () => {
      await using transform = openTransform({ ffmpeg }, { log: silentLog });
      const result = await transform.tempo(whole, factor);
      assert.equal(result.id, `m1@${factor}`);
      assert.equal(result.contentType, 'audio/PCMU');
      const ratio = whole.bytes.length / result.bytes.length;
      assert.ok(Math.abs(ratio - factor) < factor * 0.03, `${ratio} times as fast`);
      // In the middle: at both ends the sound swells.
      const middle = result.bytes.subarray(4000, -4000);
      assert.ok(share(middle, 440) > 0.9, `${share(middle, 440)} of it is at 440 Hz`);
      for (const hz of [440 * factor, 440 / factor]) assert.ok(share(middle, hz) < 0.1, `${hz} Hz`);
    });
  }

  it('what was loud stays loud, and silence stays where it was', async () => {
    await using transform = openTransform({ ffmpeg }, { log: silentLog });
    const bytes = Buffer.concat([quiet(1000), tone(440, 1000), quiet(1000)]);
    const result = await transform.tempo({ ...whole, bytes }, 2);
    assert.equal(toneShare(result.bytes.subarray(0, 400 * 8), 440), 0);
    assert.ok(share(result.bytes.subarray(600 * 8, 900 * 8), 440) > 0.9);
    assert.equal(toneShare(result.bytes.subarray(1150 * 8), 440), 0);
  });

  for (const contentType of ['audio/PCMA', 'audio/L16;rate=8000', 'audio/G722']) {
    it(`${contentType} stays what it is`, async () => {
      await using transform = openTransform({ ffmpeg }, { log: silentLog });
      const bytes = new Uint8Array(16_000).fill(0x55);
      const result = await transform.tempo({ id: 'x', contentType, bytes }, 2);
      assert.equal(result.contentType, contentType);
      assert.ok(Math.abs(result.bytes.length - 8000) < 500, `${result.bytes.length} bytes`);
    });
  }

  it('a wave file becomes µ-law', async () => {
    await using transform = openTransform({ ffmpeg }, { log: silentLog });
    const result = await transform.tempo({ id: 'w', contentType: 'audio/wav', bytes: wave(2000) }, 2);
    assert.equal(result.contentType, 'audio/PCMU');
    assert.ok(Math.abs(result.bytes.length - 8000) < 500, `${result.bytes.length} bytes`);
  });

  it('its own speed is the sound itself', async () => {
    await using transform = openTransform({ ffmpeg: '/nowhere' }, { log: silentLog });
    assert.equal(await transform.tempo(whole, 1), whole);
  });

  it('the same again is there at once; what was not asked for of late is made anew', async () => {
    await using transform = openTransform({ ffmpeg, keptBytes: 40_000 }, { log: silentLog });
    const first = await transform.tempo(whole, 2);
    assert.equal(await transform.tempo(whole, 2), first);
    const slow = await transform.tempo(whole, 0.75);
    assert.notEqual(await transform.tempo(whole, 2), first);
    // Longer than all that is kept.
    assert.notEqual(await transform.tempo(whole, 0.75), slow);
  });

  it('many at once all come', async () => {
    await using transform = openTransform({ ffmpeg }, { log: silentLog });
    const ids = Array.from({ length: 12 }, (_, i) => `m${i}`);
    const results = await Promise.all(ids.map((id) => transform.tempo({ ...whole, id }, 2)));
    assert.deepEqual(
      results.map(({ id }) => id),
      ids.map((id) => `${id}@2`),
    );
  });

  describe('what cannot be', () => {
    it('speeds that are none are refused', async () => {
      await using transform = openTransform({ ffmpeg }, { log: silentLog });
      for (const factor of [0, 0.49, 2.01, -1, NaN, Infinity])
        await assert.rejects(transform.tempo(whole, factor), (error) => isFault(error, 'invalid'));
    });

    it('what is no sound is refused', async () => {
      await using transform = openTransform({ ffmpeg }, { log: silentLog });
      const text = { id: 't', contentType: 'text/plain', bytes: Buffer.from('hello') };
      await assert.rejects(transform.tempo(text, 2), (error) => isFault(error, 'invalid'));
      const bytes = Buffer.from('#!MP4 concat:/etc/passwd');
      const broken = { id: 'b', contentType: 'audio/wav', bytes };
      await assert.rejects(transform.tempo(broken, 2), (error) => isFault(error, 'media-failed'));
      const empty = { ...whole, id: 'e', bytes: new Uint8Array() };
      await assert.rejects(transform.tempo(empty, 2), (error) => isFault(error, 'media-failed'));
    });

    it('a machine without ffmpeg says so, in words for its owner, and that trying again is no use', async () => {
      for (const missing of ['/nowhere/ffmpeg', ['sh', '-c', 'exec no-such-program']]) {
        const lines: LogLine[] = [];
        await using transform = openTransform({ ffmpeg: missing }, { log: keepingLog(lines) });
        await assert.rejects(
          transform.tempo(whole, 2),
          (error) =>
            isFault(error, 'not-found') && !error.temporary && error.message.includes('tools.ffmpeg'),
        );
        assert.ok(lines.some((line) => line.text.includes('tools.ffmpeg')));
      }
    });

    it('too much sound is refused, before and after', async () => {
      await using transform = openTransform({ ffmpeg, maxBytes: 40_000 }, { log: silentLog });
      const long = { ...whole, bytes: new Uint8Array(40_001) };
      await assert.rejects(transform.tempo(long, 2), (error) => isFault(error, 'media-failed'));
      await assert.rejects(transform.tempo(whole, 0.5), (error) => isFault(error, 'media-failed'));
    });
  });

  describe('a program that hangs', () => {
    let folder: string;
    let hanging: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ab-tempo-'));
      hanging = join(folder, 'ffmpeg');
      await writeFile(hanging, `#!/bin/sh\necho $$ >>${folder}/pids\nexec sleep 60\n`);
      await chmod(hanging, 0o755);
    });
    after(() => rm(folder, { recursive: true }));

    it('is ended after a while, and the next one has its turn', async () => {
      const options = { ffmpeg: hanging, timeoutMs: 300, atOnce: 1 };
      await using transform = openTransform(options, { log: silentLog });
      const both = [transform.tempo(whole, 2), transform.tempo(whole, 0.5)];
      for (const one of both)
        await assert.rejects(one, (error) => isFault(error, 'media-unavailable') && error.temporary);
    });

    it('is given up by who does not want it any more, also in the queue', async () => {
      await using transform = openTransform({ ffmpeg: hanging, atOnce: 1 }, { log: silentLog });
      const [stop, stopNext] = [new AbortController(), new AbortController()];
      const running = transform.tempo(whole, 2, stop.signal);
      const waiting = transform.tempo(whole, 0.5, stopNext.signal);
      stopNext.abort(new Error('next gone'));
      await assert.rejects(waiting, /next gone/);
      stop.abort(new Error('gone'));
      await assert.rejects(running, /gone/);
      await assert.rejects(transform.tempo(whole, 2, stop.signal), /gone/);
    });

    it('does not outlive the server, and a crowd is turned away', async () => {
      const transform = openTransform({ ffmpeg: hanging, atOnce: 1 }, { log: silentLog });
      const all = Array.from({ length: 30 }, (_, i) => transform.tempo({ ...whole, id: `m${i}` }, 2));
      const settled = Promise.allSettled(all);
      await assert.rejects(all[29] as Promise<unknown>, (error) => isFault(error, 'media-unavailable'));
      await transform[Symbol.asyncDispose]();
      for (const result of await settled) assert.equal(result.status, 'rejected');
    });
  });
});

/** Share of the power at a frequency, in frames of 50 ms: where pieces were put together the phase jumps. */
function share(ulaw: Uint8Array, hz: number): number {
  const frames = Array.from({ length: Math.floor(ulaw.length / 400) }, (_, i) =>
    ulaw.subarray(i * 400, i * 400 + 400),
  );
  return frames.reduce((sum, frame) => sum + toneShare(frame, hz), 0) / frames.length;
}

/** A wave file of so many milliseconds: RIFF header and 16-bit samples at 8 kHz. */
function wave(ms: number): Buffer {
  const data = Buffer.alloc(ms * 16);
  for (let i = 0; i < ms * 8; i++) data.writeInt16LE(Math.round(8000 * Math.sin(i / 3)), i * 2);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}
