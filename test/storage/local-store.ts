/** One store for all test files of a process, started by the first that asks for it; each file has its own database. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import type { CommandStartedEvent } from 'mongodb';
import type { Store } from '../../app/ports/store.ts';
import { openConfiguredSealing } from '../../app/open-sealing.ts';
import { openStore } from '../../app/storage/open.ts';
import { openLocalStore, type LocalStore } from '../../scripts/stack/store.ts';
import { silentLog } from '../ports/silent-log.ts';

let running: Promise<LocalStore> | undefined;

/**
 * The store of this process. Starting it takes some seconds the first time. It ends with the process, not with a test file:
 * a process may run several, one after the other.
 */
export function localStore(): Promise<LocalStore> {
  running ??= start();
  return running;
}

async function start(): Promise<LocalStore> {
  const directory = await mkdtemp(join(tmpdir(), 'answerback-store-'));
  // PostgreSQL runs as a user of its own.
  await chmod(directory, 0o755);
  const store = await openLocalStore({ directory });
  process.once('exit', () => {
    for (const pid of Object.values(store.pids ?? {})) process.kill(pid, 'SIGKILL');
    rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
  });
  return store;
}

export interface TestStore extends AsyncDisposable {
  readonly store: Store;
  /** Another client of the same database, to look behind the port. */
  readonly client: MongoClient;
  readonly database: string;
  readonly url: string;
  /** Every command that the store sent. */
  readonly commands: CommandStartedEvent[];
}

/**
 * Opens the room on a fresh database, which is dropped at the end. With ANSWERBACK_TEST_SEALED it is sealed as app/main.ts would:
 * what works with a store works with that too.
 */
export async function openTestStore(options: { timeoutMs?: number } = {}): Promise<TestStore> {
  const { url } = await localStore();
  const database = `test_${randomUUID().slice(0, 8)}`;
  const commands: CommandStartedEvent[] = [];
  const store = await openStore(
    { url, database, timeoutMs: options.timeoutMs ?? 15_000 },
    { log: silentLog, onCommand: (event) => commands.push(event) },
  );
  const client = new MongoClient(url);
  await store.ping();
  const sealing = await testSealing({ url, database });
  return {
    store: sealing?.store(store) ?? store,
    client,
    database,
    url,
    commands,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await sealing?.[Symbol.asyncDispose]();
      for (const name of [database, `${database}_keys`]) await client.db(name).dropDatabase();
      await client.close();
    },
  };
}

const testMasterKeys = `test:${Buffer.alloc(32, 7).toString('base64')}`;

function testSealing({ url, database }: { readonly url: string; readonly database: string }) {
  if (process.env['ANSWERBACK_TEST_SEALED'] === undefined) return undefined;
  const encryption = {
    master: 'environment',
    database: `${database}_keys`,
    url: undefined,
    file: undefined,
  } as const;
  const store = { url, database, timeoutMs: 15_000 };
  const secrets = { masterKeys: testMasterKeys, transitToken: undefined };
  return openConfiguredSealing({ encryption, store }, secrets, { log: silentLog });
}
