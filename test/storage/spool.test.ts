import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { MessageId } from '../../app/core/ids.ts';
import type { SpooledDeposit, Spool } from '../../app/ports/spool.ts';
import { openSpool } from '../../app/storage/spool/open.ts';
import { sampleDeposit } from './sample.ts';
import { keepingLog, type LogLine } from '../ports/silent-log.ts';

const filler = fileURLToPath(new URL('fill-spool.ts', import.meta.url));

describe('spool: deposits that wait on this disk', function () {
  this.timeout(60_000);
  let directory: string;
  let lines: LogLine[];
  let spool: Spool;
  const reopen = async () => (spool = await openSpool({ directory }, { log: keepingLog(lines) }));
  const all = async () => {
    const found: SpooledDeposit[] = [];
    for await (const deposit of spool.list()) found.push(deposit);
    return found;
  };
  const ids = async () => (await all()).map((deposit) => deposit.draft.origin.id);
  const deposits = async () => (await readdir(directory)).filter((name) => name !== 'damaged');
  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'answerback-spool-')), 'not/there/yet');
    lines = [];
    await reopen();
  });
  afterEach(async () => {
    await spool[Symbol.asyncDispose]();
    await rm(join(directory, '../../..'), { recursive: true, force: true });
  });

  it('a deposit comes back as it was put in, also after a restart', async () => {
    const plain = sampleDeposit('a\nb', 0, { from: { private: true } });
    const rich: SpooledDeposit = {
      ...sampleDeposit('b', 32_000, {
        dialled: '5550123',
        related: 'x' as MessageId,
        urgent: true,
        cut: true,
        subject: 'Keys',
        omitted: [{ why: 'too-many', name: 'a.csv' }],
      }),
      more: [{ contentType: 'image/png', name: 'mat.png', bytes: new Uint8Array([1, 2]) }],
      quiet: true,
    };
    await spool.put(plain);
    await spool.put(rich);
    assert.equal(spool.size, 2);
    await reopen();
    assert.equal(spool.size, 2);
    const found = await all();
    assert.deepEqual(
      found.find((one) => one.draft.origin.id === 'b'),
      rich,
    );
    assert.deepEqual(
      found.find((one) => one.draft.origin.id !== 'b'),
      plain,
    );
    await spool.remove(plain);
    await spool.remove(plain);
    assert.deepEqual(await ids(), ['b']);
    assert.equal(spool.size, 1);
    assert.deepEqual(lines, []);
  });

  it('one of several parts comes back with all of them, in order', async () => {
    const second = { contentType: 'audio/PCMA', durationMs: 20, bytes: new Uint8Array(160).fill(7) };
    const third = { contentType: 'image/tiff', pages: 2, bytes: new Uint8Array(10).fill(9) };
    const forwarded = { ...sampleDeposit('parts', 50), more: [second, third] };
    await spool.put(forwarded);
    await reopen();
    assert.deepEqual(await all(), [forwarded]);
    assert.deepEqual(lines, []);
  });

  it('one whose last part is cut is set aside', async () => {
    const more = [{ contentType: 'audio/PCMU', durationMs: 20, bytes: new Uint8Array(160) }];
    await spool.put({ ...sampleDeposit('cut', 50), more });
    const [name = ''] = await deposits();
    const content = await readFile(join(directory, name));
    await writeFile(join(directory, name), content.subarray(0, -1));
    assert.deepEqual(await all(), []);
    assert.equal(lines.length, 1);
  });

  it('they come oldest first', async () => {
    for (const id of ['x', 'y', 'z']) await spool.put(sampleDeposit(id, 10));
    const files = await Promise.all(
      (await deposits()).map(async (name) => ({
        name,
        id: (await readFile(join(directory, name), 'utf8')).includes('"id":"z"'),
      })),
    );
    const last = files.find((file) => file.id)?.name ?? '';
    await utimes(join(directory, last), new Date(0), new Date(0));
    assert.equal((await ids())[0], 'z');
  });

  it('the same deposit twice, or many at once, is one', async () => {
    const deposit = sampleDeposit('a', 5000);
    await Promise.all(Array.from({ length: 10 }, () => spool.put(deposit)));
    await spool.put(deposit);
    assert.deepEqual(await all(), [deposit]);
    assert.equal(spool.size, 1);
    assert.equal((await deposits()).length, 1);
  });

  it('the files are for this user only', async () => {
    await spool.put(sampleDeposit('a', 10));
    const [name] = await deposits();
    assert.equal((await stat(join(directory, name ?? ''))).mode & 0o077, 0);
  });

  it('a file cut at any byte is set aside and told, and the others still come', async () => {
    await spool.put(sampleDeposit('whole', 40));
    await spool.put(sampleDeposit('cut', 60));
    const names = await deposits();
    const contents = await Promise.all(names.map((name) => readFile(join(directory, name))));
    const which = contents.findIndex(
      (content) => content.includes('"cut"') && content.includes('"id":"cut"'),
    );
    const [name, content] = [names[which] ?? '', contents[which] ?? Buffer.of()];
    for (let length = 0; length < content.length; length += 1) {
      await writeFile(join(directory, name), content.subarray(0, length));
      assert.deepEqual(await ids(), ['whole'], `cut at ${length}`);
    }
    assert.equal((await readdir(join(directory, 'damaged'))).length, content.length);
    assert.equal(lines.filter((line) => line.level === 'error').length, content.length);
    assert.equal(spool.size, 1);
    await spool.put(sampleDeposit('cut', 60));
    assert.equal((await all()).length, 2);
  });

  it('a file with one byte changed is set aside', async () => {
    await spool.put(sampleDeposit('a', 100));
    const [name = ''] = await deposits();
    const content = await readFile(join(directory, name));
    for (const at of [0, 20, content.length - 1]) {
      const changed = Buffer.from(content);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await writeFile(join(directory, name), changed);
      assert.deepEqual(await ids(), [], `byte ${at}`);
    }
  });

  it('a deposit under the name of another, and foreign files, are no deposits', async () => {
    await spool.put(sampleDeposit('a', 100));
    const [name = ''] = await deposits();
    const content = await readFile(join(directory, name));
    await writeFile(join(directory, `${'0'.repeat(64)}.deposit`), content);
    await writeFile(join(directory, 'README'), 'mine');
    await mkdir(join(directory, 'folder'));
    assert.deepEqual(await ids(), ['a']);
    assert.equal(await readFile(join(directory, 'README'), 'utf8'), 'mine');
  });

  it('the controller killed at random moments: what was confirmed is there and whole', async () => {
    for (const kill of [0, 1, 3, 7, 20, 21, 22]) {
      const confirmed: string[] = [];
      const child = start(['20000'], (line, process) => {
        if (line !== 'ready') confirmed.push(line);
        if (confirmed.length >= kill) process.kill('SIGKILL');
      });
      await once(child, 'close');
      await reopen();
      const found = await all();
      for (const id of confirmed) {
        assert.deepEqual(
          found.find((one) => one.draft.origin.id === id)?.bytes,
          sampleDeposit(id, 20_000).bytes,
        );
      }
      assert.equal((await deposits()).length, found.length, 'no half file is left among the deposits');
      for (const one of found) await spool.remove(one);
    }
  });

  it('a full disk is told as such, leaves nothing half, and takes deposits again when there is room', async () => {
    const told: string[] = [];
    const child = startOnSmallDisk((line) => told.push(line));
    await once(child, 'close');
    assert.equal(told.shift(), 'ready');
    const after = told.splice(told.findIndex((line) => line.startsWith('{')));
    assert.ok(told.length > 3, 'some went in');
    const [full, list, files] = after.map((line) => JSON.parse(line) as Record<string, string[]>);
    assert.deepEqual(full, { code: 'disk-full', temporary: true, size: told.length });
    assert.deepEqual(list, { waiting: told });
    assert.equal(files?.['files']?.length, told.length + 1);
    assert.deepEqual(files?.['damaged'], []);
  });

  it('a directory that cannot be used is told at opening', async () => {
    await writeFile(join(directory, 'file'), '');
    const options = { directory: join(directory, 'file/below') };
    await assert.rejects(openSpool(options, { log: keepingLog(lines) }), { code: 'spool-failed' });
  });

  it('a directory that goes away is a fault, and nothing is said to be safe', async () => {
    await rm(directory, { recursive: true });
    await assert.rejects(spool.put(sampleDeposit('a', 10)), { code: 'spool-failed', temporary: true });
    assert.equal(spool.size, 0);
    await assert.rejects(all(), { code: 'spool-failed' });
  });

  function start(
    args: readonly string[],
    onLine: (line: string, process: ChildProcess) => void,
  ): ChildProcess {
    return listen(spawn(process.execPath, ['--import=tsx', filler, directory, ...args]), onLine);
  }

  /** The same on a file system of 256 kB that nobody else sees. */
  function startOnSmallDisk(onLine: (line: string) => void): ChildProcess {
    const script = 'mount -t tmpfs -o size=256k none "$0" && exec "$@"';
    const command = [process.execPath, '--import=tsx', filler, directory, '20000', 'stop'];
    return listen(spawn('unshare', ['-r', '-m', 'sh', '-c', script, directory, ...command]), onLine);
  }
});

function listen(child: ChildProcess, onLine: (line: string, process: ChildProcess) => void): ChildProcess {
  child.stderr?.pipe(process.stderr);
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => onLine(line, child));
  return child;
}
