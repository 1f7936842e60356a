import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { openStoreArchive } from '../../app/storage/open-archive.ts';
import { silentLog } from '../ports/silent-log.ts';
import { localStore } from '../storage/local-store.ts';
import { openRelay } from '../storage/relay.ts';
import { runArchiveCases } from './cases.ts';

runArchiveCases('store: another database', async () => {
  const { url } = await localStore();
  const relay = await openRelay(Number(new URL(url).port));
  const database = `test_${randomUUID().slice(0, 8)}`;
  return {
    open: () =>
      openStoreArchive(
        { url: `mongodb://127.0.0.1:${relay.port}`, database, timeoutMs: 4000 },
        { log: silentLog },
      ),
    away: () => relay.cut(),
    back: () => relay.mend(),
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await using client = await MongoClient.connect(url);
      await client.db(database).dropDatabase();
    },
  };
});

describe('archive/store, as GridFS', function () {
  this.timeout(60_000);

  it('is what any tool for GridFS reads; an object that has lost a chunk is none', async () => {
    const { url } = await localStore();
    const database = `test_${randomUUID().slice(0, 8)}`;
    await using client = await MongoClient.connect(url);
    const db = client.db(database);
    await using archive = await openStoreArchive({ url, database, timeoutMs: 15_000 }, { log: silentLog });
    const bytes = randomBytes(600_000);
    await archive.put('m1-x.xml', bytes);
    const file = await db.collection('archive.files').findOne({ filename: 'm1-x.xml' });
    assert.equal(file?.['length'], 600_000);
    assert.equal(await db.collection('archive.chunks').countDocuments({ files_id: 'm1-x.xml' }), 3);
    await db.collection('archive.chunks').deleteOne({ files_id: 'm1-x.xml', n: 1 });
    assert.equal(await archive.get('m1-x.xml', 600_000), undefined);
    await db.dropDatabase();
  });
});
