import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openDirectoryArchive } from '../../app/archive/directory/open.ts';
import { Patience } from '../../app/archive/directory/patience.ts';
import { loadConfig } from '../../app/config.ts';
import { archive } from '../../app/config/archive.ts';
import { openArchive } from '../../app/open-archive.ts';
import { silentLog } from '../ports/silent-log.ts';
import { temporaryFolder } from '../stack/temporary.ts';
import { runArchiveCases } from './cases.ts';

const timeoutMs = 10_000;
const configured = archive.parse({ kind: 'directory', directory: '/somewhere' });

runArchiveCases('directory', async () => {
  const folder = await temporaryFolder();
  const directory = join(folder.path, 'mounted/archive');
  return {
    open: async () => openDirectoryArchive({ directory, timeoutMs }),
    // What is left is the empty place where it was mounted.
    async away() {
      await rename(directory, `${directory}-away`);
      await mkdir(directory);
    },
    async back() {
      await rm(directory, { recursive: true });
      await rename(`${directory}-away`, directory);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});

describe('archive/directory, on a disk', function () {
  this.timeout(60_000);

  it('a full disk is told as such, leaves nothing half, and takes more when there is room', async () => {
    await using folder = await temporaryFolder();
    const script = 'mount -t tmpfs -o size=512k none "$0" && exec "$@"';
    const filler = fileURLToPath(new URL('fill-directory.ts', import.meta.url));
    const command = [process.execPath, '--import=tsx', filler, folder.path];
    const { stdout } = await promisify(execFile)('unshare', [
      '-r',
      '-m',
      'sh',
      '-c',
      script,
      folder.path,
      ...command,
    ]);
    const { objects, ...told } = JSON.parse(stdout) as { objects: number };
    assert.ok(objects > 5, 'some went in');
    assert.deepEqual(told, { code: 'disk-full', temporary: true, partial: [], again: true });
  });

  it('what cannot be used is told plainly, and is not thought to be away', async () => {
    await using folder = await temporaryFolder();
    const refused = { name: 'Fault', code: 'archive-failed', temporary: false };
    await writeFile(join(folder.path, 'file'), '');
    const below = openDirectoryArchive({ directory: join(folder.path, 'file/below'), timeoutMs });
    await assert.rejects(below.ping(), { ...refused, message: /not a directory/ });
    const { config, secrets } = loadConfig(undefined, {});
    const slice = { ...configured, timeoutMs, directory: join(folder.path, 'file/below') };
    assert.equal(config.archive, undefined);
    await assert.rejects(openArchive(slice, secrets, { log: silentLog }), {
      code: 'config-invalid',
      message: /^archive: Archive: .*not a directory/,
    });
    // Files of somebody else.
    const other = openDirectoryArchive({ directory: folder.path, timeoutMs });
    await assert.rejects(other.ping(), { ...refused, message: /has other files and no answerback-archive/ });
  });

  it('what a crash left half-written goes a day later; objects are spread over folders', async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, 'archive');
    const opened = openDirectoryArchive({ directory, timeoutMs });
    for (let i = 0; i < 20; i += 1) await opened.put(`m${i}-x`, randomBytes(10));
    const partial = join(directory, 'partial');
    await writeFile(join(partial, 'old'), 'x');
    await writeFile(join(partial, 'young'), 'x');
    const old = new Date(Date.now() - 90_000_000);
    await utimes(join(partial, 'old'), old, old);
    await openDirectoryArchive({ directory, timeoutMs }).ping();
    assert.deepEqual(await readdir(partial), ['young']);
    assert.ok((await readdir(directory)).filter((name) => /^[0-9a-f]{3}$/.test(name)).length > 15);
  });

  it('a disk that does not answer holds nobody up, and no more than two threads', async () => {
    const patience = new Patience(20);
    const away = { code: 'archive-unavailable', temporary: true };
    const hanging: (() => void)[] = [];
    const hang = (): Promise<void> => new Promise((resolve) => hanging.push(resolve));
    await Promise.all([assert.rejects(patience.wait(hang), away), assert.rejects(patience.wait(hang), away)]);
    await assert.rejects(patience.wait(hang), { ...away, message: /does not answer/ });
    assert.equal(hanging.length, 2);
    hanging[0]?.();
    await new Promise(setImmediate);
    assert.equal(await patience.wait(async () => 'back'), 'back');
    hanging[1]?.();
  });
});
