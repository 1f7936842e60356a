import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Log } from '../../../ports/log.ts';
import { AriDown, AriError, AriTimeout, type RequestFailure } from './errors.ts';
import { openHttp } from './http.ts';
import type { AriHttp } from './http.ts';
import { asEvent } from './resources.ts';
import type { AriEvent } from './resources.ts';

export interface AriOptions {
  /** Base address without `/ari`, as http://127.0.0.1:8088. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Stasis applications served over this one connection. */
  readonly apps: readonly string[];
  /** Longest wait for one answer, in milliseconds. */
  readonly timeoutMs: number;
}

export interface AriHandlers {
  /** A connection is there; events already flow. Rejecting makes the client connect anew. */
  connected(): Promise<void>;
  event(event: AriEvent): void;
  disconnected(): void;
  /** Another client took the applications over: this one does not come back. */
  replaced(): void;
  /** A request has ended, after so many seconds. `resource` is the first part of its path. */
  answered?: ((resource: string, seconds: number, failed: RequestFailure | undefined) => void) | undefined;
}

export type Query = Readonly<Record<string, string | number | boolean>>;

interface Pending {
  readonly method: string;
  readonly uri: string;
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly asked: number;
  readonly deadline: number;
}

interface RestResponse {
  readonly request_id: string;
  readonly status_code: number;
  readonly reason_phrase: string;
  readonly message_body?: string;
}

const firstRetryMs = 100;
const lastRetryMs = 2000;
const pingEveryMs = 10_000;

/**
 * Asterisk's REST interface: events and requests over one WebSocket (REST over WebSocket, Asterisk 22), which is
 * cheaper than HTTP and keeps order. Reconnects for ever with back-off, unless another client took over.
 */
export class AriClient {
  readonly http: AriHttp;
  readonly #options: AriOptions;
  readonly #handlers: AriHandlers;
  readonly #log: Log;
  readonly #authorization: string;
  readonly #pending = new Map<string, Pending>();
  readonly #sweeper: NodeJS.Timeout;
  #socket: WebSocket | undefined;
  /** The TCP connection below the WebSocket. */
  #stream: Socket | undefined;
  /** Holds back what is asked until the end of this turn of the event loop. */
  #gathering: Socket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #retryMs = firstRetryMs;
  #next = 0;
  #heard = true;
  #lastSweep = performance.now();
  #lastPing = performance.now();
  #end: 'closed' | 'replaced' | undefined;

  constructor(options: AriOptions, handlers: AriHandlers, log: Log) {
    this.#options = options;
    this.#handlers = handlers;
    this.#log = log;
    this.#authorization = `Basic ${Buffer.from(`${options.user}:${options.password}`).toString('base64')}`;
    this.http = openHttp({
      url: options.url,
      authorization: this.#authorization,
      timeoutMs: options.timeoutMs,
      onAnswer: (path, asked, failed) => this.#told(path, asked, failed),
    });
    this.#sweeper = setInterval(() => this.#sweep(), 250);
    this.#sweeper.unref();
    this.#connect();
  }

  get connected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /**
   * One request; `uri` without `/ari/`, path parts encoded. Order of requests is kept by the switch.
   * @throws AriError with the status; AriDown without or on loss of connection; AriTimeout.
   */
  request(method: string, uri: string, query?: Query, body?: unknown): Promise<unknown> {
    const socket = this.#socket;
    const asked = performance.now();
    if (socket?.readyState !== WebSocket.OPEN) {
      this.#told(uri, asked, 'down');
      return Promise.reject(new AriDown(`${method} ${uri}: not connected`));
    }
    const id = String(++this.#next);
    const message = {
      type: 'RESTRequest',
      request_id: id,
      method,
      uri,
      ...(query === undefined
        ? undefined
        : { query_strings: Object.entries(query).map(([name, value]) => ({ name, value: String(value) })) }),
      ...(body === undefined
        ? undefined
        : { content_type: 'application/json', message_body: JSON.stringify(body) }),
    };
    return new Promise((resolve, reject) => {
      this.#pending.set(id, {
        method,
        uri,
        resolve,
        reject,
        asked,
        deadline: asked + this.#options.timeoutMs,
      });
      this.#gather();
      socket.send(JSON.stringify(message));
    });
  }

  /** Closes for good. Calls stay up at the switch. */
  close(): void {
    if (this.#end === undefined) this.#end = 'closed';
    clearTimeout(this.#retry);
    clearInterval(this.#sweeper);
    this.http.close();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) socket.terminate();
    this.#rejectAll('closed');
  }

  /** Breaks the connection as a network would; the client comes back by itself. */
  drop(): void {
    this.#socket?.terminate();
  }

  /** Requests of one turn of the event loop go out in one write: the write is what costs. */
  #gather(): void {
    const stream = this.#stream;
    if (stream === undefined || this.#gathering === stream) return;
    this.flush();
    this.#gathering = stream;
    stream.cork();
    setImmediate(() => this.flush());
  }

  /** Sends what was asked so far now, and not at the end of the turn: for what somebody waits for. */
  flush(): void {
    const stream = this.#gathering;
    this.#gathering = undefined;
    stream?.uncork();
  }

  #connect(): void {
    const base = this.#options.url.replace(/^http/, 'ws').replace(/\/+$/, '');
    const apps = this.#options.apps.map(encodeURIComponent).join(',');
    const socket = new WebSocket(`${base}/ari/events?app=${apps}`, {
      headers: { authorization: this.#authorization },
      handshakeTimeout: this.#options.timeoutMs,
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    this.#socket = socket;
    let failure = '';
    socket.on('upgrade', (response) => (this.#stream = response.socket));
    socket.on('open', () => this.#opened(socket));
    socket.on('message', (data) => {
      if (this.#socket === socket) this.#message(data as Buffer);
    });
    socket.on('pong', () => (this.#heard = true));
    socket.on('error', (error) => (failure = error.message));
    socket.on('close', (code) => this.#closed(socket, code, failure));
  }

  #opened(socket: WebSocket): void {
    this.#heard = true;
    this.#handlers.connected().then(
      () => (this.#retryMs = firstRetryMs),
      (error: unknown) => {
        if (this.#end === undefined)
          this.#log.warn('setting up the connection to the switch failed', { error: String(error) });
        socket.terminate();
      },
    );
  }

  #closed(socket: WebSocket, code: number, failure: string): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#rejectAll(`connection lost (${code})`);
    this.#handlers.disconnected();
    if (this.#end !== undefined) return;
    this.#log.warn('no connection to the switch; trying again', { code, failure, retryMs: this.#retryMs });
    this.#retry = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, lastRetryMs);
  }

  #message(data: Buffer): void {
    this.#heard = true;
    let message: Record<string, unknown>;
    try {
      message = JSON.parse(data.toString('utf8')) as Record<string, unknown>;
    } catch {
      this.#log.warn('the switch sent something that is not JSON', { bytes: data.length });
      return;
    }
    if (message['type'] === 'RESTResponse') this.#response(message as unknown as RestResponse);
    else {
      const event = asEvent(message);
      if (event?.type === 'ApplicationReplaced') this.#replaced();
      else if (event !== undefined) this.#handle(event);
    }
  }

  #handle(event: AriEvent): void {
    try {
      this.#handlers.event(event);
    } catch (error) {
      this.#log.error('an event of the switch could not be handled', {
        type: event.type,
        error: String(error),
      });
    }
  }

  #response(response: RestResponse): void {
    const pending = this.#pending.get(response.request_id);
    if (pending === undefined) return;
    this.#pending.delete(response.request_id);
    const refused = response.status_code >= 400;
    this.#told(pending.uri, pending.asked, refused ? 'refused' : undefined);
    if (refused) {
      const text = response.message_body ?? response.reason_phrase;
      pending.reject(new AriError(pending.method, pending.uri, response.status_code, text));
    } else pending.resolve(response.message_body ? parsed(response.message_body) : undefined);
  }

  #replaced(): void {
    if (this.#end !== undefined) return;
    this.#end = 'replaced';
    this.#log.error('another client has taken over the application at the switch; not connecting again', {
      apps: this.#options.apps,
    });
    this.#handlers.replaced();
    this.close();
  }

  /** Ends requests past their deadline, and connections on which nothing has been heard since the last ping. */
  #sweep(): void {
    const now = performance.now();
    const stalled = now - this.#lastSweep > 1000;
    this.#lastSweep = now;
    // After a stall of our own the answers may lie unread in the socket: they get another round.
    if (stalled) return;
    for (const [id, pending] of this.#pending) {
      if (pending.deadline > now) break;
      this.#pending.delete(id);
      this.#told(pending.uri, pending.asked, 'timeout');
      pending.reject(new AriTimeout(pending.method, pending.uri, this.#options.timeoutMs));
    }
    if (!this.connected || now - this.#lastPing < pingEveryMs) return;
    this.#lastPing = now;
    if (!this.#heard) this.#socket?.terminate();
    this.#heard = false;
    this.#socket?.ping();
  }

  #rejectAll(why: string): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const one of pending) {
      this.#told(one.uri, one.asked, 'down');
      one.reject(new AriDown(`${one.method} ${one.uri}: ${why}`));
    }
  }

  #told(uri: string, asked: number, failed: RequestFailure | undefined): void {
    const [resource = ''] = uri.split(/[/?]/, 1);
    this.#handlers.answered?.(resource, (performance.now() - asked) / 1000, failed);
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
