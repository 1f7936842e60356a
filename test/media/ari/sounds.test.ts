import assert from 'node:assert/strict';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sounds } from '../../../app/media/ari/sounds.ts';
import { keepingLog, silentLog, type LogLine } from '../../ports/silent-log.ts';
import { shippedSpeech } from '../../speech/shipped.ts';

const sound = { id: 'm1', contentType: 'audio/PCMU', bytes: new Uint8Array(80) };

describe('stored sounds laid out for Asterisk', () => {
  let root: string;
  let directory: string;
  let sounds: Sounds;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ab-sounds-'));
    directory = join(root, 'play');
    const spool = join(root, 'recording');
    await mkdir(spool);
    const prompts = { clip: () => '', durationMs: () => 0, speech: shippedSpeech };
    sounds = new Sounds({ prompts, directory, spool, log: silentLog });
  });
  afterEach(async () => {
    await sounds.close();
    await rm(root, { recursive: true });
  });

  it('can be read by the switch and by nobody else', async () => {
    await sounds.open();
    await sounds.segments([{ kind: 'stored', media: sound }], 'en');
    const [folder, file] = [await stat(directory), await stat(join(directory, 'm1.ulaw'))];
    assert.equal((folder.mode | file.mode) & 0o007, 0);
    const spool = await stat(join(root, 'recording'));
    const readable = file.uid === spool.uid || (file.gid === spool.gid && (file.mode & 0o040) !== 0);
    assert.ok(readable);
  });

  it('lie in a folder that was made for it, whose owner and rights are left as they are', async () => {
    await mkdir(directory);
    await chown(directory, -1, (await stat(join(root, 'recording'))).gid);
    await chmod(directory, 0o2750);
    const before = await stat(directory);
    await sounds.open();
    assert.equal((await stat(directory)).ctimeMs, before.ctimeMs);
    await sounds.segments([{ kind: 'stored', media: sound }], 'en');
    const file = await stat(join(directory, 'm1.ulaw'));
    assert.deepEqual([file.mode & 0o777, file.gid], [0o640, before.gid]);
  });

  it('cannot be played where their folder cannot be made, and all else goes on', async () => {
    await writeFile(directory, 'in the way');
    const lines: LogLine[] = [];
    const options = { prompts: { clip: () => '', durationMs: () => 0, speech: shippedSpeech }, directory };
    const without = new Sounds({ ...options, spool: join(root, 'recording'), log: keepingLog(lines) });
    await without.open();
    assert.deepEqual(
      lines.map(({ level }) => level),
      ['error'],
    );
    await assert.rejects(without.lay('x.ulaw', sound.bytes), { code: 'media-failed' });
    await without.close();
  });

  it('of an earlier process are gone, half-written ones too; those of this one stay', async () => {
    await mkdir(directory);
    const past = new Date(Date.now() - process.uptime() * 1000 - 60_000);
    for (const name of ['old.ulaw', 'old.ulaw.1.part', 'young.ulaw']) {
      await writeFile(join(directory, name), 'x');
      if (name !== 'young.ulaw') await utimes(join(directory, name), past, past);
    }
    await sounds.open();
    assert.deepEqual(await readdir(directory), ['young.ulaw']);
  });

  it('that were let go and are wanted again are there', async () => {
    const prompts = { clip: () => '', durationMs: () => 0, speech: () => assert.fail('nothing is said') };
    const small = new Sounds({
      prompts,
      directory,
      spool: join(root, 'recording'),
      log: silentLog,
      maxBytes: 100,
    });
    await small.open();
    const now = performance.now.bind(performance);
    let later = 0;
    performance.now = () => now() + later;
    try {
      for (let i = 0; i < 200; i++) {
        // Nothing of before is playing any more.
        later += 120_000;
        const media = { ...sound, id: `m${i % 2}` };
        await small.segments([{ kind: 'stored', media }], 'en');
        assert.equal((await stat(join(directory, `${media.id}.ulaw`))).size, 80);
      }
    } finally {
      performance.now = now;
      await small.close();
    }
  });
});
