import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { MongoClient, type CommandStartedEvent } from 'mongodb';
import type { KeyStore, WrappedKey } from '../../app/ports/keys.ts';
import { openKeyStore } from '../../app/storage/open-keys.ts';
import { silentLog } from '../ports/silent-log.ts';
import { filtersOf, scansOf } from './explain.ts';
import { localStore } from './local-store.ts';
import { at } from './sample.ts';

describe('storage: keys of mailboxes', function () {
  this.timeout(60_000);
  const database = `test_${randomUUID().slice(0, 8)}`;
  const commands: CommandStartedEvent[] = [];
  let client: MongoClient;
  let keys: KeyStore;
  before(async () => {
    const { url } = await localStore();
    client = new MongoClient(url);
    const onCommand = (event: CommandStartedEvent): void => void commands.push(event);
    keys = await openKeyStore({ url, database, timeoutMs: 15_000 }, { log: silentLog, onCommand });
    await keys.add(fresh('first'));
    const many = Array.from({ length: 3000 }, (_, i) => {
      const { id: _id, ...rest } = fresh(`${i}`);
      return { _id, ...rest, master: i < 2900 ? 'old' : 'one' };
    });
    await client.db(database).collection<{ _id: string }>('keys').insertMany(many);
  });
  after(async () => {
    await keys[Symbol.asyncDispose]();
    await client.db(database).dropDatabase();
    await client.close();
  });

  const fresh = (mailbox: string): WrappedKey => {
    const id = randomUUID().replaceAll('-', '');
    return { id, mailbox: mailbox as never, master: 'one', wrapped: `w-${mailbox}`, created: at(0) };
  };

  it('a mailbox has one key, whoever is first, until it is erased', async () => {
    const asked = await Promise.all(Array.from({ length: 8 }, () => keys.add(fresh('box'))));
    assert.equal(new Set(asked.map(({ id }) => id)).size, 1);
    const [key] = asked as [WrappedKey];
    assert.deepEqual(await keys.of(key.mailbox), key);
    assert.deepEqual(await keys.get(key.id), key);
    assert.equal(await keys.rewrap(key, { master: 'two', wrapped: 'x' }), true);
    assert.equal(await keys.rewrap(key, { master: 'two', wrapped: 'y' }), false, 'another was quicker');
    assert.equal((await keys.get(key.id))?.wrapped, 'x');
    assert.equal(await keys.erase(key.mailbox), true);
    assert.equal(await keys.erase(key.mailbox), false);
    assert.equal(await keys.get(key.id), undefined);
  });

  it('every question has its index', async () => {
    commands.length = 0;
    assert.deepEqual([...(await keys.masters()).keys()], ['old', 'one']);
    const some = await keys.wrappedBy('one', undefined, 60);
    assert.equal(some.length, 60);
    assert.deepEqual(
      some.map(({ id }) => id),
      some.map(({ id }) => id).toSorted(),
    );
    assert.equal((await keys.wrappedBy('one', some.at(-1)?.id, 60)).length, 41);
    const [key] = some as [WrappedKey, ...WrappedKey[]];
    await keys.rewrap(key, { master: 'one', wrapped: 'z' });
    await keys.get(key.id);
    await keys.of(key.mailbox);
    await keys.erase(key.mailbox);
    const finds = commands.flatMap(({ command }) => filtersOf(command));
    assert.ok(finds.length >= 8);
    for (const find of finds) {
      // Counting all of one master key reads what it counts.
      const plan = await client.db(database).command({ explain: find, verbosity: 'queryPlanner' });
      const all = JSON.stringify(find).includes('"master":"old"');
      if (!all) assert.deepEqual(scansOf(plan), [], JSON.stringify(find));
    }
  });
});
