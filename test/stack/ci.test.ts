import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { checkout } from '../../scripts/stack/machine.ts';
import { temporaryFolder } from './temporary.ts';

/** Runs .ci/run with an npm that does as it is told. */
async function ci(npm: string): Promise<{ code: number; last: string }> {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'npm'), `#!/bin/bash\n${npm}\n`);
  await chmod(join(folder.path, 'npm'), 0o755);
  const PATH = `${folder.path}${delimiter}${process.env['PATH'] ?? ''}`;
  const child = spawn(join(checkout, '.ci/run'), {
    env: { ...process.env, PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, last: out.trimEnd().split('\n').at(-1) ?? '' };
}

describe('.ci/run', () => {
  it('ends with the counts of all tests', async () => {
    const npm = '[[ $* == "run test:all" ]] && { echo "  7 passing (2s)"; echo "  no other line"; }; exit 0';
    assert.deepEqual(await ci(npm), { code: 0, last: '7 passed, 0 failed' });
  });

  it('fails where a test failed', async () => {
    const npm = '[[ $* == "run test:all" ]] || exit 0; echo "  7 passing (1m)"; echo "  2 failing"; exit 2';
    assert.deepEqual(await ci(npm), { code: 1, last: '7 passed, 2 failed' });
  });

  it('fails where types, lint or format are wrong, and runs the tests all the same', async () => {
    const npm = '[[ $* == "run test:all" ]] || exit 1; echo "  7 passing (1m)"';
    assert.deepEqual(await ci(npm), { code: 1, last: '7 passed, 1 failed' });
  });

  it('fails where no test ran', async () => {
    assert.deepEqual(await ci('exit 0'), { code: 1, last: '0 passed, 1 failed' });
    assert.deepEqual(await ci('[[ $* == "run test:all" ]] && exit 3; exit 0'), {
      code: 1,
      last: '0 passed, 1 failed',
    });
  });
});
