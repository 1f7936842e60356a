/**
 * One connection to a drachtio-server: the only file that knows drachtio-srf, whose shipped types are not those of its
 * functions. It is used for one connection and then thrown away, so that its own reconnecting (without limit, four times
 * a second after a wrong secret) never begins; see docs/decisions/0029-drachtio.md.
 */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import Srf from 'drachtio-srf';
import type { SipHeaders, SipOutgoing, SipRequest, SipResponse } from './sip.ts';

interface NarrowRequest {
  readonly method: string;
  readonly uri: string;
  readonly body?: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  readonly receivedOn?: string;
  readonly stackTxnId: string;
  readonly stackDialogId?: string;
  get(name: string): string | undefined;
}

interface NarrowResponse {
  readonly stackDialogId?: string;
  send(status: number, options: { headers: SipHeaders }, sent: (error: unknown) => void): void;
}

interface NarrowSent {
  on(event: 'response', fn: (response: { status: number; source_address: string }) => void): void;
}

interface ProxyOptions {
  readonly recordRoute: boolean;
  readonly provisionalTimeout: string;
  readonly headers: SipHeaders;
}

type ProxyDone = (error: unknown, result?: { readonly finalStatus?: number }) => void;

interface NarrowSrf {
  use(method: string, handler: (request: NarrowRequest, response: NarrowResponse) => void): void;
  on(event: 'connect' | 'error' | 'close', fn: (error?: unknown, hostports?: unknown) => void): void;
  connect(options: {
    readonly host: string;
    readonly port: number;
    readonly secret: string;
    readonly reconnect: { readonly maxAttempts: number };
  }): void;
  request(
    uri: string,
    options: {
      readonly method: string;
      readonly headers: SipHeaders;
      readonly body?: string;
      readonly stackDialogId?: string;
    },
    sent: (error: unknown, request?: NarrowSent) => void,
  ): void;
  proxyRequest(request: NarrowRequest, targets: string[], options: ProxyOptions, done: ProxyDone): void;
  unregisterForMessages(method: string): void;
  readonly app: { readonly client: { readonly wp: Wire } };
}

interface Wire extends EventEmitter {
  send(socket: Socket, frame: string): string;
}

export interface Answerer {
  /** @param sent gets an error if it did not go out, else the dialog that it made or was in */
  send(status: number, headers: SipHeaders, sent: (error: unknown, dialog: string) => void): void;
  proxy(
    targets: readonly string[],
    options: {
      readonly headers: SipHeaders;
      readonly recordRoute: boolean;
      readonly provisionalMs: number;
    },
    done: (error: unknown, status: number | undefined) => void,
  ): void;
}

export interface ConnectionEvents {
  /** Connected, and the secret was right. @param hostports `udp/host:port` and the like, where the server speaks SIP */
  up(hostports: string): void;
  /** The secret was wrong. */
  refused(): void;
  /** The connection is gone or never was. May come more than once. */
  down(error: unknown): void;
  request(request: SipRequest, answerer: Answerer): void;
}

export interface Connection {
  /**
   * @param sent is called when the server has taken the frame or refused it; `code` of the error is ENODIALOG for a dialog
   * that it does not know
   * @param answered gets each response
   */
  request(out: SipOutgoing, sent: (error: unknown) => void, answered: (response: SipResponse) => void): void;
  /** Answers what came over another connection to the same server, which is gone. */
  answerLate(transaction: string, status: number): void;
  /** Has new requests sent elsewhere; what is pending can still be answered. */
  unroute(): void;
  destroy(): void;
}

export function connectDrachtio(
  to: { readonly host: string; readonly port: number; readonly secret: string },
  methods: readonly string[],
  events: ConnectionEvents,
): Connection {
  const srf = new Srf() as unknown as NarrowSrf;
  let socket: Socket | undefined;
  let ended = false;
  const fail = (error: unknown): void => {
    socket?.destroy();
    events.down(error);
  };
  srf.on('error', fail);
  srf.on('close', () => events.down(new Error('the connection was closed')));
  srf.on('connect', (error, hostports) => {
    if (ended) socket?.destroy();
    else if (error) events.refused();
    else events.up(String(hostports));
  });
  // All handlers come before the one connect: a later one would announce them all again, and double this node's share.
  for (const method of methods) {
    srf.use(method, (request, response) => {
      events.request(readRequest(request), answererOf(srf, request, response));
    });
  }
  srf.connect({ ...to, reconnect: { maxAttempts: 1 } });
  const { wp } = srf.app.client;
  wp.on('connect', (connected: Socket) => {
    socket = connected;
    if (ended) connected.destroy();
    else guard(connected, fail);
  });
  return {
    request({ method, uri, headers, body, dialog }, sent, answered) {
      const options = {
        method,
        // The library changes what it is given.
        headers: { ...headers },
        ...(body === undefined ? {} : { body }),
        ...(dialog === undefined ? {} : { stackDialogId: dialog }),
      };
      // With a promise instead of this callback an answer in the same chunk as the echo would be missed.
      srf.request(uri, options, (error, request) => {
        request?.on('response', ({ status, source_address }) =>
          answered({ status, fromPeer: source_address !== '' }),
        );
        sent(error ?? undefined);
      });
    },
    answerLate(transaction, status) {
      if (socket === undefined || socket.destroyed) return;
      const reason = status < 300 ? 'Accepted' : 'Failed';
      wp.send(socket, `sip|${transaction}|\r\nSIP/2.0 ${status} ${reason}\r\nContent-Length: 0\r\n\r\n`);
    },
    unroute() {
      const [first] = methods;
      // It takes back the routes of this connection for all methods, whichever is named.
      if (first !== undefined && socket?.destroyed === false) srf.unregisterForMessages(first);
    },
    destroy() {
      ended = true;
      socket?.destroy();
    },
  };
}

/** What is no frame, or of no known type, is an exception that nobody catches in the library: it ends the connection here. */
function guard(socket: Socket, fail: (error: unknown) => void): void {
  for (const listener of socket.listeners('data') as ((chunk: Buffer) => void)[]) {
    socket.off('data', listener);
    socket.on('data', (chunk: Buffer) => {
      if (socket.destroyed) return;
      try {
        listener.call(socket, chunk);
      } catch (error) {
        fail(error);
      }
    });
  }
}

function readRequest(request: NarrowRequest): SipRequest {
  const { method, uri, source_address: address, source_port: port, protocol } = request;
  return {
    method,
    uri,
    header: (name) => request.get(name),
    body: request.body ?? '',
    peer: { address, port, protocol },
    receivedOn: request.receivedOn,
    transaction: request.stackTxnId,
    dialog: request.stackDialogId ?? '',
  };
}

function answererOf(srf: NarrowSrf, request: NarrowRequest, response: NarrowResponse): Answerer {
  return {
    send(status, headers, sent) {
      response.send(status, { headers: { ...headers } }, (error) =>
        sent(error ?? undefined, response.stackDialogId ?? ''),
      );
    },
    proxy(targets, { headers, recordRoute, provisionalMs }, done) {
      const options = { recordRoute, provisionalTimeout: `${provisionalMs}ms`, headers: { ...headers } };
      srf.proxyRequest(request, [...targets], options, (error, result) =>
        done(error ?? undefined, result?.finalStatus),
      );
    },
  };
}
