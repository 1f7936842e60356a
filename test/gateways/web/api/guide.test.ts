import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { wavOf } from '../../../../app/core/message/wav.ts';
import { checkout } from '../../../../scripts/stack/machine.ts';
import { babble } from '../../../audio/babble.ts';
import { openApiWorld } from './world.ts';

const run = promisify(execFile);

describe('the guide to the API', function () {
  this.timeout(60_000);

  it('every example does what it says', async () => {
    const guide = await readFile(join(checkout, 'docs/api.md'), 'utf8');
    const scripts = [...guide.matchAll(/```sh\n(.*?)```/gs)].map(([, script = '']) => script);
    assert.ok(scripts.length >= 8);
    const directory = await mkdtemp(join(tmpdir(), 'answerback-guide-'));
    await using world = await openApiWorld();
    try {
      const ann = await world.subscriber('Ann');
      await writeFile(join(directory, 'hello.wav'), wavOf('audio/PCMU', babble(2000, 1)) as Uint8Array);
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', scripts.join('\necho\n')], {
        cwd: directory,
        env: {
          PATH: process.env['PATH'],
          API: `${world.web.address}/v1`,
          KEY: 'program',
          MAILBOX: ann.id,
          NO_PROXY: '*',
        },
      });
      assert.match(stdout, /"kind":"stored"/);
      assert.match(await readFile(join(directory, 'message.mp3'), 'latin1'), /^(ID3|\xff)/);
      assert.equal((await readFile(join(directory, 'begin.mp3'))).length, 1024);
      assert.ok((await readFile(join(directory, 'greeting.mp3'))).length > 1000);
      const now = await world.store.mailboxes.get(ann.id);
      assert.deepEqual([now?.settings.language, now?.counts.new], ['es', 1]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
