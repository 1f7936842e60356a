import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Document } from 'mongodb';
import type { MailboxId } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { openEnvironmentMaster, openFileMaster } from '../../app/sealing/master/local.ts';
import { openSealing } from '../../app/sealing/open.ts';
import { openKeyStore } from '../../app/storage/open-keys.ts';
import { openStore } from '../../app/storage/open.ts';
import { silentLog } from '../ports/silent-log.ts';
import { number } from '../storage/sample.ts';
import { leave, masterText, openBox, openSealedWorld, type SealedWorld } from './sealed-world.ts';

const sound = randomBytes(90_000);

describe('sealing: keys', function () {
  this.timeout(60_000);
  let directory: string;
  let file: string;
  let world: SealedWorld;
  const [first, second] = ['first', 'second'].map((name) => masterText(name).replace(':', ' '));
  const write = (...lines: (string | undefined)[]) => writeFile(file, `# master keys\n${lines.join('\n')}\n`);
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'answerback-keys-'));
    file = join(directory, 'master.keys');
    await write(first);
    world = await openSealedWorld(openFileMaster(file));
  });
  after(async () => {
    await world?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  /** All of a database, as a backup has it. */
  const copyOf = async (database: string): Promise<Map<string, Document[]>> => {
    const all = await world.bare.client.db(database).listCollections().toArray();
    const copy = async (name: string) => world.bare.client.db(database).collection(name).find().toArray();
    return new Map(await Promise.all(all.map(async ({ name }) => [name, await copy(name)] as const)));
  };
  const putBack = async (copy: Map<string, Document[]>): Promise<string> => {
    const database = `test_${randomUUID().slice(0, 8)}`;
    for (const [name, documents] of copy)
      if (documents.length > 0) await world.bare.client.db(database).collection(name).insertMany(documents);
    return database;
  };
  /** Opens copies as somebody would who has everything that there is now. */
  const readCopy = async (data: string, keys: string, message: Message) => {
    await using keyStore = await openKeyStore(
      { url: world.bare.url, database: keys, timeoutMs: 15_000 },
      { log: silentLog },
    );
    await using bare = await openStore(
      { url: world.bare.url, database: data, timeoutMs: 15_000 },
      { log: silentLog },
    );
    const store = openSealing({
      log: silentLog,
      with: { keys: keyStore, master: openFileMaster(file) },
    }).store(bare);
    const found = await store.messages.get(message.id);
    const media = message.envelope.parts[0]?.media as never;
    const bytes = await store.media.get(media).then(
      (one) => Buffer.from(one?.bytes ?? []).equals(sound),
      (error: { code?: string }) => error.code,
    );
    return { transcript: found?.transcript, unreadable: found?.unreadable, bytes };
  };
  const readable = { transcript: 'hello', unreadable: undefined, bytes: true };
  const erased = { transcript: undefined, unreadable: true, bytes: 'key-lost' };

  it('a mailbox that is removed is erased: a copy of the database from before cannot be opened any more', async () => {
    const [box, other] = [await openBox(world.store, number()), await openBox(world.store, number())];
    const gone = await leave(world.store, box, sound, { transcript: 'hello' });
    const kept = await leave(world.store, other, sound, { transcript: 'hello' });
    const data = await putBack(await copyOf(world.bare.database));
    const keys = await putBack(await copyOf(world.keyDatabase));
    assert.deepEqual(await readCopy(data, world.keyDatabase, gone), readable, 'the copy is good');
    await world.store.mailboxes.remove(box);
    assert.deepEqual(await readCopy(data, world.keyDatabase, gone), erased);
    assert.deepEqual(await readCopy(data, world.keyDatabase, kept), readable, 'and nobody else is');
    // Who kept a copy of the keys too can open it, until the master key of that time is destroyed.
    assert.deepEqual(await readCopy(data, keys, gone), readable);
    await write(second, first);
    const opened = openFileMaster(file);
    const administration = world.other(opened).keys ?? assert.fail();
    assert.ok((await administration.rotate({ signal: new AbortController().signal, onProgress() {} })) >= 1);
    await write(second);
    assert.deepEqual(await readCopy(data, keys, gone), erased);
    assert.deepEqual(await readCopy(data, world.keyDatabase, kept), readable);
    for (const database of [data, keys]) await world.bare.client.db(database).dropDatabase();
  });

  it('another master key: what is stored stays as it is, and running controllers read and write on', async () => {
    const box = await openBox(world.store, number());
    const before = await leave(world.store, box, sound, { transcript: 'hello' });
    const raw = await world.raw();
    const third = masterText('third').replace(':', ' ');
    await write(third, second);
    const administration = world.other(openFileMaster(file)).keys ?? assert.fail();
    const steps: number[] = [];
    const done = await administration.rotate({
      signal: new AbortController().signal,
      onProgress: (n) => steps.push(n),
    });
    assert.deepEqual([steps.at(-1), await world.raw()], [done, raw]);
    assert.deepEqual(
      (await administration.states()).map(({ master, current }) => [master, current]),
      [['third', true]],
    );
    await write(third);
    // This one was opened with another key, and finds the new one in its file.
    const running = world.sealing.store(world.bare.store);
    assert.equal((await running.messages.get(before.id))?.transcript, 'hello');
    const fresh = world.other(openFileMaster(file)).store(world.bare.store);
    assert.equal((await fresh.messages.get(before.id))?.transcript, 'hello');
    const after = await leave(fresh, await openBox(fresh, number()), sound, { transcript: 'later' });
    assert.equal((await running.messages.get(after.id))?.transcript, 'later');
  });

  it('a master key that is lost, or another one of its name, is told at the start; what it wraps can be given up', async () => {
    const lost = world.other(openEnvironmentMaster(masterText('other'))).keys ?? assert.fail();
    const states = await lost.states();
    assert.ok(states.length > 0 && states.every((one) => one.lost !== undefined));
    await assert.rejects(lost.check(), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'config-invalid');
      assert.match(error.message, /third: \d+ mailboxes; .*not in environment/);
      return true;
    });
    const sameName = world.other(openEnvironmentMaster(masterText('third'))).keys ?? assert.fail();
    await assert.rejects(sameName.check(), /another than the one that wrapped this/);
    const right = world.sealing.keys ?? assert.fail();
    await right.check();
    assert.ok((await lost.forget('third')) > 0);
    await lost.check();
    assert.deepEqual(await lost.states(), []);
  });

  it('a key is good for its own mailbox alone, and two first messages make one key', async () => {
    const boxes = await Promise.all([number(), number()].map((one) => openBox(world.store, one)));
    const [one, two] = boxes as [MailboxId, MailboxId];
    const left = await Promise.all(Array.from({ length: 6 }, () => leave(world.store, one, sound)));
    const keys = world.bare.client.db(world.keyDatabase).collection('keys');
    assert.equal(await keys.countDocuments({ mailbox: one }), 1);
    await leave(world.store, two, sound);
    const stolen = await keys.findOne({ mailbox: two });
    await keys.updateOne({ mailbox: one }, { $set: { wrapped: stolen?.['wrapped'] as string } });
    const fresh = world.other(openFileMaster(file)).store(world.bare.store);
    assert.equal((await fresh.messages.get(left[0]?.id as never))?.unreadable, true);
  });

  it('master keys that are none are refused, and not shown', () => {
    for (const text of [
      '',
      'a',
      'a:',
      'a:AAAA',
      ` : ${'A'.repeat(43)}=`,
      `${masterText('a')},${masterText('a')}`,
    ]) {
      assert.throws(
        () => openEnvironmentMaster(text),
        (error: Error & { code?: string }) =>
          error.code === 'config-invalid' && !(text.length > 9 && error.message.includes(text.slice(4, 9))),
      );
    }
    assert.throws(() => openFileMaster(join(directory, 'none')), { code: 'config-invalid' });
  });
});
