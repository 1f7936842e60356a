import { connect } from 'node:net';
import type { Log } from '../../../ports/log.ts';
import { EslConnection, type EslHandlers } from './connection.ts';
import { EslDown, EslError } from './errors.ts';

export interface EslClientOptions {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** As `json BACKGROUND_JOB CHANNEL_ANSWER CUSTOM sofia::register`. */
  readonly events: string;
  /** Longest wait for one reply, in milliseconds. */
  readonly timeoutMs: number;
}

export interface EslClientHandlers extends Pick<EslHandlers, 'event'> {
  /** A connection is there, let in and subscribed; events already flow. Rejecting makes the client connect anew. */
  connected(connection: EslConnection): Promise<void>;
  disconnected(): void;
}

const firstRetryMs = 100;
const lastRetryMs = 2000;
/** A wrong password is asked about less often. */
const refusedRetryMs = 10_000;
const pingEveryMs = 10_000;

/** An inbound connection: this side dials the switch, and again for ever when it is lost, with back-off. */
export class EslClient {
  readonly #options: EslClientOptions;
  readonly #handlers: EslClientHandlers;
  readonly #log: Log;
  #connection: EslConnection | undefined;
  #ready: EslConnection | undefined;
  #retry: NodeJS.Timeout | undefined;
  #retryMs = firstRetryMs;
  #pinger: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: EslClientOptions, handlers: EslClientHandlers, log: Log) {
    this.#options = options;
    this.#handlers = handlers;
    this.#log = log;
    this.#connect();
  }

  get connected(): boolean {
    return this.#ready !== undefined;
  }

  /** @throws EslDown while there is none */
  get connection(): EslConnection {
    if (this.#ready === undefined) throw new EslDown('event socket', 'not connected');
    return this.#ready;
  }

  /** Closes for good. Calls stay up at the switch. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#deadline);
    clearInterval(this.#pinger);
    this.#connection?.close();
  }

  /** Breaks the connection as a network would; the client comes back by itself. */
  drop(): void {
    this.#connection?.drop();
  }

  #connect(): void {
    const { host, port, timeoutMs } = this.#options;
    const connection = new EslConnection(
      connect({ host, port, keepAlive: true }),
      {
        event: (event) => this.#handlers.event(event),
        authRequest: () => void this.#enter(connection),
        closed: (why) => this.#lost(why),
      },
      { timeoutMs },
    );
    this.#connection = connection;
    // A host that swallows packets, or a port where somebody else listens and says nothing.
    this.#deadline = setTimeout(() => connection.drop(), timeoutMs);
  }

  async #enter(connection: EslConnection): Promise<void> {
    try {
      clearTimeout(this.#deadline);
      await connection.command(`auth ${this.#options.password}`);
      await connection.command(`event ${this.#options.events}`);
      this.#ready = connection;
      await this.#handlers.connected(connection);
      this.#retryMs = firstRetryMs;
      this.#pinger = setInterval(() => this.#ping(connection), pingEveryMs);
      this.#pinger.unref();
    } catch (error) {
      if (error instanceof EslError) this.#retryMs = refusedRetryMs;
      if (!this.#closed)
        this.#log.warn('setting up the connection to the switch failed', { error: String(error) });
      connection.drop();
    }
  }

  /** A half-open connection says nothing: a reply that does not come ends it. */
  #ping(connection: EslConnection): void {
    connection.api('status').catch(() => {});
  }

  #lost(why: string): void {
    clearTimeout(this.#deadline);
    clearInterval(this.#pinger);
    const wasReady = this.#ready !== undefined;
    this.#ready = undefined;
    this.#connection = undefined;
    if (wasReady) this.#handlers.disconnected();
    if (this.#closed) return;
    this.#log.warn('no connection to the switch; trying again', { why, retryMs: this.#retryMs });
    this.#retry = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, Math.max(lastRetryMs, this.#retryMs));
  }
}
