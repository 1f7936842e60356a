import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder } from '../../scripts/demo/lock.ts';
import { NetstringReader, writeNetstring } from '../../scripts/demo/netstring.ts';
import { StepFailure } from '../../scripts/demo/failure.ts';
import { wrap } from '../../scripts/demo/report.ts';
import { Inbox, until } from '../../scripts/demo/wait.ts';
import { readWav, writeWav } from '../../scripts/demo/wav.ts';

describe('the control connection of a telephone', () => {
  it('is read whatever the pieces in which it arrives', () => {
    const reader = new NetstringReader();
    const stream = Buffer.concat(['{"a":1}', '', 'grüße, 3:x,'].map(writeNetstring));
    const found = [...stream].flatMap((_, i) => reader.push(stream.subarray(i, i + 1)));
    assert.deepEqual(found, ['{"a":1}', '', 'grüße, 3:x,']);
    assert.deepEqual(new NetstringReader().push(stream), found);
  });

  it('is given up when it carries something else', () => {
    for (const wrong of ['abc', ':x,', '3:abcd', '-1:,', '99999999', '9999999:'])
      assert.throws(() => new NetstringReader().push(Buffer.from(wrong)), /netstring/, wrong);
  });
});

describe('a WAV file', () => {
  const samples = Int16Array.from([0, 1, -1, 32_767, -32_768]);

  it('is read as it was written, with its silence', () => {
    assert.deepEqual(readWav(writeWav(samples)), samples);
    assert.equal(readWav(writeWav(samples, 2)).length, 5 + 16_000);
  });

  it('is read while it is still being written', () => {
    const file = writeWav(samples);
    file.writeUInt32LE(0, 40);
    assert.deepEqual(readWav(file.subarray(0, file.length - 3)), samples.subarray(0, 3));
    assert.equal(readWav(new Uint8Array(0)).length, 0);
  });

  it('of another kind is refused', () => {
    const stereo = writeWav(samples);
    stereo.writeUInt16LE(2, 22);
    assert.throws(() => readWav(stereo), /2 channels, 8000 Hz, 16 bits/);
    assert.throws(() => readWav(Buffer.alloc(100)), /not a WAV file/);
  });
});

describe('waiting', () => {
  const wait = { expected: 'a bus', ms: 20, signal: new AbortController().signal };

  it('says what was expected and what came instead', async () => {
    await assert.rejects(
      until(() => undefined, { ...wait, everyMs: 5, got: () => 'two trams' }),
      new StepFailure('a bus', 'two trams'),
    );
    await assert.rejects(
      new Inbox<number>().take(() => true, wait),
      new StepFailure('a bus', 'nothing within 0.02 s'),
    );
  });

  it('ends with its signal', async () => {
    const stop = new AbortController();
    const taken = new Inbox<number>().take(() => true, { ...wait, ms: 10_000, signal: stop.signal });
    stop.abort(new Error('enough'));
    await assert.rejects(taken, /enough/);
    await assert.rejects(
      until(() => undefined, { ...wait, ms: 10_000, signal: stop.signal }),
      /enough/,
    );
  });

  it('gives each thing to one taker, in order, and keeps what nobody wanted', async () => {
    const inbox = new Inbox<number>();
    const even = inbox.take((n) => n % 2 === 0, wait);
    for (const n of [1, 2, 3]) inbox.add(n);
    assert.equal(await even, 2);
    assert.equal(await inbox.take(() => true, wait), 1);
    assert.equal(await inbox.take(() => true, wait), 3);
  });
});

describe('the text on a phone', () => {
  it('is broken at spaces, and within a word only where it must be', () => {
    assert.deepEqual(wrap('Call +12025550199,,1234567890# now', 24), [
      'Call',
      '+12025550199,,1234567890',
      '# now',
    ]);
    assert.deepEqual(wrap('', 10), []);
  });
});

describe('the folder of a demo', () => {
  it('is free again when the demo has ended, however it ended', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'answerback-lock-'));
    try {
      const directory = join(folder, 'demo');
      // A process id that was used again by something else.
      await writeFile(`${directory}.pid`, '1');
      const lock = await lockFolder(directory);
      await lock[Symbol.asyncDispose]();
      await writeFile(`${directory}.pid`, 'rubbish');
      await (await lockFolder(directory))[Symbol.asyncDispose]();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
