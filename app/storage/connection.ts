import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import type { CommandStartedEvent, Db, IndexDescription, MongoClientOptions } from 'mongodb';
import { Fault, type FaultCode } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { isConflict, toFault, unavailable } from './faults.ts';
import { indexes as storeIndexes } from './indexes.ts';
import { makeIndexes } from './make-indexes.ts';

export interface ConnectionOptions {
  readonly url: string;
  readonly database: string;
  /** Longest wait for one operation, in milliseconds. */
  readonly timeoutMs: number;
  /** Indexes by collection; default: those of the store. */
  readonly indexes?: Readonly<Record<string, readonly IndexDescription[]>>;
}

export interface ConnectionDeps {
  readonly log: Log;
  /** The machine's if absent. It hears the server's time before anything is written. */
  readonly clock?: Clock & { hear?(serverTime: Date): void };
  /** Told of every command that is sent, for metrics and tests. */
  readonly onCommand?: (event: CommandStartedEvent) => void;
  /** Told of every operation that has ended; `fault` if it failed. */
  readonly onOperation?: (operation: string, seconds: number, fault: FaultCode | undefined) => void;
}

/** Wait between tries to make the indexes while the store is away, in milliseconds. */
const retryMs = 250;
/** Longest wait for a new connection or a heartbeat, in milliseconds: a busy server must be able to come back at all. */
const connectMs = 5_000;
/** Tries of a command that was in the way of another, and the most that they wait in between, in milliseconds. */
const conflictTries = 4;
const conflictWaitMs = 40;
/** A connection whose command got no answer for so long is given up, in milliseconds. */
const deadSocketMs = 30_000;

/** Of one operation. */
export interface Deadline {
  /** True when the caller has been told that it failed. */
  readonly over: boolean;
}

/** One client of the store. Opening it does not wait for the server: operations do, each within its deadline. */
export class Connection implements AsyncDisposable {
  readonly database: Db;
  readonly #client: MongoClient;
  readonly #indexes: Readonly<Record<string, readonly IndexDescription[]>>;
  readonly #timeoutMs: number;
  readonly #log: Log;
  readonly #clock: NonNullable<ConnectionDeps['clock']>;
  readonly #onOperation: ConnectionDeps['onOperation'];
  readonly #closing = new AbortController();
  /** Settles when the indexes are there. Nothing is written before: unique keys must hold from the first document. */
  readonly #prepared: Promise<void>;
  #ready = false;
  /** Why the indexes cannot be made although the store answers. */
  #broken: Fault | undefined;

  constructor(options: ConnectionOptions, deps: ConnectionDeps) {
    const { url, database, timeoutMs, indexes = storeIndexes } = options;
    this.#indexes = indexes;
    this.#timeoutMs = timeoutMs;
    this.#log = deps.log;
    this.#clock = deps.clock ?? { now: () => new Date() };
    this.#onOperation = deps.onOperation;
    this.#client = createClient(url, {
      appName: 'answerback',
      serverSelectionTimeoutMS: timeoutMs,
      connectTimeoutMS: Math.max(connectMs, timeoutMs),
      waitQueueTimeoutMS: timeoutMs,
      socketTimeoutMS: Math.max(deadSocketMs, timeoutMs),
      maxPoolSize: 16,
      ignoreUndefined: true,
      monitorCommands: deps.onCommand !== undefined,
    });
    if (deps.onCommand) this.#client.on('commandStarted', deps.onCommand);
    this.database = this.#client.db(database);
    this.#prepared = this.#prepare();
  }

  /**
   * Runs one operation within the deadline. The driver's own `timeoutMS` has no effect (mongodb 7.9) and its other limits
   * each count for themselves, so the whole is timed here. A command that is under way when time is up may still be done.
   * What met a conflict with another command is done again.
   * @param work may be called several times.
   * @throws Fault `store-unavailable` (temporary), `store-failed` or `duplicate`
   */
  async run<T>(operation: string, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const deadline = { over: false };
    const began = performance.now();
    let failed: FaultCode | undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        deadline.over = true;
        reject(unavailable(`${operation}: no answer within ${this.#timeoutMs} ms`));
      }, this.#timeoutMs);
    });
    try {
      return await Promise.race([this.#begin(operation, work, deadline), late]);
    } catch (error) {
      const fault = toFault(operation, error);
      failed = fault.code;
      throw fault;
    } finally {
      clearTimeout(timer);
      this.#ended(operation, performance.now() - began, failed);
    }
  }

  /** The time, for what is stamped here. */
  now(): Date {
    return this.#clock.now();
  }

  #ended(operation: string, ms: number, failed: FaultCode | undefined): void {
    this.#onOperation?.(operation, ms / 1000, failed);
    this.#log.debug('store', { operation, ms: Math.round(ms), ...(failed === undefined ? {} : { failed }) });
  }

  async #begin<T>(
    operation: string,
    work: (deadline: Deadline) => Promise<T>,
    deadline: Deadline,
  ): Promise<T> {
    if (this.#closing.signal.aborted) throw unavailable(`${operation}: the store is closed`);
    if (!this.#ready) {
      if (this.#broken) throw this.#broken;
      await this.#prepared;
      // Nobody waits any more: do not do in secret what was reported as failed.
      if (deadline.over || !this.#ready) throw unavailable(`${operation}: too late`);
    }
    for (let tries = 1; ; tries += 1) {
      try {
        return await work(deadline);
      } catch (error) {
        if (tries === conflictTries || deadline.over || !isConflict(error)) throw error;
        // Not at the same time again.
        await sleep(Math.random() * conflictWaitMs);
        if (deadline.over) throw error;
      }
    }
  }

  /** Makes the indexes, again and again until it worked or the connection is closed. */
  async #prepare(): Promise<void> {
    let told: string | undefined;
    while (!this.#closing.signal.aborted) {
      try {
        // A client whose first connection failed stays dead for its operations (mongodb 7.9) until it is told to connect.
        await this.#client.connect();
        for (const [name, list] of Object.entries(this.#indexes)) {
          await makeIndexes(this.database, name, list);
        }
        const { localTime } = await this.database.command({ hello: 1 });
        this.#clock.hear?.(localTime as Date);
        this.#ready = true;
        this.#log.info('store ready', { database: this.database.databaseName });
        return;
      } catch (error) {
        const fault = toFault('making the indexes', error);
        this.#broken = fault.temporary ? undefined : fault;
        const aborted = this.#closing.signal.aborted;
        if (!aborted && told !== fault.code)
          this.#log.warn('store not ready, trying again', { error: fault });
        told = fault.code;
      }
      await sleep(retryMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  /** Ends the connections; operations under way fail as `store-unavailable`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#client.close();
    await this.#prepared;
  }
}

function createClient(url: string, options: MongoClientOptions): MongoClient {
  try {
    return new MongoClient(url, options);
  } catch (error) {
    const text = `store.url: ${(error as Error).message}`;
    throw new Fault('config-invalid', text, { temporary: false, publicText: text, cause: error });
  }
}
