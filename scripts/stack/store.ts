/**
 * A store of the MongoDB protocol on this machine: the one of MONGODB_URL, else a `mongod` on the PATH, else FerretDB over
 * PostgreSQL as set-up prepared them.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { MongoClient } from 'mongodb';
import { ferretdbBinary, onMachine, onPath, requireSetUp, rootFolder } from './machine.ts';
import { freePort } from './ports.ts';
import { copyEmptyCluster, runSql, startPostgres } from './postgres.ts';
import { startProgram, type Program } from './program.ts';

export type StorePart = 'postgres' | 'ferretdb';

export interface LocalStore extends AsyncDisposable {
  /** As mongodb://127.0.0.1:27017 */
  readonly url: string;
  /** Process ids, where the store is FerretDB over PostgreSQL. */
  readonly pids: { readonly postgres: number; readonly ferretdb: number } | undefined;
  /** Runs statements of SQL in the PostgreSQL below; `undefined` where the store is not FerretDB over PostgreSQL. */
  readonly sql: ((...statements: string[]) => Promise<string>) | undefined;
  /** Sends a signal to one part and waits until it has gone. Throws where the store is not FerretDB over PostgreSQL. */
  kill(part: StorePart, signal: NodeJS.Signals): Promise<void>;
  /** Starts a part that was killed, on its old port; it serves when this settles. */
  start(part: StorePart): Promise<void>;
}

export interface LocalStoreOptions {
  /** Data and logs; made if it is not there, kept when the store is closed. */
  readonly directory: string;
  /** Port to serve on; a free one if absent. */
  readonly port?: number;
  readonly log?: (line: string) => void;
}

/** Opens the store; it takes commands when this settles. Closing ends what was started here and keeps the data. */
export async function openLocalStore(options: LocalStoreOptions): Promise<LocalStore> {
  const given = process.env['MONGODB_URL'];
  if (given) return foreignStore(given);
  const directory = resolve(options.directory);
  await mkdir(directory, { recursive: true });
  const port = options.port ?? (await freePort());
  const mongod = onPath('mongod');
  if (mongod !== undefined) return openMongod(mongod, directory, port);
  return openFerretdb(directory, port, options.log ?? (() => undefined));
}

function foreignStore(url: string, close?: () => Promise<void>): LocalStore {
  const refuse = async (): Promise<never> => {
    throw new Error('this store is not FerretDB over PostgreSQL: its parts cannot be ended one by one');
  };
  return {
    url,
    pids: undefined,
    sql: undefined,
    kill: refuse,
    start: refuse,
    [Symbol.asyncDispose]: close ?? (async () => undefined),
  };
}

async function openMongod(binary: string, directory: string, port: number): Promise<LocalStore> {
  const data = join(directory, 'mongod');
  await mkdir(data, { recursive: true });
  const program = await startProgram({
    name: 'mongod',
    command: onMachine(binary, ['--dbpath', data, '--port', String(port), '--bind_ip', '127.0.0.1']),
    logFile: join(directory, 'mongod.log'),
    ready: async () => answers(urlOf(port)),
  });
  return foreignStore(urlOf(port), async () => program[Symbol.asyncDispose]());
}

async function openFerretdb(
  directory: string,
  port: number,
  log: (line: string) => void,
): Promise<LocalStore> {
  requireSetUp(rootFolder(), ferretdbBinary());
  if (!existsSync(join(directory, 'data'))) await copyEmptyCluster(directory, log);
  const postgresPort = await freePort();
  const parts: Record<StorePart, () => Promise<Program>> = {
    postgres: async () => startPostgres({ folder: directory, port: postgresPort }),
    ferretdb: async () => startFerretdb({ directory, port, postgresPort }),
  };
  const running = { postgres: await parts.postgres() } as Record<StorePart, Program>;
  try {
    running.ferretdb = await parts.ferretdb();
  } catch (error) {
    await running.postgres[Symbol.asyncDispose]();
    throw error;
  }
  return {
    url: urlOf(port),
    get pids() {
      return { postgres: running.postgres.pid, ferretdb: running.ferretdb.pid };
    },
    sql: (...statements) => runSql({ folder: directory, port: postgresPort }, statements),
    kill: async (part, signal) => running[part].kill(signal),
    async start(part) {
      if (!running[part].running) running[part] = await parts[part]();
    },
    async [Symbol.asyncDispose]() {
      await running.ferretdb[Symbol.asyncDispose]();
      // SIGINT: do not wait for clients, but write everything down.
      await running.postgres.kill('SIGINT');
    },
  };
}

/**
 * FerretDB holds a few megabytes and copies each message several times, so that Go's usual rule, to look for garbage as soon
 * as there is as much of it as of what is in use, makes it look hundreds of times a minute under load.
 */
const relayMemory = ['GOGC=800', 'GOMEMLIMIT=256MiB'];

async function startFerretdb(options: {
  directory: string;
  port: number;
  postgresPort: number;
}): Promise<Program> {
  const { directory, port, postgresPort } = options;
  return startProgram({
    name: 'FerretDB',
    command: onMachine('env', [
      `GOMAXPROCS=${relayThreads()}`,
      ...relayMemory,
      ferretdbBinary(),
      `--listen-addr=127.0.0.1:${port}`,
      `--postgresql-url=postgres://postgres@127.0.0.1:${postgresPort}/postgres`,
      `--state-dir=${directory}`,
      '--telemetry=disable',
      '--no-auth',
      '--debug-addr=-',
      '--log-level=warn',
    ]),
    logFile: join(directory, 'ferretdb.log'),
    ready: async () => answers(urlOf(port)),
  });
}

/**
 * FerretDB relays: it waits more than it works, and threads that look for work cost CPU time as well. With one thread on two
 * cores the store took less of it in short runs; `npm run bench -- --only deposit-cpu` shows what it takes now.
 */
function relayThreads(): number {
  return Math.max(1, Math.floor(availableParallelism() / 4));
}

function urlOf(port: number): string {
  return `mongodb://127.0.0.1:${port}`;
}

async function answers(url: string): Promise<boolean> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 500, directConnection: true });
  try {
    await client.db('admin').command({ ping: 1 });
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}
