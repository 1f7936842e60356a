import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { openLocalStore } from '../../scripts/stack/store.ts';
import { goneWithin } from './processes.ts';
import { temporaryFolder } from './temporary.ts';

const noLocalStore = process.env['MONGODB_URL'] !== undefined;

/** What a client sees once the pooled connections that died with the server are used up. */
async function readAll(client: MongoClient): Promise<unknown[]> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await client
        .db('test')
        .collection('things')
        .find({}, { projection: { _id: 0 } })
        .toArray();
    } catch (error) {
      if (attempt === 40) throw error;
    }
  }
}

describe('the local store', function () {
  this.timeout(60_000);

  it('keeps what was written when it is closed and opened again', async () => {
    await using folder = await temporaryFolder();
    {
      await using store = await openLocalStore({ directory: folder.path });
      await using client = new MongoClient(store.url);
      await client.db('test').collection('things').insertOne({ kept: 1 });
    }
    await using store = await openLocalStore({ directory: folder.path });
    await using client = new MongoClient(store.url);
    assert.deepEqual((await readAll(client)).slice(-1), [{ kept: 1 }]);
  });

  it('keeps every acknowledged write when PostgreSQL is killed', async () => {
    if (noLocalStore) return;
    await using folder = await temporaryFolder();
    await using store = await openLocalStore({ directory: folder.path });
    await using client = new MongoClient(store.url);
    const things = client.db('test').collection('things');
    for (let n = 0; n < 20; n++) await things.insertOne({ n });
    await store.kill('postgres', 'SIGKILL');
    await store.start('postgres');
    assert.equal((await readAll(client)).length, 20);
  });

  it('serves at the same address after FerretDB was killed', async () => {
    if (noLocalStore) return;
    await using folder = await temporaryFolder();
    await using store = await openLocalStore({ directory: folder.path });
    const before = store.pids?.ferretdb;
    await store.kill('ferretdb', 'SIGKILL');
    await store.start('ferretdb');
    await using client = new MongoClient(store.url);
    await client.db('test').collection('things').insertOne({ kept: 2 });
    assert.deepEqual(await readAll(client), [{ kept: 2 }]);
    assert.notEqual(store.pids?.ferretdb, before);
  });

  it('leaves no process behind when the process that opened it is killed', async () => {
    if (noLocalStore) return;
    await using folder = await temporaryFolder();
    const script = `
      import { openLocalStore } from ${JSON.stringify(join(import.meta.dirname, '../../scripts/stack/store.ts'))};
      await openLocalStore({ directory: ${JSON.stringify(folder.path)} });
      console.log('open');
      setInterval(() => undefined, 1000);`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.deepEqual(await goneWithin(folder.path, 5000), []);
  });
});
