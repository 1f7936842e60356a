/**
 * Recurring wake-ups over all controllers of one store, by agenda: each job wakes one controller each interval. It
 * connects in the background and again after a failure; nothing here rejects or throws for a store that is away.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Agenda } from 'agenda';
import type { AgendaBackend, JobParameters } from 'agenda';
import { MongoClient, MongoJobRepository } from '@agendajs/mongo-backend';
import type { Log } from '../ports/log.ts';

export interface StoreSlice {
  readonly url: string;
  readonly database: string;
  /** Longest wait for the store, in milliseconds. */
  readonly timeoutMs: number;
}

export interface RecurringJob {
  readonly name: string;
  readonly everyMs: number;
  wake(): void;
}

export interface Recurrence {
  add(job: RecurringJob): void;
  /** Whether the store has answered agenda lately, so that its wake-ups can be relied on. */
  readonly healthy: boolean;
  close(): Promise<void>;
}

const COLLECTION = 'agenda';
const DUPLICATE_KEY = 11000;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5000;

export function createRecurrence(slice: StoreSlice, pollMs: number, log: Log): Recurrence {
  const closing = new AbortController();
  const jobs: RecurringJob[] = [];
  const health = createHealth(pollMs * 3, log);
  let connection: Connection | undefined;
  /** Registrations follow each other, so that each is tried until it is done. */
  let work = (async () => {
    connection = await persist(() => connect(slice, pollMs, health), closing.signal, health);
  })();

  const register = async (job: RecurringJob): Promise<void> => {
    await persist(async () => await connection?.agenda.every(job.everyMs, job.name), closing.signal, health);
  };
  return {
    add: (job) => {
      jobs.push(job);
      work = work.then(() => {
        connection?.agenda.define(job.name, () => job.wake(), { concurrency: 1, lockLimit: 1 });
        return register(job);
      });
    },
    get healthy() {
      return health.ok;
    },
    close: async () => {
      closing.abort();
      await work;
      await connection?.close();
    },
  };
}

interface Connection {
  readonly agenda: Agenda;
  close(): Promise<void>;
}

/** Agenda leaves a rejected promise unhandled when its backend cannot connect, so it is given one that has. */
async function connect(slice: StoreSlice, pollMs: number, health: Health): Promise<Connection> {
  const client = new MongoClient(slice.url, {
    appName: 'answerback-jobs',
    maxPoolSize: 4,
    serverSelectionTimeoutMS: slice.timeoutMs,
    connectTimeoutMS: slice.timeoutMs,
    socketTimeoutMS: slice.timeoutMs * 2,
  });
  try {
    await client.connect();
    const database = client.db(slice.database);
    // Agenda's upsert alone lets two controllers that start together make the same job twice, for good.
    await database.collection(COLLECTION).createIndex({ name: 1 }, { unique: true });
    const repository = new WatchedRepository(database, health);
    await repository.connect();
    const backend: AgendaBackend = {
      name: 'store',
      repository,
      ownsConnection: false,
      connect: async () => {},
      disconnect: async () => {},
    };
    // Jobs only wake, so a lock that outlives two scans belongs to a controller that died.
    const agenda = new Agenda({ backend, processEvery: pollMs, defaultLockLifetime: pollMs * 2 });
    agenda.on('error', (error) => health.failed(error));
    await agenda.start();
    return { agenda, close: () => disconnect(agenda, client) };
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function disconnect(agenda: Agenda, client: MongoClient): Promise<void> {
  try {
    await agenda.stop(false);
  } catch {
    // The store is away: its locks run out by themselves.
  }
  await client.close();
}

type SaveOptions = Parameters<MongoJobRepository['saveJob']>[1];

/** Agenda's own repository; agenda does not wait for `unlockJob`, so that one must not reject. */
class WatchedRepository extends MongoJobRepository {
  readonly #health: Health;

  constructor(database: ReturnType<MongoClient['db']>, health: Health) {
    super({ mongo: database, db: { collection: COLLECTION } });
    this.#health = health;
  }

  override async getNextJobToRun(
    ...wanted: Parameters<MongoJobRepository['getNextJobToRun']>
  ): Promise<JobParameters | undefined> {
    const job = await super.getNextJobToRun(...wanted);
    this.#health.answered();
    return job;
  }

  /** Another controller made the job at the same moment: now it is there to be updated. */
  override async saveJob<T>(job: JobParameters<T>, options: SaveOptions): Promise<JobParameters<T>> {
    try {
      return await super.saveJob(job, options);
    } catch (error) {
      if ((error as { code?: unknown }).code !== DUPLICATE_KEY) throw error;
      return super.saveJob(job, options);
    }
  }

  override async unlockJob(job: JobParameters): Promise<void> {
    await super.unlockJob(job).catch((error: unknown) => this.#health.failed(error));
  }
}

interface Health {
  readonly ok: boolean;
  answered(): void;
  failed(error: unknown): void;
}

/** Logs a failure once, and once that it is over. */
function createHealth(trustMs: number, log: Log): Health {
  let last = -Infinity;
  let failing = false;
  return {
    get ok() {
      return !failing && performance.now() - last < trustMs;
    },
    answered: () => {
      if (failing) log.info('recurring jobs reach the store again');
      failing = false;
      last = performance.now();
    },
    failed: (error) => {
      if (!failing) log.warn('recurring jobs do not reach the store; workers go by local time', { error });
      failing = true;
    },
  };
}

/** Tries until it succeeds or `signal` aborts, with growing waits. */
async function persist<T>(
  attempt: () => Promise<T>,
  signal: AbortSignal,
  health: Health,
): Promise<T | undefined> {
  for (let wait = FIRST_RETRY_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_RETRY_MS)) {
    try {
      return await attempt();
    } catch (error) {
      health.failed(error);
      await delay(wait, undefined, { signal }).catch(() => {});
    }
  }
  return undefined;
}
