/** Recordings without a folder that both see: the switch PUTs them here and GETs what it plays, as a real one did (recording 09b). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Exchange } from '../../../app/media/esl/exchange.ts';
import { switchPeers } from '../../../app/media/esl/wire/peers.ts';
import { silentLog } from '../../ports/silent-log.ts';
import type { MediaCaseList } from '../cases.ts';
import { faxCases } from '../cases/fax.ts';
import { lifeCases } from '../cases/life.ts';
import { messageCases } from '../cases/message.ts';
import { playCases } from '../cases/play.ts';
import { recordCases } from '../cases/record.ts';
import { openEslWorld, type EslWorld } from './world.ts';

const cases: MediaCaseList = { ...playCases, ...recordCases, ...faxCases, ...messageCases, ...lifeCases };
/** Those where files pass, one of each kind. */
const chosen = [
  'stored sound is played',
  'a hang-up ends the recording, and all that was said is there',
  'a finished recording can be gone on with',
  'a machine that answers gets the pages, and says who it is',
  'a fax tone during a greeting ends the call, which comes anew, and its pages are received',
  'a recording that no call owns is found, and gone once discarded',
  'a recording that was running when the adapter starts is gone on with',
];

describe('media: FreeSWITCH that brings and gets its files over HTTP (a double)', function () {
  this.timeout(30_000);
  let world: EslWorld;

  before(async () => {
    world = await openEslWorld('http');
  });

  after(() => world[Symbol.asyncDispose]());

  for (const name of chosen)
    it(name, async () => {
      await (cases[name] ?? assert.fail(`no such case: ${name}`))(world);
      // What is here is not there any more.
      const left = await readdir(world.folders.there);
      assert.deepEqual(
        left.filter((file) => /\.(wav|tif)$/.test(file)),
        [],
      );
    });
});

describe('The exchange of files with the switch', function () {
  this.timeout(10_000);
  let folder: string;
  let exchange: Exchange;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ab-exchange-'));
    await mkdir(join(folder, 'recordings'));
    exchange = await openExchange('127.0.0.1');
  });

  after(async () => {
    await exchange[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function openExchange(switchHost: string): Promise<Exchange> {
    const isSwitch = switchPeers(switchHost, []);
    const own = new Exchange({ host: '127.0.0.1', port: 0, maxBytes: 1000, isSwitch, log: silentLog });
    await own.listen();
    return own;
  }

  const put = async (url: string, body: string | Uint8Array): Promise<number> =>
    (await fetch(url, { method: 'PUT', body: Buffer.from(body) })).status;
  const files = () => readdir(join(folder, 'recordings'));

  it('takes a recording that it expects, once, under its own name, with what the switch adds to the address', async () => {
    const path = join(folder, 'recordings', 'a~b~1~c~0.wav');
    using place = exchange.expect(path);
    assert.equal(await put(`${place.url}?session_id=x&put_file=/var/fs/run/tmp/x.wav`, 'sound'), 201);
    assert.ok(place.taken());
    assert.equal(await readFile(path, 'utf8'), 'sound');
    assert.equal((await stat(path)).mode & 0o007, 0);
    assert.equal(await put(place.url, 'again'), 404);
    assert.equal(await readFile(path, 'utf8'), 'sound');
    await rm(path);
  });

  it('takes nothing from who does not know its secret, under no other name, and nothing too long or cut off', async () => {
    using place = exchange.expect(join(folder, 'recordings', 'one.wav'));
    const url = new URL(place.url);
    const [, token = ''] = url.pathname.split('/');
    const hostile: Readonly<Record<string, number>> = {
      '/': 403,
      '/one.wav': 403,
      [`/${'x'.repeat(token.length)}/one.wav`]: 403,
      [`/${token}/two.wav`]: 404,
      [`/${token}/..%2fone.wav`]: 404,
      [`/${token}/..%2f..%2f..%2fetc%2fpasswd`]: 404,
      [`/${token}/%2fetc%2fpasswd`]: 404,
      [`/${token}/one.wav%00`]: 404,
      [`/${token}/%zz`]: 403,
      [`/${token}/one.wav/more`]: 403,
    };
    for (const [path, status] of Object.entries(hostile))
      assert.equal(await put(`${url.origin}${path}`, 'x'), status, path);
    assert.equal(await put(place.url, 'x'.repeat(1001)), 413);
    assert.equal((await fetch(place.url, { method: 'DELETE' })).status, 405);
    assert.equal((await fetch(place.url)).status, 404, 'what comes in is not given out');
    const cut = request(place.url, { method: 'PUT', headers: { 'Content-Length': 500 } });
    cut.on('error', () => undefined);
    cut.write('half');
    await new Promise<void>((resolve) => cut.once('socket', (s) => s.once('connect', () => resolve())));
    cut.destroy();
    // One that says no length, and goes on.
    const endless = request(place.url, { method: 'PUT' });
    endless.on('error', () => undefined);
    endless.end('x'.repeat(3000));
    const [answer] = (await once(endless, 'response')) as [{ statusCode: number }];
    assert.equal(answer.statusCode, 413);
    while ((await files()).length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(place.taken(), false);
  });

  it('gives what is offered, and nothing else', async () => {
    const path = join(folder, 'greeting.wav');
    await writeFile(path, 'sound');
    const url = exchange.offer(path);
    const head = await fetch(url, { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, '5']);
    assert.equal(await (await fetch(url)).text(), 'sound');
    assert.equal((await fetch(url.replace(/[^/]+$/, 'recordings'))).status, 404);
    await rm(path);
    assert.equal((await fetch(url)).status, 404);
  });

  it('speaks to the switch alone', async () => {
    await using far = await openExchange('192.0.2.1');
    using place = far.expect(join(folder, 'recordings', 'one.wav'));
    assert.equal(await put(place.url, 'x'), 403);
  });
});
