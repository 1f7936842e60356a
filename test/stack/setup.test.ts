import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { checkout } from '../../scripts/stack/machine.ts';
import { goneWithin, processesNaming } from './processes.ts';
import { temporaryFolder } from './temporary.ts';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  /** Lines of the error output. */
  readonly errors: readonly string[];
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

const isRoot = process.getuid?.() === 0;
/** What a set-up leaves in its folder even when it fails. */
const harmless = new Set(['.lock', 'log', 'bin']);

/** Runs set-up with nothing prepared elsewhere; `prefix` wraps it, as in `unshare -n`. */
function setUp(
  cache: string,
  options: { prefix?: string[]; env?: Record<string, string>; folder?: string } = {},
): Started {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(ANSWERBACK_|MONGODB_URL|ASTERISK_ARI)/.test(name),
  );
  const env = { ...Object.fromEntries(inherited), ANSWERBACK_CACHE: cache, ...options.env };
  const [program, ...args] = [
    ...(options.prefix ?? []),
    'bash',
    join(options.folder ?? checkout, 'scripts/setup.sh'),
  ];
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    out,
    errors: err.split('\n').filter((line) => line !== ''),
  }));
  return { child, ended };
}

/** A folder of programs that come before those of the machine. */
async function stubs(folder: string, programs: Readonly<Record<string, string>>): Promise<{ PATH: string }> {
  const bin = join(folder, 'stubs');
  await mkdir(bin);
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/bash\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
}

/** A Debian mirror that has a Release file and nothing else. */
async function emptyMirror(): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer((_, response) => response.end('Suite: testing\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/debian`;
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function assertOneLine(ended: Ended, pattern: RegExp): void {
  assert.equal(ended.code, 1, ended.out);
  assert.equal(ended.errors.length, 1, ended.errors.join('\n'));
  assert.match(ended.errors[0] ?? '', pattern);
}

async function assertNothingHalfMade(cache: string): Promise<void> {
  assert.deepEqual(
    (await readdir(cache)).filter((name) => !harmless.has(name)),
    [],
  );
}

describe('set-up', function () {
  this.timeout(60_000);

  it('has nothing to do the second time, and takes less than 5 s for it', async () => {
    const took: number[] = [];
    // Once more where the machine was busy with something else.
    do {
      const begun = performance.now();
      const child = spawn('bash', [join(checkout, 'scripts/setup.sh')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let out = '';
      child.stdout.on('data', (data: Buffer) => (out += data.toString()));
      const [code] = (await once(child, 'close')) as [number];
      assert.equal(code, 0);
      assert.match(out, /^setup: this machine is ready; nothing to do\n$/);
      took.push(performance.now() - begun);
    } while (Math.min(...took) >= 5000 && took.length < 3);
    assert.ok(Math.min(...took) < 5000, `${took.join(', ')} ms`);
  });

  it('says in one line that there is no network', async () => {
    await using folder = await temporaryFolder();
    // The port of a server that was closed: nobody answers there.
    const mirror = await emptyMirror();
    await mirror[Symbol.asyncDispose]();
    const ended = await setUp(folder.path, { env: { ANSWERBACK_DEBIAN_MIRROR: mirror.url } }).ended;
    assertOneLine(
      ended,
      /^setup: no network, or no Debian mirror: \S+ cannot be fetched; connect this machine, or set /,
    );
    await assertNothingHalfMade(folder.path);
  });

  it('says in one line that it needs root, once', async () => {
    await using folder = await temporaryFolder();
    const copy = join(folder.path, 'copy');
    const cache = join(folder.path, 'cache');
    await mkdir(cache);
    await cp(join(checkout, 'scripts'), join(copy, 'scripts'), { recursive: true });
    const env = { ...(await stubs(folder.path, { sudo: 'exit 1' })), HOME: folder.path };
    const prefix = isRoot ? ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] : [];
    if (isRoot) await chown(cache, 65534, 65534);
    const ended = await setUp(cache, { prefix, env, folder: copy }).ended;
    assertOneLine(
      ended,
      /^setup: preparing needs root, and this user has no sudo; run it as root once, or set MONGODB_URL/,
    );
    await assertNothingHalfMade(cache);
  });

  it('says in one line that Node is too old', async () => {
    await using folder = await temporaryFolder();
    const env = await stubs(folder.path, { node: '[[ $1 == -v ]] && echo v18.0.0; exit 1' });
    assertOneLine(
      await setUp(join(folder.path, 'cache'), { env }).ended,
      /^setup: Node v18\.0\.0 is too old; install Node 20\.19/,
    );
  });

  it('says in one line that the system is not one it can prepare', async () => {
    await using folder = await temporaryFolder();
    const env = await stubs(folder.path, { dpkg: 'echo s390x' });
    const ended = await setUp(join(folder.path, 'cache'), { env }).ended;
    assertOneLine(ended, /^setup: there are no packages for s390x machines, only amd64 and arm64; /);
  });

  it('says in one line that the disk is too full', async () => {
    await using folder = await temporaryFolder();
    const df =
      'echo "Filesystem 1024-blocks Used Available Capacity Mounted"; echo "/dev/x 9000000 8000000 1000000 90% /"';
    const env = await stubs(folder.path, { df, sudo: 'shift; [[ $1 == true ]] || exec "$@"' });
    const ended = await setUp(join(folder.path, 'cache'), { env }).ended;
    assertOneLine(ended, /has 976 MB of room and 3000 are needed; make room, or set ANSWERBACK_CACHE/);
  });

  it('says in one line why a part failed, ends the others, and leaves nothing half-made', async () => {
    await using folder = await temporaryFolder();
    await using mirror = await emptyMirror();
    const cache = join(folder.path, 'cache');
    const env = await stubs(folder.path, {
      debootstrap:
        'mkdir -p "$(printf "%s\\n" "$@" | grep root.partial)/etc"; echo "E: Couldn\'t download packages: asterisk" >&2; exit 1',
      go: '[[ $1 == env ]] && { echo go1.99; exit; }; exec sleep 98.7654',
    });
    const ended = await setUp(cache, { env: { ...env, ANSWERBACK_DEBIAN_MIRROR: mirror.url } }).ended;
    assertOneLine(
      ended,
      /^setup: Debian root failed: E: Couldn't download packages: asterisk; the whole of it is in \S+root\.log/,
    );
    await assertNothingHalfMade(cache);
    assert.deepEqual(await goneWithin('sleep 98.7654', 3000), []);
  });

  it('leaves nothing running and nothing half-made when it is interrupted', async () => {
    await using folder = await temporaryFolder();
    await using mirror = await emptyMirror();
    const cache = join(folder.path, 'cache');
    const env = await stubs(folder.path, {
      debootstrap: 'mkdir -p "$(printf "%s\\n" "$@" | grep root.partial)/etc"; sleep 97.6543',
      go: '[[ $1 == env ]] && { echo go1.99; exit; }; exec sleep 97.6543',
    });
    const { child, ended } = setUp(cache, { env: { ...env, ANSWERBACK_DEBIAN_MIRROR: mirror.url } });
    const deadline = Date.now() + 20_000;
    while (processesNaming('sleep 97.6543').length < 2 && Date.now() < deadline) {
      await new Promise((done) => {
        setTimeout(done, 50);
      });
    }
    assert.equal(processesNaming('sleep 97.6543').length, 2);
    child.kill('SIGINT');
    assert.equal((await ended).code, 130);
    await assertNothingHalfMade(cache);
    assert.deepEqual(await goneWithin('sleep 97.6543', 3000), []);
  });

  it('prepares no store where MONGODB_URL is set, and no Asterisk where ASTERISK_ARI_URL is', async () => {
    await using folder = await temporaryFolder();
    await using mirror = await emptyMirror();
    const cache = join(folder.path, 'cache');
    const env = await stubs(folder.path, {
      debootstrap: 'printf "%s\\n" "$@" >&2; echo "E: enough"; exit 1',
      go: '[[ $1 == env ]] && { echo go1.99; exit; }; exec sleep 96.5432',
    });
    const given = {
      MONGODB_URL: 'mongodb://127.0.0.1:1',
      ASTERISK_ARI_URL: 'http://127.0.0.1:1',
      ANSWERBACK_CHROMIUM: '/bin/true',
    };
    await setUp(cache, { env: { ...env, ...given, ANSWERBACK_DEBIAN_MIRROR: mirror.url } }).ended;
    const asked = await readFile(join(cache, 'log/root.log'), 'utf8');
    const [, packages = ''] = /--include=(\S+)\n/.exec(asked) ?? [];
    const others =
      'baresip-core espeak-ng ffmpeg flite fonts-dejavu-core ghostscript kamailio libtiff-tools pocketsphinx ';
    assert.equal(
      packages.split(',').toSorted().join(' '),
      `${others}pocketsphinx-en-us poppler-utils sip-tester sox`,
    );
  });

  it('installs the Node packages anew when the lock file asks for others', async () => {
    await using folder = await temporaryFolder();
    const check = async (): Promise<number> => {
      const child = spawn(process.execPath, [join(checkout, 'scripts/setup/node-packages.mjs'), folder.path]);
      return ((await once(child, 'close')) as [number])[0];
    };
    const lock = (version: string): string =>
      JSON.stringify({ packages: { '': {}, 'node_modules/a': { version } } });
    await writeFile(join(folder.path, 'package-lock.json'), lock('1.0.1'));
    assert.equal(await check(), 1);
    await mkdir(join(folder.path, 'node_modules'));
    await writeFile(join(folder.path, 'node_modules/.package-lock.json'), lock('1.0.0'));
    assert.equal(await check(), 1);
    await writeFile(join(folder.path, 'node_modules/.package-lock.json'), lock('1.0.1'));
    assert.equal(await check(), 0);
  });
});
