/** One connection to an SMSC: whole PDUs out of a stream of bytes, and answers to our requests. */
import { readFile } from 'node:fs/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import smpp from 'smpp';
import { statuses, unavailable } from './statuses.ts';

/** Longer ones end the connection: the stream cannot be trusted after them. */
const mostBytes = 16_384;
const headerBytes = 16;
const responseBit = 0x8000_0000;

export interface WireOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** File of certificates (PEM) that are trusted in place of the system's; read anew for each connection. */
  readonly tlsCa?: string | undefined;
  /** Files (PEM) of who we are, for an SMSC that asks; read anew for each connection. */
  readonly tlsClient?: { readonly key: string; readonly cert: string } | undefined;
  /** Longest wait for a connection, in milliseconds. */
  readonly connectMs: number;
  /** Gives up connecting. */
  readonly signal: AbortSignal;
  /** Gets each request of the SMSC. */
  readonly onRequest: (request: WireRequest, wire: Wire) => void;
}

/** A request as it came; its body is not looked at yet. */
export interface WireRequest {
  readonly commandId: number;
  readonly sequence: number;
  /** What follows the header. */
  readonly body: Buffer;
}

export interface WireResponse {
  readonly status: number;
  readonly messageId?: string;
}

interface Waiting {
  /** Which response is the one to the request. */
  readonly responseId: number;
  readonly settle: (response: WireResponse) => void;
  readonly fail: (error: Error) => void;
}

/** @throws Fault `gateway-unavailable` */
export async function connectWire(options: WireOptions): Promise<Wire> {
  const { host, port, tls } = options;
  const own = tls ? await trustOf(options) : {};
  const socket = tls
    ? connectTls({
        host,
        port,
        minVersion: 'TLSv1.2',
        ...own,
        ...(isIP(host) === 0 ? { servername: host } : {}),
      })
    : connectTcp({ host, port });
  const giveUp = (): void => void socket.destroy(new Error('no connection in time'));
  const timer = setTimeout(giveUp, options.connectMs);
  options.signal.addEventListener('abort', giveUp);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(tls ? 'secureConnect' : 'connect', () => resolve());
      socket.once('error', (error) => reject(unavailable('the SMSC cannot be reached', error)));
      if (options.signal.aborted) giveUp();
    });
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', giveUp);
  }
  return new Wire(socket, options.onRequest);
}

async function trustOf({ tlsCa, tlsClient }: WireOptions) {
  return {
    ...(tlsCa === undefined ? {} : { ca: await certificates(tlsCa) }),
    ...(tlsClient === undefined
      ? {}
      : { key: await certificates(tlsClient.key), cert: await certificates(tlsClient.cert) }),
  };
}

async function certificates(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw unavailable('the certificates for the SMSC cannot be read', error);
  }
}

export class Wire {
  /** Settles when the connection is gone. */
  readonly closed: Promise<void>;
  /** When bytes last came, by `performance.now()`. */
  heard = performance.now();
  /** When it was gone, by the same clock. */
  ended: number | undefined;
  readonly #socket: Socket;
  readonly #onRequest: WireOptions['onRequest'];
  readonly #waiting = new Map<number, Waiting>();
  #rest: Buffer = Buffer.alloc(0);
  #sequence = 0;

  constructor(socket: Socket, onRequest: WireOptions['onRequest']) {
    this.#socket = socket;
    this.#onRequest = onRequest;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => socket.destroy());
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.ended = performance.now();
        for (const { fail } of this.#waiting.values()) fail(unavailable('the connection to the SMSC broke'));
        this.#waiting.clear();
        resolve();
      });
    });
  }

  get open(): boolean {
    return this.#socket.writable;
  }

  /**
   * Resolves with the SMSC's answer, of whatever status. An answer that comes after `timeoutMs` goes to `late`.
   * @throws Fault `gateway-unavailable` without an answer: whether the request was taken is then not known
   */
  request(
    command: string,
    fields: Readonly<Record<string, unknown>>,
    timeoutMs: number,
    late?: (response: WireResponse) => void,
  ): Promise<WireResponse> {
    if (!this.open) return Promise.reject(unavailable('the connection to the SMSC broke'));
    this.#sequence = this.#sequence === 0x7fff_ffff ? 1 : this.#sequence + 1;
    const sequence = this.#sequence;
    const bytes = new smpp.PDU(command, { ...fields, sequence_number: sequence }).toBuffer();
    const responseId = (bytes.readUInt32BE(4) | responseBit) >>> 0;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        if (late === undefined) this.#waiting.delete(sequence);
        else this.#waiting.set(sequence, { responseId, settle: late, fail: () => undefined });
        reject(unavailable('the SMSC did not answer in time'));
      }, timeoutMs);
      this.#waiting.set(sequence, {
        responseId,
        settle: (response) => {
          clearTimeout(timer);
          resolve(response);
        },
        fail: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#socket.write(bytes);
    });
  }

  /** Answers whether there was still somebody to answer. */
  respond(command: string, sequence: number, status: number = statuses.ok): boolean {
    if (!this.open) return false;
    this.#socket.write(
      new smpp.PDU(command, { command_status: status, sequence_number: sequence }).toBuffer(),
    );
    return true;
  }

  /** Writes what waits and ends the connection. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.heard = performance.now();
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (this.#rest.length - at >= 4) {
      const length = this.#rest.readUInt32BE(at);
      if (length < headerBytes || length > mostBytes) {
        this.respond('generic_nack', 0, statuses.invalidLength);
        this.#socket.destroySoon();
        this.#rest = Buffer.alloc(0);
        this.#socket.removeAllListeners('data');
        return;
      }
      if (this.#rest.length - at < length) break;
      this.#take(this.#rest.subarray(at, at + length));
      at += length;
    }
    // A copy, so that a few bytes left over do not hold on to a large chunk.
    this.#rest = at === this.#rest.length ? Buffer.alloc(0) : Buffer.from(this.#rest.subarray(at));
  }

  #take(frame: Buffer): void {
    const commandId = frame.readUInt32BE(4);
    const sequence = frame.readUInt32BE(12);
    if (commandId < responseBit) {
      this.#onRequest({ commandId, sequence, body: Buffer.from(frame.subarray(headerBytes)) }, this);
      return;
    }
    const waiting = this.#waiting.get(sequence);
    if (waiting === undefined) return;
    this.#waiting.delete(sequence);
    const status = frame.readUInt32BE(8);
    // What is no answer to this request, such as a generic_nack, cannot say that it was taken.
    const fits = commandId === waiting.responseId;
    waiting.settle(fits ? { status, ...idOf(frame) } : { status: status || statuses.systemError });
  }
}

/** The message id of a submit_sm_resp, which ends with a NUL or, from some, with the PDU. */
function idOf(frame: Buffer): { messageId?: string } {
  const body = frame.subarray(headerBytes);
  const end = body.indexOf(0);
  const id = body.subarray(0, end < 0 ? body.length : end).toString('latin1');
  return /^[\x21-\x7e]{1,128}$/.test(id) ? { messageId: id } : {};
}
