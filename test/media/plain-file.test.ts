import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTag } from '../../app/core/message/recording-tag.ts';
import { Takes } from '../../app/media/ari/takes.ts';
import { Takes as EslTakes } from '../../app/media/esl/takes.ts';
import { writePlain } from '../../app/media/parts/plain-file.ts';

const tag = (n: number): string =>
  writeTag({ called: '+12025550123', started: new Date(0), callId: '1.1', n });

describe('a switch that turned bad puts links, pipes and folders where its recordings lie', () => {
  let folder: string;
  let secret: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'answerback-links-'));
    secret = join(folder, 'master.key');
    writeFileSync(secret, 'our key '.repeat(1000));
    mkdirSync(join(folder, 'answerback'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A recording, a link to the key, a pipe that nobody writes to, a folder. */
  const lay = (directory: string, extension: string): void => {
    const path = (n: number): string => join(directory, `${tag(n)}.${extension}`);
    writeFileSync(path(0), Buffer.alloc(8000, 1));
    symlinkSync(secret, path(1));
    execFileSync('mkfifo', [path(2)]);
    mkdirSync(path(3));
    writeFileSync(path(4), Buffer.alloc(400_000, 2));
  };

  it('Asterisk: only recordings are taken in, short ones and long ones', async () => {
    lay(join(folder, 'answerback'), 'ulaw');
    const takes = new Takes(() => assert.fail('nothing is asked'), folder);
    const read: number[] = [];
    for (const found of (await takes.list()).toSorted((a, b) => (a.tag < b.tag ? -1 : 1))) {
      const take = takes.take(found, 8000, () => undefined);
      const extent = await takes.extent(found);
      if (extent !== undefined) read.push((await take.bytes()).length);
      else await assert.rejects(take.bytes(), /gone/);
    }
    assert.deepEqual(read, [8000, 400_000]);
  });

  it('FreeSWITCH: the same', async () => {
    lay(join(folder, 'answerback'), 'tif');
    const takes = new EslTakes(join(folder, 'answerback'));
    const tags = (await takes.list()).map((one) => one.tag).toSorted();
    assert.deepEqual(tags, [tag(0), tag(4)]);
    assert.equal((await takes.faxTake(tag(0), () => undefined).bytes()).length, 8000);
    for (const n of [1, 2, 3]) await assert.rejects(takes.faxTake(tag(n), () => undefined).bytes(), /gone/);
  });

  it('what is laid out for the switch goes through no link and waits for no pipe, and the key is as it was', async () => {
    const path = join(folder, 'answerback', 'sound.wav');
    // Where a draft would lie whose name could be foreseen.
    const foreseen = `${path}.${process.pid}.part`;
    symlinkSync(secret, foreseen);
    await writePlain(path, 'hello', 0o640);
    rmSync(foreseen);
    execFileSync('mkfifo', [foreseen]);
    // Else it would wait for a reader, and a thread with it.
    const reader = openSync(foreseen, constants.O_RDWR | constants.O_NONBLOCK);
    await writePlain(path, 'hello', 0o640);
    closeSync(reader);
    assert.equal(lstatSync(path).isFile(), true);
    rmSync(path);
    symlinkSync(secret, path);
    await writePlain(path, 'hello', 0o640);
    assert.equal(lstatSync(path).isFile(), true);
    assert.equal(readFileSync(path, 'utf8'), 'hello');
    assert.match(readFileSync(secret, 'utf8'), /^our key/);
  });

  it('what many write at once is there as a whole, and no draft is left, whether it could be laid out or not', async () => {
    const path = join(folder, 'answerback', 'prompt.wav');
    const sound = 'hello '.repeat(100_000);
    await Promise.all(Array.from({ length: 8 }, () => writePlain(path, sound, 0o640)));
    assert.equal(readFileSync(path, 'utf8'), sound);
    mkdirSync(`${path}.folder`);
    await assert.rejects(writePlain(`${path}.folder`, sound, 0o640));
    assert.deepEqual(readdirSync(join(folder, 'answerback')).toSorted(), ['prompt.wav', 'prompt.wav.folder']);
  });
});
