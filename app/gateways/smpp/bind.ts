/** A bind to one SMSC: connects, stays connected, and hands requests over within its window. */
import type { Log } from '../../ports/log.ts';
import { isThrottle, refusal, unavailable } from './statuses.ts';
import type { Alphabet } from './encode.ts';
import { Window } from './window.ts';
import { connectWire, type Wire, type WireRequest, type WireResponse } from './wire.ts';

/** One entry of the section `smpp` of the configuration, with its password. */
export interface BindSlice {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** File of certificates (PEM) that are trusted in place of the system's. */
  readonly tlsCa?: string | undefined;
  readonly tlsClient?: { readonly key: string; readonly cert: string } | undefined;
  readonly mode: 'transceiver' | 'pair';
  readonly systemId: string;
  readonly password: string;
  readonly systemType: string;
  readonly addressRange: string;
  /** Number or name that texts come from. */
  readonly from: string;
  /** Most requests that are unanswered at once. */
  readonly window: number;
  readonly perSecond: number;
  readonly alphabet: Alphabet;
  readonly long: 'udh' | 'payload';
  readonly callback: 'none' | 'access' | 'reference';
  readonly waiting: boolean;
  readonly bareNumbers: 'national' | 'international';
  /** Numbers that it sends to begin so; all numbers if empty. */
  readonly prefixes: readonly string[];
  /** Which SMSC it leads to, by a name of its own; see `smscOf`. */
  readonly smsc?: string | undefined;
}

/** In milliseconds. */
export interface Times {
  /** Longest waits for a connection and for an answer. */
  readonly connectMs: number;
  readonly responseMs: number;
  /** Silence after which the SMSC is asked whether it is there. */
  readonly enquireMs: number;
  /** First and longest wait before connecting again. */
  readonly reconnectMs: number;
  readonly longestReconnectMs: number;
}

export const defaultTimes: Times = {
  connectMs: 10_000,
  responseMs: 10_000,
  enquireMs: 30_000,
  reconnectMs: 1000,
  longestReconnectMs: 60_000,
};

type Role = 'transceiver' | 'transmitter' | 'receiver';

/** How often a text that is throttled is handed over within one try. */
const throttledTries = 4;
/** Longest wait for answers under way when the bind is closed, in milliseconds. */
const drainMs = 2000;

export interface BindDeps {
  /** Which SMSC it leads to: binds to the same one share message ids. */
  readonly smsc: string;
  readonly log: Log;
  readonly times: Times;
  readonly onRequest: (request: WireRequest, wire: Wire, bind: Bind) => void;
}

export class Bind implements AsyncDisposable {
  readonly slice: BindSlice;
  readonly smsc: string;
  readonly #deps: BindDeps;
  readonly #window: Window;
  readonly #stop = new AbortController();
  readonly #wires = new Set<Wire>();
  readonly #running: Promise<void>[];
  /** The wire that texts go out on, while it is bound. */
  #out: Wire | undefined;

  constructor(slice: BindSlice, deps: BindDeps) {
    this.slice = slice;
    this.smsc = deps.smsc;
    this.#deps = { ...deps, log: deps.log.child({ bind: slice.name }) };
    this.#window = new Window(slice.window, slice.perSecond);
    const roles: Role[] = slice.mode === 'pair' ? ['transmitter', 'receiver'] : ['transceiver'];
    this.#running = roles.map((role) => this.#run(role));
  }

  get bound(): boolean {
    return this.#out?.open === true && !this.#stop.signal.aborted;
  }

  /** Requests under way and waiting. */
  get load(): number {
    return this.#window.busy + this.#window.waiting;
  }

  /**
   * Hands over one submit_sm; resolves with the message id where the SMSC gave one.
   * @param late gets the id of a text that was taken after this gave up
   * @throws Fault `gateway-refused` or `gateway-unavailable`
   */
  async submit(
    fields: Readonly<Record<string, unknown>>,
    timeoutMs: number,
    late: (messageId: string | undefined) => void,
  ): Promise<string | undefined> {
    const deadline = performance.now() + timeoutMs;
    for (let tries = 1; ; tries += 1) {
      await this.#window.acquire(Math.max(1, deadline - performance.now()));
      let answer: WireResponse;
      try {
        const wire = this.#out;
        if (wire === undefined || !wire.open) throw unavailable('no connection to the SMSC');
        answer = await wire.request('submit_sm', fields, this.#deps.times.responseMs, (one) => {
          if (one.status === 0) late(one.messageId);
        });
      } finally {
        this.#window.release();
      }
      if (answer.status === 0) {
        this.#window.taken();
        return answer.messageId;
      }
      if (!isThrottle(answer.status)) throw refusal(answer.status);
      this.#window.throttle();
      if (tries >= throttledTries) throw refusal(answer.status);
    }
  }

  /** Lets what is under way end, unbinds and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const deadline = performance.now() + drainMs;
    while (this.#window.busy > 0 && performance.now() < deadline) await pause(20);
    await Promise.all(
      [...this.#wires].map(async (wire) => {
        await wire.request('unbind', {}, Math.min(1000, this.#deps.times.responseMs)).catch(() => undefined);
        wire.destroy();
      }),
    );
    await Promise.all(this.#running);
  }

  async #run(role: Role): Promise<void> {
    const { log, times } = this.#deps;
    const { signal } = this.#stop;
    let waitMs = times.reconnectMs;
    while (!signal.aborted) {
      try {
        const wire = await this.#connect(role);
        waitMs = times.reconnectMs;
        log.info('bound to the SMSC', { role });
        await this.#stay(wire);
        if (!signal.aborted) log.warn('the connection to the SMSC is gone', { role });
      } catch (error) {
        log.warn('no bind to the SMSC', { role, error, retryMs: waitMs });
      }
      if (signal.aborted) return;
      await pause(waitMs, signal);
      waitMs = Math.min(waitMs * 2, times.longestReconnectMs);
    }
  }

  async #connect(role: Role): Promise<Wire> {
    const { slice } = this;
    const { connectMs, responseMs } = this.#deps.times;
    const { host, port, tls, tlsCa, tlsClient } = slice;
    const onRequest = (request: WireRequest, wire: Wire) => this.#deps.onRequest(request, wire, this);
    const { signal } = this.#stop;
    const wire = await connectWire({ host, port, tls, tlsCa, tlsClient, connectMs, signal, onRequest });
    this.#wires.add(wire);
    void wire.closed.then(() => {
      this.#wires.delete(wire);
      if (this.#out === wire) this.#out = undefined;
    });
    try {
      if (signal.aborted) throw unavailable('the bind is closed');
      const { status } = await wire.request(`bind_${role}`, bindFields(slice), responseMs);
      if (status !== 0) throw unavailable(`the SMSC refused the bind: status 0x${status.toString(16)}`);
    } catch (error) {
      wire.destroy();
      throw error;
    }
    if (role !== 'receiver') this.#out = wire;
    return wire;
  }

  /** Until the connection is gone; ends it where the SMSC is silent. */
  async #stay(wire: Wire): Promise<void> {
    const { enquireMs, responseMs } = this.#deps.times;
    let asking = false;
    const timer = setInterval(() => {
      if (asking || performance.now() - wire.heard < enquireMs) return;
      asking = true;
      wire
        .request('enquire_link', {}, responseMs)
        .catch(() => wire.destroy())
        .finally(() => {
          asking = false;
        });
    }, enquireMs / 4);
    await wire.closed;
    clearInterval(timer);
  }
}

function bindFields({ systemId, password, systemType, addressRange }: BindSlice) {
  return {
    system_id: systemId,
    password,
    system_type: systemType,
    interface_version: 0x34,
    addr_ton: 0,
    addr_npi: 0,
    address_range: addressRange,
  };
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
