import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { Binary, MongoClient } from 'mongodb';
import { openBaresip } from '../../scripts/demo/baresip.ts';
import { speak } from '../../scripts/demo/speech.ts';
import { toUlaw } from '../../scripts/demo/wav.ts';
import { prompt } from '../audio/prompt.ts';
import { makePair } from '../certificates/make.ts';
import { nextNotice } from './leave-message.ts';
import { access, openSystem, type System } from './system.ts';

const bob = '+12025550147';
const alice = {
  name: 'alice',
  number: '+12025550123',
  password: randomBytes(12).toString('hex'),
  secure: true,
};

describe('calls over TLS with SRTP, into a store that is sealed', function () {
  this.timeout(180_000);
  let folder: string;
  let system: System;
  let pairs: { key: string; cert: string }[];
  let words: Int16Array;
  let tls: { key: string; cert: string; ca: string };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ab-tls-'));
    pairs = await Promise.all(['first', 'second'].map((name) => makePair(folder, name)));
    tls = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem'), ca: join(folder, 'cert.pem') };
    await use(pairs[0]);
    [words = new Int16Array(0)] = await speak(
      ['Please call me back about the ladder.'],
      join(folder, 'speech'),
    );
    system = await openSystem({
      tls,
      phones: [alice],
      config: { encryption: { master: 'environment' } },
      env: { ANSWERBACK_MASTER_KEYS: `test:${randomBytes(32).toString('base64')}` },
      standard: { notify: [{ gateway: 'sip', to: 'subscriber' }] },
    });
  });
  after(async () => {
    await system?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const use = async (pair: { key: string; cert: string } | undefined) => {
    await copyFile(pair?.cert ?? '', tls.cert);
    await copyFile(pair?.key ?? '', tls.key);
  };
  const phone = async (name: string, media?: 'none') => {
    const directory = join(folder, name);
    await mkdir(directory);
    await copyFile(tls.cert, join(directory, 'ca.pem'));
    const { number, password } = alice;
    return openBaresip({
      directory,
      number,
      displayName: 'Alice',
      server: `127.0.0.1:${system.asterisk.tlsPort};transport=tls`,
      textsTo: access,
      secure: { user: alice.name, password, ca: 'ca.pem', ...(media === undefined ? {} : { media }) },
      signal: AbortSignal.timeout(120_000),
    });
  };

  it('what is said is kept sealed, and the subscriber hears it', async () => {
    await using caller = await phone('srtp');
    const call = await caller.call(bob);
    await call.dial('#');
    await call.hearsTone(1000, 20_000);
    await call.say(words);
    await call.hangUp();
    const { reference } = await nextNotice(system, bob, 30_000);
    const client = await new MongoClient(system.local.url).connect();
    const media = client.db('answerback').collection<{ data: Binary }>('media');
    const damage = async () => {
      const kept = await media.findOne();
      const bytes = Buffer.from(kept?.data.buffer ?? []);
      bytes[2000] = (bytes[2000] ?? 0) ^ 1;
      await media.updateOne({}, { $set: { data: new Binary(bytes) } });
    };
    try {
      const [kept] = await media.find().toArray();
      const bytes = Buffer.from(kept?.data.buffer ?? []);
      assert.equal(bytes.toString('latin1', 1, 7), 'ABSEAL');
      const [message] = await client.db('answerback').collection('messages').find().toArray();
      assert.ok(typeof message?.['sealed'] === 'string');
      assert.equal(await client.db('answerback_keys').collection('keys').countDocuments(), 1);
      const subscriber = await system.phone(bob);
      const listening = await subscriber.call(access);
      await listening.up();
      await listening.press(reference);
      await listening.hears(toUlaw(words), { withinMs: 30_000 });
      await listening.hangup();
      await damage();
      const again = await subscriber.call(access);
      await again.up();
      await again.press(reference);
      await again.hears(await prompt('reference-deleted'), { withinMs: 30_000 });
      await again.hangup();
    } finally {
      await client.close();
    }
  });

  it('a phone that is to speak SRTP and does not is refused', async () => {
    await using plain = await phone('plain', 'none');
    await assert.rejects(plain.call(bob), /the call ended: 488/);
  });

  it('the switch takes a renewed certificate with a reload, while calls go on', async () => {
    await using caller = await phone('renewed');
    const call = await caller.call(bob);
    assert.equal(await nameAt(), 'first');
    await use(pairs[1]);
    await system.asterisk.reload();
    assert.equal(await nameAt(), 'second');
    await call.dial('#');
    await call.hearsTone(1000, 20_000);
    await call.hangUp();
  });

  async function nameAt(): Promise<string> {
    const socket = connect({
      host: '127.0.0.1',
      port: system.asterisk.tlsPort ?? 0,
      rejectUnauthorized: false,
    });
    await once(socket, 'secureConnect');
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return String(subject.CN);
  }
});
