import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { MailboxId } from '../../app/core/ids.ts';
import { toolCommands } from '../../scripts/stack/ffmpeg.ts';
import { checkout } from '../../scripts/stack/machine.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { at, sampleMailbox, sampleMessage, sampleNotification, step } from '../storage/sample.ts';
import { answerback } from './command.ts';

interface Found {
  readonly check: string;
  readonly level: string;
  readonly text: string;
  readonly fix?: string;
}

const secrets = { ASTERISK_ARI_PASSWORD: 'x', ANSWERBACK_PIN_PEPPER: 'Kampot' };

describe('answerback doctor', function () {
  this.timeout(180_000);
  let opened: TestStore;
  let folder: string;
  const servers: Server[] = [];

  before(async () => {
    opened = await openTestStore();
    folder = await mkdtemp(join(tmpdir(), 'answerback-doctor-'));
  });

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await opened[Symbol.asyncDispose]();
  });

  /** What it finds with this configuration. */
  async function examine(
    only: string,
    config: object,
    env: Readonly<Record<string, string>> = secrets,
    more: readonly string[] = [],
  ): Promise<{ code: number; found: readonly Found[]; out: string }> {
    const file = join(folder, 'answerback.yaml');
    await writeFile(file, typeof config === 'string' ? config : JSON.stringify({ ...own(), ...config }));
    const args = ['doctor', '--only', only, '--config', file, '--json', ...more];
    const { code, out, errors } = await answerback(args, { env: { MONGODB_URL: opened.url, ...env } });
    assert.equal(errors, '');
    return { code, out, found: (JSON.parse(out) as { findings: Found[] }).findings };
  }
  const own = () => ({ store: { database: opened.database } });

  /** One finding of this level, with its way out. */
  function only(found: readonly Found[], level: string, text: RegExp): void {
    const [one, ...others] = found.filter((finding) => finding.level === level && text.test(finding.text));
    assert.ok(one !== undefined && others.length === 0, JSON.stringify(found, undefined, 2));
    assert.equal(one.fix === undefined, level === 'ok' || level === 'skipped');
  }

  async function serve(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return (server.address() as AddressInfo).port;
  }

  it('a store, its indexes, queues and counters that are right are called so, in a line each', async () => {
    const file = join(folder, 'answerback.yaml');
    await writeFile(file, JSON.stringify(own()));
    const { code, out } = await answerback(
      ['doctor', '--only', 'configuration,clock,store,queues,counters', '--config', file],
      { env: { MONGODB_URL: opened.url, ...secrets } },
    );
    assert.equal(code, 0, out);
    assert.match(out, /^ok +store +(FerretDB|MongoDB) \S+ \(.*\) at mongodb:.*, answers in [\d.]+ ms$/m);
    assert.equal(out.split('\n').filter((line) => line.startsWith('ok ')).length, 5, out);
    assert.match(out, /all is well\n$/);
  });

  it('a configuration that is wrong is told key by key, and what can be looked at is', async () => {
    const { code, found } = await examine('clock', { numbers: { country: 'Utopia' }, colour: 'red' });
    assert.equal(code, 1);
    only(found, 'wrong', /^numbers\.country: found "Utopia"/);
    only(found, 'wrong', /^colour: no such key/);
    const twilio = { twilio: { from: '+12025550100', publicUrl: 'https://voice.example' } };
    const secretless = await examine('clock', twilio);
    only(secretless.found, 'wrong', /^twilio: found "no credentials"/);
    only(secretless.found, 'ok', /zone/);
    const missing = await answerback(['doctor', '--config', join(folder, 'none.yaml')]);
    assert.deepEqual([missing.code, /cannot be read/.test(missing.out)], [1, true]);
  });

  it('ranges that cross, and secrets that are missing', async () => {
    const ranges = [
      { from: '+12025550100', to: '+12025550199', class: 'standard' },
      { from: '+12025550150', to: '+12025550250', class: 'gold' },
      { prefix: '+1202555011', class: 'gold' },
    ];
    const { found } = await examine(
      'configuration',
      { classes: { standard: {}, gold: {} }, numbers: { ranges } },
      {},
    );
    only(found, 'warn', /\+12025550100–\+12025550199 \(standard\) and .* \(gold\) overlap/);
    only(found, 'wrong', /no password for the switch/);
    only(found, 'warn', /no pepper/);
  });

  it('a store that is away, in bounded time and without its password', async () => {
    const began = performance.now();
    const away = `mongodb://me:secret@127.0.0.1:${await freePort()}`;
    const { code, found, out } = await examine('store,queues', {}, { ...secrets, MONGODB_URL: away }, [
      '--timeout',
      '2',
    ]);
    assert.equal(code, 1);
    only(found, 'wrong', /^the store does not answer at mongodb:\/\/127/);
    assert.ok(!out.includes('secret'));
    assert.ok(performance.now() - began < 20_000);
  });

  it('an index that is missing, and makes none itself', async () => {
    const name = `${opened.database}_bare`;
    try {
      const { found } = await examine('store', { store: { database: name } });
      only(found, 'wrong', /^indexes are missing: mailboxes\.numbers/);
      assert.deepEqual(await opened.client.db(name).listCollections().toArray(), []);
    } finally {
      await opened.client.db(name).dropDatabase();
    }
    const messages = opened.client.db(opened.database).collection('messages');
    await messages.dropIndex('reference');
    try {
      const { found } = await examine('store', {});
      only(found, 'wrong', /^indexes are missing: messages\.reference$/);
    } finally {
      await messages.createIndex({ reference: 1 }, { name: 'reference', unique: true });
    }
  });

  it('work that is stuck, dead letters, and counters that are wrong', async () => {
    const { mailboxes, messages, notifications } = opened.store;
    const { mailbox } = await mailboxes.findOrCreate(sampleMailbox({ id: 'zzzz' as MailboxId }));
    const message = sampleMessage({ mailbox: mailbox.id, pending: [step('notify', at(0))] });
    await messages.insert(message);
    const letter = sampleNotification();
    await notifications.ensure(letter);
    await notifications.failed(letter.id, undefined, 'nobody there');
    const ill = await examine('queues,counters', {});
    only(ill.found, 'wrong', /^steps of messages are stuck: the oldest was due \d+ days ago/);
    only(ill.found, 'warn', /^1 texts were given up/);
    only(ill.found, 'warn', /^counters of 1 of \d+ mailboxes are wrong/);
    await messages.remove(message.id);
    await notifications.drop(letter.id);
    const well = await examine('queues,counters', {}, secrets, ['--strict']);
    assert.equal(well.code, 0, well.out);
  });

  it('prompts that were not built, or not all of them', async () => {
    const built = resolve(checkout, 'var/prompts');
    const directory = join(folder, 'prompts');
    await mkdir(directory);
    const none = await examine('prompts', { prompts: { directory } });
    only(none.found, 'wrong', /no prompts of language en/);
    await mkdir(join(directory, 'en'));
    for (const name of await readdir(join(built, 'en')))
      await symlink(join(built, 'en', name), join(directory, 'en', name));
    await rm(join(directory, 'en', 'beep.ulaw'));
    const some = await examine('prompts', { prompts: { directory } });
    only(some.found, 'wrong', /^1 prompts of en are missing .*: beep$/);
    const all = await examine('prompts', { prompts: { directory: built } });
    only(all.found, 'ok', /^complete in en/);
  });

  it('folders that are not there, or in which something is stuck', async () => {
    const directory = join(folder, 'deposits');
    const spool = { spool: { directory }, asterisk: { spool: join(folder, 'nowhere') } };
    only((await examine('recordings', {})).found, 'warn', /none can be heard/);
    const none = await examine('spool,recordings', spool);
    only(none.found, 'wrong', /the spool folder .* is not there/);
    only(none.found, 'wrong', /the switch's folder .* is not there/);
    await mkdir(join(directory, 'damaged'), { recursive: true });
    const recording = join(folder, 'recording');
    await mkdir(join(recording, 'answerback'), { recursive: true });
    const long = new Date(Date.now() - 7_200_000);
    for (const file of [
      join(directory, 'a.deposit'),
      join(directory, 'damaged', 'b.deposit'),
      join(recording, 'answerback', 'tag.ulaw'),
    ]) {
      await writeFile(file, 'x');
      await utimes(file, long, long);
    }
    const stuck = await examine('spool,recordings', { ...spool, asterisk: { spool: recording } });
    only(stuck.found, 'wrong', /^1 deposits wait in .*, the oldest for 2 h/);
    only(stuck.found, 'warn', /^1 damaged deposits/);
    only(stuck.found, 'warn', /^1 recordings lie in .*, the oldest for 2 h/);
    if (process.getuid?.() === 0) return;
    await chmod(directory, 0o500);
    only((await examine('spool', spool)).found, 'wrong', /may not be written/);
    await chmod(directory, 0o700);
  });

  it('an archive that cannot be used', async () => {
    const directory = join(folder, 'archive');
    const none = await examine('archive', {
      archive: { kind: 'directory', directory: join(folder, 'answerback.yaml', 'x') },
    });
    only(none.found, 'wrong', /^the archive cannot be used/);
    await mkdir(directory, { recursive: true });
    only((await examine('archive', { archive: { kind: 'directory', directory } })).found, 'ok', /./);
    only((await examine('archive', {})).found, 'skipped', /no archive/);
  });

  it('a controller that is not there, or is not ready', async () => {
    const away = await examine('controller', { web: { port: await freePort() } });
    only(away.found, 'wrong', /^no controller answers at http:\/\/127\.0\.0\.1/);
    const ill = createHttp((_request, response) =>
      response.writeHead(503).end(JSON.stringify({ ok: false, parts: { store: true, media: false } })),
    );
    const one = await examine('controller', { web: { port: await serve(ill) } });
    only(one.found, 'wrong', /is not ready: media$/);
    const other = createHttp((_request, response) => response.end('hello'));
    only(
      (await examine('controller', { web: { port: await serve(other) } })).found,
      'warn',
      /is no controller/,
    );
  });

  it('a controller that speaks HTTPS', async () => {
    const certificates = join(checkout, 'test/certificates');
    const tls = { cert: join(certificates, 'server.pem'), key: join(certificates, 'server.key') };
    const [cert, key] = await Promise.all([readFile(tls.cert), readFile(tls.key)]);
    const secure = createHttps({ cert, key }, (_request, response) => response.end('{"ok":true}'));
    const { found } = await examine('controller', { web: { port: await serve(secure), tls } });
    only(found, 'ok', /^ready at https:/);
  });

  it('FreeSWITCH is not looked for where Asterisk would be', async () => {
    const config = { switch: 'freeswitch', freeswitch: { http: {} } };
    const env = { FREESWITCH_PASSWORD: 'x', ANSWERBACK_PIN_PEPPER: 'Kampot' };
    const { code, found } = await examine('configuration,switch,trunks,recordings', config, env);
    assert.equal(code, 0, JSON.stringify(found));
    assert.equal(found.filter(({ level }) => level === 'skipped').length, 3);
    const bare = await examine('configuration', config, { ANSWERBACK_PIN_PEPPER: 'Kampot' });
    only(bare.found, 'wrong', /no password for the switch/);
  });

  it('far sides that do not answer, or are something else', async () => {
    const silent = await serve(createServer());
    const wrongGreeting = await serve(createServer((socket) => socket.end('SSH-2.0-x\r\n')));
    const good = await serve(createServer((socket) => socket.end('220 relay\r\n')));
    const bind = { systemId: 'us', from: '+12025550100', host: '127.0.0.1' };
    const env = { ...secrets, SMPP_PASSWORD: 'x', TWILIO_ACCOUNT_SID: 'x', TWILIO_AUTH_TOKEN: 'x' };
    const relay = (port: number) => ({
      email: { domains: ['voice.example'], relay: { host: '127.0.0.1', port } },
    });
    const smpp = [
      { ...bind, name: 'up', port: silent },
      { ...bind, name: 'down', port: await freePort() },
    ];
    const twilio = {
      from: '+12025550100',
      publicUrl: 'https://v.example',
      api: `http://127.0.0.1:${await freePort()}`,
    };
    const { found } = await examine('gateways', { smpp, twilio, ...relay(wrongGreeting) }, env);
    only(found, 'ok', /^SMSC up/);
    only(found, 'wrong', /^SMSC down .* cannot be reached/);
    only(found, 'wrong', /^Twilio .* cannot be reached/);
    only(found, 'wrong', /^mail relay .* answers with something else/);
    only((await examine('gateways', relay(good))).found, 'ok', /^mail relay/);
    const quiet = await examine('gateways', relay(silent), secrets, ['--timeout', '2']);
    only(quiet.found, 'wrong', /^mail relay .* no answer within/);
    only((await examine('gateways', {})).found, 'skipped', /no SMSC/);
  });

  it('certificates that are no certificates, or belong to another key', async () => {
    const certificates = join(checkout, 'test/certificates');
    const tls = (cert: string, key: string) => ({
      email: { domains: ['voice.example'], listen: { tls: { cert, key } } },
    });
    const cert = join(certificates, 'server.pem');
    const key = join(certificates, 'server.key');
    only((await examine('certificates', tls(cert, key))).found, 'ok', /good until/);
    const foreign = join(certificates, 'authority.pem');
    only((await examine('certificates', tls(foreign, key))).found, 'wrong', /does not belong to the key/);
    only((await examine('certificates', tls(key, key))).found, 'wrong', /cannot be read/);
    only(
      (await examine('certificates', tls(cert, join(folder, 'none')))).found,
      'wrong',
      /key .* cannot be read/,
    );
  });

  it('programs that are missing, or cannot do what is wanted of them', async () => {
    only((await examine('tools', { tools: toolCommands() })).found, 'ok', /^ffmpeg \d/);
    const lame = join(folder, 'ffmpeg');
    await writeFile(lame, '#!/bin/sh\necho ffmpeg version 7.0.1\necho " A..... libopus  Opus"\n', {
      mode: 0o755,
    });
    const { found } = await examine('tools', { tools: { ffmpeg: [lame], prefix: ['/nowhere'] } });
    only(found, 'warn', /^ffmpeg 7\.0\.1 lacks libmp3lame, pcm_mulaw/);
    only(found, 'warn', /^gs does not run/);
    const deaf = await examine('speech', { tools: { ffmpeg: [lame], prefix: ['/nowhere'] } });
    only(deaf.found, 'warn', /^nothing here writes down/);
    only(deaf.found, 'warn', /^nothing here reads texts aloud/);
  });
});
