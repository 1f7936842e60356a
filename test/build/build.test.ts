import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hashOfFolder } from '../../scripts/build/hash-of-folder.ts';

const run = promisify(execFile);

describe('the build', function () {
  this.timeout(300_000);

  it('made twice it is the same, byte by byte', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'answerback-build-'));
    try {
      const made: string[] = [];
      for (const name of ['one', 'another-name']) {
        const out = join(folder, name);
        await run('node_modules/.bin/tsc', [
          '-p',
          'tsconfig.build.json',
          '--outDir',
          out,
          '--noCheck',
          '--sourceMap',
          'false',
        ]);
        made.push(await hashOfFolder(out));
      }
      assert.match(made[0] ?? '', /^[0-9a-f]{64}$/);
      assert.equal(made[1], made[0]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
