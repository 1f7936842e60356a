import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message } from '../../app/core/message/message.ts';
import { masterText, leave, openBox } from '../sealing/sealed-world.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { answerback } from './command.ts';

describe('answerback encryption', function () {
  this.timeout(120_000);
  let opened: TestStore;
  let folder: string;
  let left: Message;
  const [mine, box] = ['+12025550181', '+12025550182'];
  before(async () => {
    opened = await openTestStore();
    folder = await mkdtemp(join(tmpdir(), 'answerback-keys-'));
    const id = await openBox(opened.store, mine);
    await openBox(opened.store, box);
    left = await leave(opened.store, id, randomBytes(3000), { transcript: 'written in the open' });
    const encryption = { master: 'environment', database: `${opened.database}_keys` };
    for (const [name, section] of Object.entries({ plain: {}, sealed: { encryption } }))
      await writeFile(
        join(folder, `${name}.yaml`),
        JSON.stringify({ store: { database: opened.database }, ...section }),
      );
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await opened.client.db(`${opened.database}_keys`).dropDatabase();
    await opened[Symbol.asyncDispose]();
  });
  const [one, two] = [masterText('one'), masterText('two')];
  const run = (line: string, keys: string | undefined, signal?: AbortSignal) => {
    const config = join(folder, keys === undefined ? 'plain.yaml' : 'sealed.yaml');
    const env = { MONGODB_URL: opened.url, ...(keys === undefined ? {} : { ANSWERBACK_MASTER_KEYS: keys }) };
    return answerback([...line.split(' '), '--json', '--config', config], {
      env,
      ...(signal ? { signal } : {}),
    });
  };
  const raw = async () => {
    const found = await opened.client.db(opened.database).collection('messages').find().toArray();
    return JSON.stringify(found);
  };

  it('turns encryption on, replaces the master key, says when it is lost, and erases with a mailbox', async () => {
    assert.equal((await run('encryption status', undefined)).code, 5, 'nothing is configured');
    assert.ok((await raw()).includes('written in the open'));
    assert.deepEqual((await run(`message show ${left.id}`, one)).json()['transcript'], 'written in the open');
    const sealed = await run('encryption seal', one);
    assert.deepEqual(sealed.json(), { messages: 1, greetings: 0, archived: 0, failed: 0 }, sealed.errors);
    assert.ok(!(await raw()).includes('written in the open'));
    assert.equal((await run(`message show ${left.id}`, one)).json()['transcript'], 'written in the open');
    assert.equal((await run('encryption rotate', one)).json()['rotated'], 0);
    assert.equal((await run('encryption rotate', `${two},${one}`)).json()['rotated'], 1);
    const state = { master: 'two', keys: 1, current: true };
    assert.deepEqual((await run('encryption status', two)).json(), { masters: [state] });
    assert.equal((await run('doctor --only keys', two)).code, 0);
    const doctor = await run('doctor --only keys', one);
    assert.equal(doctor.code, 1);
    assert.match(doctor.out, /two: 1 mailboxes cannot be read/);
    const lost = await run('encryption status', one);
    assert.equal(lost.code, 1);
    assert.match(JSON.stringify(lost.json()), /the master key two is not in environment/);
    assert.equal((await run('encryption forget two', two)).code, 5, 'it is here');
    assert.equal((await run('encryption forget two', one)).code, 2, 'nobody said yes');
    assert.equal((await run(`mailbox remove ${mine} --yes`, two)).code, 0);
    assert.deepEqual((await run('encryption status', two)).json(), { masters: [] });
    assert.equal((await run('encryption forget two --yes', one)).code, 3);
  });

  it('a master key that cannot be used is said at once', async () => {
    const wrong = await run('encryption status', 'one:abc');
    assert.equal(wrong.code, 1);
    assert.match(wrong.errors, /ANSWERBACK_MASTER_KEYS: key 1 is not a name of its own/);
    assert.match((await run('encryption status', '')).errors, /ANSWERBACK_MASTER_KEYS in the environment/);
  });
});
