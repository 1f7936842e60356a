import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { loadConfig, type Config } from '../../app/config.ts';
import type { MailboxId } from '../../app/core/ids.ts';
import { openConfiguredSealing } from '../../app/open-sealing.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { keepingLog, silentLog, type LogLine } from '../ports/silent-log.ts';
import { localStore, openTestStore } from '../storage/local-store.ts';
import { masterText } from './sealed-world.ts';

describe('sealing: the start of a controller', function () {
  this.timeout(60_000);
  const database = `test_${randomUUID().slice(0, 8)}`;
  let config: Pick<Config, 'encryption' | 'store'>;
  before(async () => {
    const { url } = await localStore();
    const { config: defaults } = loadConfig(undefined, { MONGODB_URL: url });
    config = {
      ...defaults,
      encryption: { master: 'environment', database, url: undefined, file: undefined },
    };
  });
  after(async () => {
    await using client = {
      client: new MongoClient(config.store.url),
      [Symbol.asyncDispose]: async () => client.client.close(),
    };
    await client.client.db(database).dropDatabase();
  });
  const [one, other] = [masterText('one'), masterText('one')];
  const open = (masterKeys: string, change: Partial<Config['store']> = {}, log = silentLog) =>
    openConfiguredSealing(
      { ...config, store: { ...config.store, ...change } },
      { masterKeys, transitToken: undefined },
      { log },
    );

  it('with the master key it was used with it starts, with another of its name it does not, and says why', async () => {
    {
      await using first = await open(one);
      await using bare = await openTestStore();
      const store = first.store(bare.store);
      await store.media.put('m' as never, 'audio/PCMU', new Uint8Array(9), 'box' as MailboxId);
    }
    await using _again = await open(one);
    await assert.rejects(open(other), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'config-invalid');
      assert.match(error.message, /one: 1 mailboxes; .*another than the one that wrapped this/);
      return true;
    });
  });

  it('a store that is away does not hold it up: it takes calls, and says that it does not know yet', async () => {
    const lines: LogLine[] = [];
    const url = `mongodb://127.0.0.1:${await freePort()}`;
    const opening = open(one, { url, timeoutMs: 300 }, keepingLog(lines));
    const opened = await Promise.race([opening, sleep(20_000)]);
    assert.ok(opened !== undefined);
    await opened[Symbol.asyncDispose]();
    assert.ok(lines.some(({ level, text }) => level === 'warn' && text.includes('cannot be looked at yet')));
  });
});
