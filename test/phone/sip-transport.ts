import { createSocket, type Socket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { DeadlinePassed } from './changes.ts';
import { composeSip, header, parseSip, type Peer, type SipRequest, type SipResponse } from './sip-message.ts';

/** A request before it has a Via. Values are raw, without CRLF at their end. */
export interface OutRequest {
  readonly method: string;
  readonly uri: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
  readonly lines: readonly string[];
  readonly body: Buffer;
  readonly peer: Peer;
}

interface Transaction {
  readonly request: OutRequest;
  readonly branch: string;
  readonly progress: (response: SipResponse) => void;
  readonly finish: (response: SipResponse) => void;
  retransmit: NodeJS.Timeout | undefined;
}

export interface ReplyParts {
  readonly tag?: string;
  readonly lines?: readonly string[];
  readonly body?: Buffer;
}

export interface TransportEvents {
  /** Each request once: retransmissions are answered from memory. */
  readonly request: (request: SipRequest) => void;
  /** A response after its transaction ended, e.g. a repeated 200 that wants its ACK again. */
  readonly lateResponse: (response: SipResponse) => void;
}

/** RFC 3261, 17.1.1.1: estimate of the round-trip time, in milliseconds. */
const t1 = 500;

/** SIP over one UDP socket on loopback: transactions with retransmission, both ways. */
export class SipTransport implements AsyncDisposable {
  readonly host = '127.0.0.1';
  readonly #socket: Socket;
  readonly #events: TransportEvents;
  readonly #transactions = new Map<string, Transaction>();
  readonly #replies = new Map<string, Buffer | undefined>();
  #closed = false;

  private constructor(socket: Socket, events: TransportEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.on('message', (raw, from) => this.#receive(raw, { host: from.address, port: from.port }));
  }

  /** @param port 0 takes a free one. */
  static async open(port: number, events: TransportEvents): Promise<SipTransport> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, '127.0.0.1', resolve);
    });
    socket.removeAllListeners('error');
    socket.on('error', () => undefined);
    return new SipTransport(socket, events);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Sends a request and waits for its final response; failed INVITEs are acknowledged here. */
  transact(
    request: OutRequest,
    withinMs: number,
    progress: (response: SipResponse) => void = () => undefined,
  ): Transacting {
    const branch = newBranch();
    const key = `${branch} ${request.method}`;
    let deadline: NodeJS.Timeout | undefined;
    const final = new Promise<SipResponse>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(deadline);
        clearTimeout(transaction.retransmit);
        this.#transactions.delete(key);
      };
      const finish = (response: SipResponse): void => {
        end();
        resolve(response);
      };
      const transaction: Transaction = { request, branch, progress, finish, retransmit: undefined };
      this.#transactions.set(key, transaction);
      deadline = setTimeout(() => {
        end();
        reject(
          new DeadlinePassed(`final response to ${request.method} ${request.uri}: not within ${withinMs} ms`),
        );
      }, withinMs);
      this.#sendRepeatedly(transaction, t1);
    });
    return { branch, final };
  }

  /** Sends a request that has no response or whose response nobody waits for: ACK. */
  send(request: OutRequest, branch = newBranch()): void {
    this.#write(this.#compose(request, branch), request.peer);
  }

  reply(request: SipRequest, status: number, reason: string, parts: ReplyParts = {}): void {
    const to = header(request, 'to');
    const tagged = /;\s*tag=/i.test(to) || status === 100 ? to : `${to};tag=${parts.tag ?? newToken()}`;
    const lines = [
      ...(request.headers.get('via') ?? []).map((via) => `Via: ${via}`),
      `From: ${header(request, 'from')}`,
      `To: ${tagged}`,
      `Call-ID: ${header(request, 'call-id')}`,
      `CSeq: ${header(request, 'cseq')}`,
      ...(parts.lines ?? []),
    ];
    const bytes = composeSip(`SIP/2.0 ${status} ${reason}`, lines, parts.body ?? Buffer.alloc(0));
    this.#replies.set(replyKey(request), bytes);
    this.#write(bytes, request.source);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const transaction of this.#transactions.values()) clearTimeout(transaction.retransmit);
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #sendRepeatedly(transaction: Transaction, waitMs: number): void {
    if (this.#closed) return;
    this.send(transaction.request, transaction.branch);
    transaction.retransmit = setTimeout(
      () => this.#sendRepeatedly(transaction, Math.min(waitMs * 2, 4000)),
      waitMs,
    );
  }

  #compose(request: OutRequest, branch: string): Buffer {
    const lines = [
      `Via: SIP/2.0/UDP ${this.host}:${this.port};rport;branch=${branch}`,
      'Max-Forwards: 70',
      `From: ${request.from}`,
      `To: ${request.to}`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${request.cseq} ${request.method}`,
      ...request.lines,
    ];
    return composeSip(`${request.method} ${request.uri} SIP/2.0`, lines, request.body);
  }

  #write(bytes: Buffer, peer: Peer): void {
    if (!this.#closed) this.#socket.send(bytes, peer.port, peer.host);
  }

  #receive(raw: Buffer, source: Peer): void {
    const message = parseSip(raw, source, performance.now());
    if (message?.kind === 'response') this.#response(message);
    else if (message?.kind === 'request') this.#request(message);
  }

  #response(response: SipResponse): void {
    const branch = branchOf(header(response, 'via'));
    const method = header(response, 'cseq').split(/\s+/)[1] ?? '';
    const transaction = this.#transactions.get(`${branch} ${method}`);
    if (transaction === undefined) return this.#events.lateResponse(response);
    clearTimeout(transaction.retransmit);
    if (response.status < 200) return transaction.progress(response);
    if (method === 'INVITE' && response.status >= 300) this.#acknowledgeFailure(transaction, response);
    transaction.finish(response);
  }

  /** RFC 3261, 17.1.1.3: the ACK of a failure belongs to the INVITE's transaction. */
  #acknowledgeFailure(transaction: Transaction, response: SipResponse): void {
    const ack = {
      ...transaction.request,
      method: 'ACK',
      to: header(response, 'to'),
      lines: [],
      body: Buffer.alloc(0),
    };
    this.send(ack, transaction.branch);
  }

  #request(request: SipRequest): void {
    if (request.method !== 'ACK') {
      const key = replyKey(request);
      if (this.#replies.has(key)) {
        const bytes = this.#replies.get(key);
        if (bytes !== undefined) this.#write(bytes, request.source);
        return;
      }
      this.#replies.set(key, undefined);
    }
    this.#events.request(request);
  }
}

export interface Transacting {
  readonly branch: string;
  readonly final: Promise<SipResponse>;
}

export function newToken(): string {
  return randomBytes(8).toString('hex');
}

function newBranch(): string {
  return `z9hG4bK${newToken()}`;
}

function branchOf(via: string): string {
  return /;\s*branch=([^;,\s]+)/i.exec(via)?.[1] ?? '';
}

function replyKey(request: SipRequest): string {
  return `${branchOf(header(request, 'via'))} ${request.method} ${header(request, 'call-id')}`;
}
