import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { openCertificate } from '../../app/certificates/open.ts';
import { openWeb } from '../../app/gateways/web/open.ts';
import type { Log } from '../../app/ports/log.ts';
import { openMailWorld } from '../gateways/email/mail-world.ts';
import { silentLog } from '../ports/silent-log.ts';
import { makePair } from './make.ts';

describe('certificates', function () {
  this.timeout(30_000);
  let folder: string;
  let files: { key: string; cert: string };
  let [first, second] = [] as unknown as { key: string; cert: string }[];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'answerback-certificates-'));
    [first, second] = await Promise.all(['first', 'second'].map((name) => makePair(folder, name)));
    files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') };
  });
  after(async () => rm(folder, { recursive: true }));
  beforeEach(async () => use(first));

  /** As certbot does: another file under the same name. */
  const put = async (from: string, to: string) => {
    await copyFile(from, `${to}.new`);
    await rename(`${to}.new`, to);
  };
  const use = async (pair: typeof first) => {
    await put(pair!.cert, files.cert);
    await put(pair!.key, files.key);
  };
  /** Opened with a log that can be waited for. */
  const open = async () => {
    const waiting: { text: string; told: () => void }[] = [];
    const told = (text: string): void => {
      for (const one of waiting.filter((wait) => text.includes(wait.text))) one.told();
    };
    const log: Log = { ...silentLog, info: told, error: told };
    const certificate = await openCertificate({ ...files, name: 'web', everyMs: 30 }, { log });
    const hear = (text: string): Promise<void> =>
      new Promise((resolve) => {
        waiting.push({ text, told: resolve });
      });
    return { certificate, hear };
  };
  const nameAt = async (port: number): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return String(subject.CN);
  };

  it('a renewed certificate is used for new connections, without a restart; others go on', async () => {
    const { certificate, hear } = await open();
    using _certificate = certificate;
    await using web = await openWeb(
      { host: '127.0.0.1', port: 0, tls: certificate },
      {
        log: silentLog,
        ready: async () => ({ ok: true, parts: {} }),
        onText: async () => {},
        onReport: async () => {},
      },
    );
    assert.match(web.address, /^https:/);
    const port = Number(new URL(web.address).port);
    assert.equal(await nameAt(port), 'first');
    const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    const ask = async () => {
      const asking = get(`${web.address}/health/live`, { agent });
      const [answer] = (await once(asking, 'response')) as [IncomingMessage];
      const { subject } = (answer.socket as TLSSocket).getPeerCertificate();
      answer.resume();
      await once(answer, 'end');
      return [answer.statusCode, String(subject.CN)];
    };
    assert.deepEqual(await ask(), [200, 'first']);
    const renewed = hear('a new certificate is in use');
    await use(second);
    await renewed;
    assert.equal(await nameAt(port), 'second');
    assert.deepEqual(await ask(), [200, 'first'], 'the connection from before is not broken');
    agent.destroy();
    await assert.rejects(fetch(web.address.replace('https', 'http')), 'no HTTP');
  });

  it('one that cannot be used is told, and the old one holds on until there is a better', async () => {
    const { certificate, hear } = await open();
    using _certificate = certificate;
    await using mail = await openMailWorld({ tls: certificate });
    const nameOf = () => startTls(mail.port);
    assert.equal(await nameOf(), 'first');
    let refused = hear('the old one holds on');
    await put(second!.cert, files.cert);
    await refused;
    assert.equal(await nameOf(), 'first', 'half of a pair');
    refused = hear('the old one holds on');
    await writeFile(files.key, 'this is no key');
    await refused;
    assert.equal(await nameOf(), 'first');
    const renewed = hear('a new certificate is in use');
    await put(second!.key, files.key);
    await renewed;
    assert.equal(await nameOf(), 'second');
  });

  it('without one that can be used it does not start', async () => {
    for (const pair of [
      { ...first!, cert: second!.cert },
      { ...first!, key: join(folder, 'none') },
    ])
      await assert.rejects(openCertificate({ ...pair, name: 'web' }, { log: silentLog }), {
        code: 'config-invalid',
      });
  });

  /** The name of who answers after STARTTLS. */
  async function startTls(port: number): Promise<string> {
    const { connect: dial } = await import('node:net');
    const socket = dial(port, '127.0.0.1');
    const reply = async () => String((await once(socket, 'data'))[0]);
    await reply();
    socket.write('EHLO far.example\r\n');
    await reply();
    socket.write('STARTTLS\r\n');
    await reply();
    const secure = connect({ socket, rejectUnauthorized: false });
    await once(secure, 'secureConnect');
    const { subject } = secure.getPeerCertificate();
    secure.destroy();
    return String(subject.CN);
  }
});
