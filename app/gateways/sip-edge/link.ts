/** The link to the drachtio-server: connects, stays connected, answers each request, and lets no request wait for ever. */
import { Fault, isTemporary } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';
import { connectDrachtio, type Answerer, type Connection } from './drachtio.ts';
import { FrameGate, gone } from './frame-gate.ts';
import {
  answer,
  checkHeaders,
  checkTokens,
  tryLater,
  type SipHandler,
  type SipOutgoing,
  type SipReply,
  type SipRequest,
  type SipResponse,
} from './sip.ts';

export interface LinkSettings {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

/** In milliseconds. */
export interface LinkTimes {
  /** Longest wait for the server to take the connection and the secret. */
  readonly connectMs: number;
  /** First and longest wait before connecting again; after a wrong secret it is always the longest. */
  readonly reconnectMs: number;
  readonly longestReconnectMs: number;
  /** Longest wait for the answer to a request: more than the 32 s after which the server answers 408 itself. */
  readonly answerMs: number;
  /** Longest work on a request that came in: less than the 32 s after which its sender gives up. */
  readonly handlerMs: number;
  /** How often it is looked whether the server still reads, and how long that may take. */
  readonly probeMs: number;
  readonly probeAnswerMs: number;
  /** Longest wait for requests under way when the link is closed. */
  readonly drainMs: number;
}

export const defaultTimes: LinkTimes = {
  connectMs: 5000,
  reconnectMs: 250,
  longestReconnectMs: 15_000,
  answerMs: 40_000,
  handlerMs: 25_000,
  probeMs: 15_000,
  probeAnswerMs: 5000,
  drainMs: 5000,
};

/** Longest body that is sent, in bytes: a frame of 12 kB would silence the connection for good. */
export const mostBodyBytes = 10_000;
/** Most requests in work at once. */
const mostWorking = 500;
/** A dialog that no server has: it says so, and so that it reads. */
const noDialog = 'answerback-probe;from-tag=none';
/** How long a call may be on its way through the door before it is forgotten, in milliseconds. */
const proxyMs = 300_000;

export class SipLink implements AsyncDisposable {
  readonly #settings: LinkSettings;
  readonly #handlers: ReadonlyMap<string, SipHandler>;
  readonly #log: Log;
  readonly #times: LinkTimes;
  /** Of the requests without an answer: what ends them when the connection is gone. */
  readonly #pending = new Set<(fault: Fault) => void>();
  #connection: Connection | undefined;
  #gate = new FrameGate();
  #up = false;
  #sip = 'localhost';
  #draining = false;
  #closed = false;
  #waitMs: number;
  #working = 0;
  #retry: NodeJS.Timeout | undefined;
  #probe: NodeJS.Timeout | undefined;

  constructor(
    settings: LinkSettings,
    handlers: ReadonlyMap<string, SipHandler>,
    log: Log,
    times: LinkTimes = defaultTimes,
  ) {
    this.#settings = settings;
    this.#handlers = handlers;
    this.#log = log;
    this.#times = times;
    this.#waitMs = times.reconnectMs;
    this.#connect();
  }

  get up(): boolean {
    return this.#up;
  }

  /** `host:port` where the server speaks SIP, for a Contact: within a dialog it drops one of `localhost`. */
  get sip(): string {
    return this.#sip;
  }

  /** No new work is taken any more. */
  get draining(): boolean {
    return this.#draining;
  }

  /**
   * Sends a request; resolves with its final answer, whatever that is.
   * @throws Fault `invalid`; `not-found` for a dialog that the server does not know; `gateway-unavailable` (temporary) without
   * the server, or where the answer does not come: then it may have been taken all the same
   */
  async request(out: SipOutgoing, answerMs = this.#times.answerMs): Promise<SipResponse> {
    checkHeaders(out.headers);
    checkTokens(out.method, out.uri, out.dialog);
    const bodyBytes = Buffer.byteLength(out.body ?? '');
    if (bodyBytes > mostBodyBytes)
      throw new Fault('gateway-refused', 'the body is too long', { temporary: false });
    const connection = this.#connection;
    if (connection === undefined || !this.#up) throw gone();
    const release = await this.#gate.enter(frameBytes(out.headers, bodyBytes));
    return this.#outcome(answerMs, release, (resolve, reject) => {
      const sent = (error: unknown): void => {
        release();
        if (error !== undefined) reject(refusedBy(error));
      };
      connection.request(out, sent, (response) => {
        if (response.status >= 200) resolve(response);
      });
    });
  }

  /** Lets what is under way end, and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#draining = true;
    try {
      this.#connection?.unroute();
    } catch (error) {
      this.#log.debug('routes were not taken back', { error });
    }
    const end = performance.now() + this.#times.drainMs;
    while (this.#up && this.#working + this.#pending.size > 0 && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 10));
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#lost(undefined);
  }

  #connect(): void {
    let over = false;
    const lose = (waitMs: number, error: unknown): void => {
      if (over) return;
      over = true;
      clearTimeout(deadline);
      if (this.#closed) return;
      this.#lost(error);
      const longest = this.#times.longestReconnectMs;
      const retryMs = Math.min(waitMs, longest);
      this.#waitMs = Math.min(this.#waitMs * 2, longest);
      this.#log.warn('no connection to the SIP edge', { error: String(error), retryMs });
      this.#retry = setTimeout(() => this.#connect(), retryMs);
    };
    const connection = connectDrachtio(this.#settings, [...this.#handlers.keys()], {
      up: (hostports) => {
        if (over) return;
        this.#sip = sipAddress(hostports);
        clearTimeout(deadline);
        this.#up = true;
        this.#waitMs = this.#times.reconnectMs;
        this.#log.info('connected to the SIP edge');
        this.#probe = setTimeout(() => void this.#look(connection), this.#times.probeMs);
      },
      refused: () => lose(Infinity, new Error('the secret is wrong')),
      down: (error) => lose(this.#waitMs, error),
      request: (request, answerer) => void this.#take(request, answerer, connection),
    });
    const deadline = setTimeout(() => {
      lose(this.#waitMs, new Error('the server does not answer'));
    }, this.#times.connectMs);
    this.#gate = new FrameGate();
    this.#connection = connection;
  }

  #lost(error: unknown): void {
    this.#up = false;
    clearTimeout(this.#probe);
    this.#connection?.destroy();
    this.#connection = undefined;
    this.#gate.close();
    const fault = gone(error);
    for (const reject of this.#pending) reject(fault);
  }

  /** A connection whose other end reads no more stays up: only an answer shows that it does. */
  async #look(connection: Connection): Promise<void> {
    const answered = await new Promise<boolean>((resolve) => {
      const late = setTimeout(() => resolve(false), this.#times.probeAnswerMs);
      const heard = (): void => {
        clearTimeout(late);
        resolve(true);
      };
      try {
        const headers = { Event: 'message-summary', 'Subscription-State': 'active' };
        connection.request(
          { method: 'NOTIFY', uri: 'sip:placeholder', headers, dialog: noDialog },
          heard,
          heard,
        );
      } catch {
        clearTimeout(late);
        resolve(false);
      }
    });
    if (this.#connection !== connection) return;
    // Its end is told of like any other.
    if (answered) this.#probe = setTimeout(() => void this.#look(connection), this.#times.probeMs);
    else connection.destroy();
  }

  /** Never rejects: each request is answered, whatever becomes of its handler. */
  async #take(request: SipRequest, answerer: Answerer, from: Connection): Promise<void> {
    const handler = this.#handlers.get(request.method.toLowerCase());
    this.#working += 1;
    try {
      const reply =
        handler === undefined
          ? answer(405)
          : this.#working > mostWorking
            ? tryLater()
            : await this.#handled(handler, request);
      await this.#reply(request, reply, answerer, from);
    } catch (error) {
      this.#log.warn('a request got no answer', { method: request.method, error });
    } finally {
      this.#working -= 1;
    }
  }

  async #handled(handler: SipHandler, request: SipRequest): Promise<SipReply> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<SipReply>((resolve) => {
      timer = setTimeout(() => resolve(tryLater()), this.#times.handlerMs);
    });
    try {
      return await Promise.race([handler(request), late]);
    } catch (error) {
      const known = error instanceof Fault && isTemporary(error);
      this.#log.warn('a request waits or failed', { method: request.method, error });
      return known ? tryLater() : answer(500);
    } finally {
      clearTimeout(timer);
    }
  }

  async #reply(request: SipRequest, reply: SipReply, answerer: Answerer, from: Connection): Promise<void> {
    const headers = reply.headers ?? {};
    checkHeaders(headers);
    if (from !== this.#connection) {
      // The server still waits for an answer, and takes it from whoever knows the transaction.
      if (reply.kind === 'answer' && this.#up)
        this.#connection?.answerLate(request.transaction, reply.status);
      return;
    }
    // The answer repeats these headers of the request.
    const echoed = ['from', 'to', 'call-id', 'cseq']
      .map((name) => request.header(name) ?? '')
      .join('').length;
    const release = await this.#gate.enter(frameBytes(headers, echoed));
    if (reply.kind === 'answer') {
      const dialog = await this.#outcome<string>(this.#times.answerMs, release, (resolve, reject) =>
        answerer.send(reply.status, headers, (error, made) => {
          release();
          if (error === undefined) resolve(made);
          else reject(refusedBy(error));
        }),
      );
      reply.sent?.(dialog);
      return;
    }
    checkTokens(...reply.targets);
    // Final answers come minutes later; the frame itself is small.
    release();
    const { recordRoute, provisionalMs } = reply;
    const status = await this.#outcome<number | undefined>(proxyMs, release, (resolve, reject) =>
      answerer.proxy(reply.targets, { headers, recordRoute, provisionalMs }, (error, final) =>
        error === undefined ? resolve(final) : reject(refusedBy(error)),
      ),
    );
    reply.done?.(status);
  }

  /** What `begin` resolves with; rejects too late or when the connection is gone. */
  #outcome<T>(
    mostMs: number,
    release: () => void,
    begin: (resolve: (value: T) => void, reject: (error: Fault) => void) => void,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#pending.delete(fail);
      };
      const fail = (error: Fault): void => {
        settle();
        release();
        reject(error);
      };
      const timer = setTimeout(
        () => fail(new Fault('gateway-unavailable', 'no answer over SIP', { temporary: true })),
        mostMs,
      );
      this.#pending.add(fail);
      try {
        begin((value) => {
          settle();
          resolve(value);
        }, fail);
      } catch (error) {
        // The library throws where there is no connection.
        fail(gone(error));
      }
    });
  }
}

/** Of `tcp/10.0.0.1:5060,udp/10.0.0.1:5060` one, UDP before others. */
function sipAddress(hostports: string): string {
  const all = hostports.split(',').map((one) => one.trim().split('/'));
  const [, address] = all.find(([protocol]) => protocol === 'udp') ?? all[0] ?? [];
  return address !== undefined && /^[A-Za-z0-9.:[\]-]+$/.test(address) ? address : 'localhost';
}

function frameBytes(headers: Readonly<Record<string, string>>, rest: number): number {
  // Start line, ids and what the library adds.
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    rest + 400,
  );
}

function refusedBy(error: unknown): Fault {
  const { code, message } =
    error instanceof Error
      ? (error as Error & { code?: string })
      : { code: undefined, message: String(error) };
  if (code === 'ENODIALOG')
    return new Fault('not-found', 'no such dialog', { temporary: false, cause: error });
  return new Fault('gateway-refused', `the SIP edge refused it: ${message}`, {
    temporary: false,
    cause: error,
  });
}
