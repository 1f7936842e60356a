import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtController } from '../../scripts/stack/build.ts';
import { checkout } from '../../scripts/stack/machine.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { sampleMailbox } from '../storage/sample.ts';

const development = [join(checkout, 'scripts/answerback.mjs')];

describe('answerback as a process', function () {
  this.timeout(180_000);
  let opened: TestStore;
  let folder: string;
  let config: string;

  before(async () => {
    opened = await openTestStore();
    folder = await mkdtemp(join(tmpdir(), 'answerback-process-'));
    config = join(folder, 'answerback.yaml');
    await writeFile(config, JSON.stringify({ store: { database: opened.database } }));
    const fresh = Array.from({ length: 1000 }, () => ({ kind: 'create' as const, fresh: sampleMailbox() }));
    await opened.store.mailboxes.putAll(fresh);
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await opened[Symbol.asyncDispose]();
  });

  function start(main: readonly string[], ...args: readonly string[]) {
    return spawn(process.execPath, [...main, ...args], {
      cwd: checkout,
      env: { ...process.env, MONGODB_URL: opened.url, ANSWERBACK_CONFIG: config },
    });
  }

  async function ended(child: ChildProcess): Promise<void> {
    try {
      await once(child, 'exit', { signal: AbortSignal.timeout(60_000) });
    } finally {
      child.kill('SIGKILL');
    }
  }

  it('runs from its sources, and built', async () => {
    const built = join(await builtController(), '../cli/bin.js');
    for (const main of [development, [built]]) {
      const child = start(main, 'subscriber', 'list', '--limit', '3', '--json');
      const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
      assert.deepEqual([child.exitCode, errors], [0, '']);
      assert.equal(out.trim().split('\n').length, 3);
    }
    const wrong = start(development, 'subscriber', 'fly');
    await ended(wrong);
    assert.equal(wrong.exitCode, 2);
  });

  it('ends quietly when who reads its output has enough', async () => {
    const child = start(development, 'subscriber', 'list', '--json');
    const errors = text(child.stderr);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await ended(child);
    assert.deepEqual([child.exitCode, await errors], [0, '']);
  });

  it('Ctrl-C ends an import; what came before is in', async () => {
    const child = start(['--import', 'tsx', 'app/cli/bin.ts'], 'subscriber', 'import', '-');
    const [out, errors] = [text(child.stdout), text(child.stderr)];
    // It reads: more than a pipe holds has gone.
    if (!child.stdin.write(`number,name\n+12025550147,Ann\n${'\n'.repeat(1_000_000)}`))
      await once(child.stdin, 'drain', { signal: AbortSignal.timeout(60_000) });
    child.kill('SIGINT');
    await ended(child);
    assert.equal(child.exitCode, 130);
    assert.match(await errors, /^(\d+ lines, .*\n)*$/);
    assert.match(await out, /^\d lines: /);
  });
});
