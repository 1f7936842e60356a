/** What conversions do to everything else in this process: nothing. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openTransform } from '../../app/transform/open.ts';
import { isFault } from '../../app/core/errors.ts';
import { tone } from '../../scripts/audio/tone.ts';
import { toolCommands } from '../../scripts/stack/ffmpeg.ts';
import { keepingLog, silentLog, type LogLine } from '../ports/silent-log.ts';
import { filmed, left, openWorld } from './world.ts';

const sound = { contentType: 'audio/PCMU', bytes: tone(440, 1000) };
const wave = { from: 'audio/*', to: 'audio/x-wav', cost: 1 };
const how = { language: 'en' };

describe('conversions beside calls', function () {
  this.timeout(90_000);

  it('while four run, the event loop is late by less than 50 ms in 99 of 100 cases', async () => {
    await using world = openWorld({ atOnce: 4 });
    const words = Buffer.from('Words of a long letter, as they come by e-mail. '.repeat(8000));
    const letter = { contentType: 'text/plain', bytes: words };
    const pdf = await world.to('application/pdf', { ...letter, bytes: words.subarray(0, 100_000) });
    const bytes = await filmed('png', '-f lavfi -i testsrc2=s=4000x3000 -frames:v 1'.split(' '));
    const minutes = { contentType: 'audio/L16;rate=16000', bytes: Buffer.alloc(16_000 * 2 * 600, 77) };
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const made = await Promise.all([
      world.to('application/pdf', letter),
      world.to('image/tiff', pdf),
      world.to('image/jpeg', { contentType: 'image/png', bytes }),
      world.to('audio/mpeg', minutes),
    ]);
    delay.disable();
    assert.ok(made.every((one) => one.bytes.length > 0));
    assert.ok(delay.count > 100, `${delay.count} looks`);
    const p99 = delay.percentile(99) / 1e6;
    assert.ok(p99 < 50, `p99 ${p99} ms, worst ${delay.max / 1e6} ms`);
  });

  it('each program has the memory, the processor time and the bytes that it may have, and no more', async () => {
    const tells = ['sh', '-c', 'echo $(ulimit -v) $(ulimit -t) $(ulimit -f) $(ulimit -c) >&2; exit 1'];
    await using world = openWorld({ ffmpeg: tells, memoryMiB: 700, cpuSeconds: 7, maxBytes: 1_024_000 });
    await assert.rejects(world.to('audio/x-wav', sound), {
      code: 'invalid',
      message: 'ffmpeg cannot read it: 716800 7 2000 0',
    });
  });

  describe('a program that hangs', () => {
    let folder: string;
    let hanging: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ab-hanging-'));
      hanging = join(folder, 'ffmpeg');
      await writeFile(hanging, '#!/bin/sh\nexec sleep 60\n');
      await chmod(hanging, 0o755);
    });
    after(() => rm(folder, { recursive: true }));

    it('is ended after a while: it may be tried again, and the next one has its turn', async () => {
      await using room = openTransform(
        { ...toolCommands(), ffmpeg: hanging, seconds: 1, atOnce: 1 },
        { log: silentLog },
      );
      for (const one of [room.convert(sound, wave, how), room.convert(sound, wave, how)])
        await assert.rejects(one, (error) => isFault(error, 'media-unavailable') && error.temporary);
      assert.deepEqual(left(), { folders: 0, processes: 0 });
    });

    it('is given up by who does not want it any more, also in the queue', async () => {
      await using room = openTransform({ ...toolCommands(), ffmpeg: hanging, atOnce: 1 }, { log: silentLog });
      const [stop, stopNext] = [new AbortController(), new AbortController()];
      const running = room.convert(sound, wave, { ...how, signal: stop.signal });
      const waiting = room.convert(sound, wave, { ...how, signal: stopNext.signal });
      stopNext.abort(new Error('next gone'));
      await assert.rejects(waiting, /next gone/);
      stop.abort(new Error('gone'));
      await assert.rejects(running, /gone/);
      assert.deepEqual(left(), { folders: 0, processes: 0 });
    });

    it('does not outlive the server, nor does its folder; a crowd is turned away', async () => {
      const room = openTransform({ ...toolCommands(), ffmpeg: hanging, atOnce: 1 }, { log: silentLog });
      const all = Array.from({ length: 30 }, () => room.convert(sound, wave, how));
      const settled = Promise.allSettled(all);
      await assert.rejects(
        all[29] as Promise<unknown>,
        (error) => isFault(error, 'media-unavailable') && error.temporary,
      );
      await room[Symbol.asyncDispose]();
      for (const result of await settled) assert.equal(result.status, 'rejected');
      assert.deepEqual(left(), { folders: 0, processes: 0 });
    });

    it('does not delay the speed of a message that somebody hears', async () => {
      await using world = openWorld({ atOnce: 1 });
      const minutes = { contentType: 'audio/L16;rate=16000', bytes: Buffer.alloc(16_000 * 2 * 900, 77) };
      let heard = false;
      const conversions = [1, 2].map(() => world.to('audio/mpeg', minutes));
      const last = Promise.all(conversions).then(() => assert.ok(heard, 'the speed came first'));
      const faster = await world.room.tempo({ id: 'm', contentType: 'audio/PCMU', bytes: sound.bytes }, 2);
      heard = true;
      assert.ok(Math.abs(faster.bytes.length - 4000) < 500);
      await last;
    });
  });

  it('programs may be kept from the network by a command before them', async () => {
    const { prefix } = toolCommands();
    const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    const alone = ['unshare', ...user, '--net', '--', ...prefix];
    await using world = openWorld({ prefix: alone, ffmpeg: 'ffmpeg' });
    assert.equal((await world.to('audio/x-wav', sound)).durationMs, 1000);
  });

  it('a machine without a program says so once, in words for its owner, and offers it no more', async () => {
    const lines: LogLine[] = [];
    await using room = openTransform(
      { ffmpeg: '/nowhere/ffmpeg', prefix: ['sh', '-c', 'exec no-such-program'] },
      { log: keepingLog(lines) },
    );
    assert.ok(room.edges.some((edge) => edge.from === 'audio/*'));
    for (let i = 0; i < 2; i++)
      await assert.rejects(
        room.convert(sound, wave, how),
        (error) => isFault(error, 'not-found') && !error.temporary,
      );
    const told = lines.filter((line) => line.level === 'warn');
    assert.equal(told.length, 1);
    assert.equal(told[0]?.fields?.['program'], 'ffmpeg');
    assert.ok(!room.edges.some((edge) => edge.from === 'audio/*'));
    const text = { contentType: 'text/plain', bytes: Buffer.from('Words need no program') };
    const made = await room.convert(text, { from: 'text/plain', to: 'application/pdf', cost: 1 }, how);
    assert.equal(made.pages, 1);
  });

  it('what a process that broke left behind is removed at the next start, what another works on is not', async () => {
    const gone = spawn('true');
    await once(gone, 'exit');
    const [old, busy] = [gone.pid, process.ppid].map((pid) =>
      join(tmpdir(), `answerback-convert-${pid}-abcdef`),
    );
    for (const folder of [old, busy]) await mkdir(folder ?? '');
    try {
      await using room = openTransform(toolCommands(), { log: silentLog });
      await room[Symbol.asyncDispose]();
      await assert.rejects(stat(old ?? ''), { code: 'ENOENT' });
      assert.ok((await stat(busy ?? '')).isDirectory());
    } finally {
      await rm(busy ?? '', { recursive: true });
    }
  });

  it('an edge that nobody has is not found', async () => {
    await using world = openWorld();
    const edge = { from: 'text/plain', to: 'video/mp4', cost: 1 };
    await assert.rejects(
      world.room.convert({ contentType: 'text/plain', bytes: Buffer.from('x') }, edge, how),
      {
        code: 'not-found',
      },
    );
  });
});
