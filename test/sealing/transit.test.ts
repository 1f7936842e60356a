import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTransitMaster, type TransitOptions } from '../../app/sealing/master/transit.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { number } from '../storage/sample.ts';
import { leave, openBox, openSealedWorld } from './sealed-world.ts';
import { hasOpenBao, openFalseServer, openTransitServer, type TransitServer } from './transit-server.ts';

const base = { mount: 'transit', key: 'answerback', timeoutMs: 5000 };
const key = randomBytes(32);
const about = 'answerback/key/1/2';
const away = { code: 'key-unavailable', temporary: true };
const lost = { code: 'key-lost', temporary: false };

describe('sealing: a master key in OpenBao', function () {
  this.timeout(60_000);
  let directory: string;
  let server: TransitServer;
  before(async function () {
    // Set-up brings it where it can: on machines with pip.
    if (!hasOpenBao()) this.skip();
    directory = await mkdtemp(join(tmpdir(), 'answerback-bao-'));
    server = await openTransitServer(directory);
  });
  after(async () => {
    await server?.[Symbol.asyncDispose]();
    if (directory !== undefined) await rm(directory, { recursive: true });
  });
  const open = (change: Partial<TransitOptions> = {}) =>
    openTransitMaster({ ...base, url: server.url, ca: server.ca, ...change });

  it('mailboxes are sealed with keys that it wraps, and it is rotated without touching what is stored', async () => {
    const token = await server.token();
    await using world = await openSealedWorld(open({ token }));
    const box = await openBox(world.store, number());
    const left = await leave(world.store, box, randomBytes(5000), { transcript: 'hello' });
    const raw = await world.raw();
    await server.ask('POST', 'transit/keys/answerback/rotate', {});
    const keys = world.other(open({ token })).keys ?? assert.fail();
    const states = await keys.states();
    assert.deepEqual(
      states.map(({ master, current, lost: gone }) => [master, current, gone]),
      [['transit/answerback:v1', false, undefined]],
    );
    assert.equal(await keys.rotate({ signal: new AbortController().signal, onProgress() {} }), 1);
    assert.equal(await world.raw(), raw);
    await server.ask('POST', 'transit/keys/answerback/config', { min_decryption_version: 2 });
    const fresh = world.other(open({ token })).store(world.bare.store);
    assert.equal((await fresh.messages.get(left.id))?.transcript, 'hello');
  });

  it('what it wrapped is good for one key alone, and is lost when its version is', async () => {
    const master = open({ token: await server.token() });
    const wrapped = await master.wrap(key, about);
    assert.deepEqual(Buffer.from(await master.unwrap(wrapped, about)), key);
    await assert.rejects(master.unwrap(wrapped, 'answerback/key/1/3'), lost);
    await assert.rejects(master.unwrap({ ...wrapped, wrapped: 'vault:v9:AAAA' }, about), lost);
    await assert.rejects(master.unwrap({ ...wrapped, master: 'file' }, about), lost);
    await assert.rejects(open({ token: await server.token(), key: 'other' }).wrap(key, about), away);
  });

  it('a token in a file may be replaced at any time; a server that is not trusted gets none', async () => {
    const tokenFile = join(directory, 'token');
    const first = await server.token();
    await writeFile(tokenFile, `${first}\n`);
    const master = open({ tokenFile });
    const wrapped = await master.wrap(key, about);
    await server.ask('POST', 'auth/token/revoke', { token: first });
    await assert.rejects(master.unwrap(wrapped, about), away);
    await writeFile(tokenFile, await server.token());
    assert.deepEqual(Buffer.from(await master.unwrap(wrapped, about)), key);
    await assert.rejects(open({ token: 'x', ca: undefined }).wrap(key, about), away);
  });

  it('a server that is away, slow, sealed or talks nonsense is waited for, and nothing of it is believed', async () => {
    const bodies = ['', '{', '[]', '{"data":null}', '{"data":{}}', '{"data":{"ciphertext":7,"plaintext":7}}'];
    bodies.push('{"data":{"ciphertext":"no version"}}', `{"data":"${'x'.repeat(100_000)}"}`);
    let body = '';
    let status = 200;
    await using server = await openFalseServer((_, response) => {
      // Status 0 is for one that never answers.
      if (status !== 0) response.writeHead(status).end(body);
    });
    const master = openTransitMaster({ ...base, url: server.url, token: 'x', timeoutMs: 300 });
    const wrapped = { master: 'transit/answerback:v1', wrapped: 'vault:v1:AAAA' };
    for (body of bodies) {
      await assert.rejects(master.wrap(key, about), away, body.slice(0, 40));
      await assert.rejects(master.unwrap(wrapped, about), away, body.slice(0, 40));
    }
    for (status of [0, 429, 500, 503]) await assert.rejects(master.wrap(key, about), away, `${status}`);
    const url = `http://127.0.0.1:${await freePort()}`;
    await assert.rejects(openTransitMaster({ ...base, url, token: 'x' }).current(), away);
  });
});
