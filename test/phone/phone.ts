/** A SIP telephone on loopback for tests: real signalling and sound over UDP. */
import { PhoneCall } from './call.ts';
import { Changes } from './changes.ts';
import { Dialog, type DialogParts } from './dialog.ts';
import { answerChallenge, type Credentials } from './digest.ts';
import { parseNotice, parseText, type LampNotice, type ReceivedText } from './received.ts';
import { RtpStream } from './rtp-stream.ts';
import type { Codec } from './sdp.ts';
import { header, utf8AsLatin1, type Peer, type SipRequest, type SipResponse } from './sip-message.ts';
import { newToken, SipTransport, type OutRequest } from './sip-transport.ts';

export interface PhoneOptions {
  /** Where requests go: the switch. */
  readonly server: Peer;
  /** Its own number or name: user of From and Contact. */
  readonly number: string;
  readonly codec?: Codec;
  /** SIP port to bind; 0 (default) takes a free one. */
  readonly port?: number;
  /** For challenges to any request; the user is `number` if none is given. */
  readonly password?: string;
  readonly user?: string;
  /** What happens to incoming calls; default `ring`. */
  readonly onCall?: IncomingPolicy | ((call: PhoneCall) => IncomingPolicy);
  /** Final status for incoming texts; default 200. */
  readonly onText?: number;
}

/** `answer`, `busy` (486), `refuse` (603), `ring` (180 and wait for the test), `ignore` (say nothing), or a status. */
export type IncomingPolicy = 'answer' | 'busy' | 'refuse' | 'ring' | 'ignore' | number;

/** Raw values are sent as they are; characters are Latin-1 bytes. Nothing of them is checked. */
export interface CallOptions {
  readonly fromUser?: string;
  /** Display name; sent quoted, as UTF-8. */
  readonly fromName?: string;
  /** Whole From value without tag, instead of `fromUser` and `fromName`. */
  readonly from?: string;
  /** User of the To header where it differs from the request URI. */
  readonly toUser?: string;
  /** Parameters of the request URI with their semicolon, e.g. `;cause=302`. */
  readonly uriParameters?: string;
  /** Whole header lines, e.g. `Diversion: <sip:1001@host>;reason=no-answer`. */
  readonly headers?: readonly (string | Buffer)[];
  readonly codec?: Codec;
  /** Send no sound while there is nothing to say; default false: silence is sent. */
  readonly quiet?: boolean;
  /** Longest wait for the final response, in milliseconds; default 60,000. */
  readonly withinMs?: number;
}

export interface WaitOptions<T> {
  /** Default 10,000. */
  readonly timeoutMs?: number;
  /** Which one; others stay in the queue. */
  readonly where?: (value: T) => boolean;
}

export async function openPhone(options: PhoneOptions): Promise<Phone> {
  return Phone.open(options);
}

export class Phone implements AsyncDisposable {
  readonly number: string;
  /** May be changed at any time. */
  onCall: IncomingPolicy | ((call: PhoneCall) => IncomingPolicy);
  onText: number;
  /** All texts, calls and notices that came in, also those taken by `next…`. */
  readonly texts: ReceivedText[] = [];
  readonly calls: PhoneCall[] = [];
  readonly notices: LampNotice[] = [];
  readonly #options: PhoneOptions;
  readonly #changes = new Changes();
  readonly #dialogs = new Map<string, Dialog>();
  readonly #waitingTexts: ReceivedText[] = [];
  readonly #waitingCalls: PhoneCall[] = [];
  readonly #waitingNotices: LampNotice[] = [];
  readonly #all: PhoneCall[] = [];
  readonly #registration = `${newToken()}@test`;
  #cseq = 0;
  #transport!: SipTransport;

  private constructor(options: PhoneOptions) {
    this.#options = options;
    this.number = options.number;
    this.onCall = options.onCall ?? 'ring';
    this.onText = options.onText ?? 200;
  }

  static async open(options: PhoneOptions): Promise<Phone> {
    const phone = new Phone(options);
    phone.#transport = await SipTransport.open(options.port ?? 0, {
      request: (request) => void phone.#request(request),
      lateResponse: (response) => phone.#dialogs.get(header(response, 'call-id'))?.lateResponse(response),
    });
    return phone;
  }

  get host(): string {
    return this.#transport.host;
  }

  get port(): number {
    return this.#transport.port;
  }

  /** Sends an INVITE; the call may be waited for with `up`, `refused` and `ended`. */
  async call(number: string, options: CallOptions = {}): Promise<PhoneCall> {
    const { server } = this.#options;
    const parts = await this.#parts(options.codec, options.quiet ?? false);
    const dialog = Dialog.outgoing(parts, {
      uri: `sip:${number}@${server.host}:${server.port}${options.uriParameters ?? ''}`,
      from: options.from ?? this.#from(options.fromUser, options.fromName),
      to: `<sip:${options.toUser ?? number}@${server.host}:${server.port}>`,
      lines: rawLines(options.headers),
      peer: server,
      withinMs: options.withinMs ?? 60_000,
    });
    return this.#keep(new PhoneCall('out', dialog, parts.rtp, this.#changes), dialog);
  }

  /** The next incoming call; by `onCall` it may be answered or refused already. */
  incoming(wait: WaitOptions<PhoneCall> = {}): Promise<PhoneCall> {
    return this.#next(this.#waitingCalls, wait, `incoming call at ${this.number}`);
  }

  /** Sends a MESSAGE (RFC 3428); resolves with its final status. */
  async text(
    to: string,
    body: string | Buffer,
    options: Pick<CallOptions, 'fromUser' | 'headers'> & {
      readonly contentType?: string;
      /** Call-ID and CSeq of its own, to send the same text twice. */
      readonly same?: { readonly callId: string; readonly cseq: number };
    } = {},
  ): Promise<number> {
    const { server } = this.#options;
    const response = await this.#ask(
      {
        method: 'MESSAGE',
        uri: `sip:${to}@${server.host}:${server.port}`,
        from: this.#from(options.fromUser),
        to: `<sip:${to}@${server.host}:${server.port}>`,
        lines: [
          ...rawLines(options.headers),
          `Content-Type: ${options.contentType ?? 'text/plain;charset=UTF-8'}`,
        ],
        body: Buffer.from(body),
      },
      options.same?.callId,
      options.same?.cseq,
    );
    return response.status;
  }

  /** The next text that came in. */
  nextText(wait: WaitOptions<ReceivedText> = {}): Promise<ReceivedText> {
    return this.#next(this.#waitingTexts, wait, `text to ${this.number}`);
  }

  /** Registers this phone's contact; resolves with the final status. `expires` 0 removes it. */
  async register(expires = 300): Promise<number> {
    const { server } = this.#options;
    const uri = `sip:${server.host}:${server.port}`;
    const self = `<sip:${this.number}@${server.host}:${server.port}>`;
    const lines = [`Contact: <${this.#contact}>`, `Expires: ${expires}`];
    const response = await this.#ask(
      { method: 'REGISTER', uri, from: self, to: self, lines, body: Buffer.alloc(0) },
      this.#registration,
    );
    return response.status;
  }

  /** Subscribes to a mailbox's message waiting indication (RFC 3842); resolves with the final status. */
  async subscribe(mailbox: string, expires = 300): Promise<number> {
    const { server } = this.#options;
    const uri = `sip:${mailbox}@${server.host}:${server.port}`;
    const lines = [
      `Contact: <${this.#contact}>`,
      'Event: message-summary',
      'Accept: application/simple-message-summary',
      `Expires: ${expires}`,
    ];
    const response = await this.#ask({
      method: 'SUBSCRIBE',
      uri,
      from: this.#from(),
      to: `<${uri}>`,
      lines,
      body: Buffer.alloc(0),
    });
    return response.status;
  }

  /** The next message waiting indication, subscribed or not. */
  nextNotify(wait: WaitOptions<LampNotice> = {}): Promise<LampNotice> {
    return this.#next(this.#waitingNotices, wait, `NOTIFY to ${this.number}`);
  }

  async hangupAll(): Promise<void> {
    await Promise.allSettled(this.#all.map((call) => call.hangup()));
  }

  /** Hangs up all calls and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.hangupAll();
    await this.#transport[Symbol.asyncDispose]();
  }

  get #contact(): string {
    return `sip:${this.number}@${this.host}:${this.port}`;
  }

  #from(user = this.number, name?: string): string {
    const display = name === undefined ? '' : `"${utf8AsLatin1(name).replace(/[\\"]/g, String.raw`\$&`)}" `;
    return `${display}<sip:${user}@${this.host}:${this.port}>`;
  }

  get #credentials(): Credentials | undefined {
    const { password, user } = this.#options;
    return password === undefined ? undefined : { user: user ?? this.number, password };
  }

  async #parts(codec: Codec | undefined, quiet: boolean): Promise<DialogParts & { rtp: RtpStream }> {
    const chosen = codec ?? this.#options.codec ?? 'ulaw';
    const rtp = await RtpStream.open(chosen, this.#changes);
    return {
      transport: this.#transport,
      changes: this.#changes,
      rtp,
      codec: chosen,
      contact: this.#contact,
      credentials: this.#credentials,
      quiet,
    };
  }

  /** A request outside of calls, tried once more with credentials where they are asked for. */
  async #ask(
    request: Omit<OutRequest, 'callId' | 'cseq' | 'peer'>,
    callId = `${newToken()}@test`,
    cseq?: number,
  ): Promise<SipResponse> {
    const tag = newToken();
    const attempt = (authorization: readonly string[]): Promise<SipResponse> => {
      const lines = [...authorization, ...request.lines];
      const out = {
        ...request,
        from: `${request.from};tag=${tag}`,
        callId,
        cseq: cseq ?? ++this.#cseq,
        peer: this.#options.server,
        lines,
      };
      return this.#transport.transact(out, 8000).final;
    };
    const response = await attempt([]);
    if ((response.status !== 401 && response.status !== 407) || this.#credentials === undefined)
      return response;
    const authorization = answerChallenge(response, request, this.#credentials);
    return authorization === undefined ? response : attempt([authorization]);
  }

  #keep(call: PhoneCall, dialog: Dialog): PhoneCall {
    this.#dialogs.set(dialog.callId, dialog);
    this.#all.push(call);
    return call;
  }

  async #next<T>(queue: T[], wait: WaitOptions<T>, what: string): Promise<T> {
    const find = (): T | undefined => {
      const at = queue.findIndex((value) => wait.where?.(value) ?? true);
      return at < 0 ? undefined : queue.splice(at, 1)[0];
    };
    return this.#changes.until(find, wait.timeoutMs ?? 10_000, () => `${what} (${queue.length} others came)`);
  }

  async #request(request: SipRequest): Promise<void> {
    const dialog = this.#dialogs.get(header(request, 'call-id'));
    if (dialog !== undefined) return dialog.request(request);
    switch (request.method) {
      case 'INVITE':
        return this.#invited(request);
      case 'ACK':
        return undefined;
      case 'MESSAGE':
        this.#transport.reply(request, this.onText, this.onText < 300 ? 'OK' : 'Refused');
        if (this.onText < 300) this.#arrived(parseText(request), this.texts, this.#waitingTexts);
        return undefined;
      case 'NOTIFY':
        this.#transport.reply(request, 200, 'OK');
        return this.#arrived(parseNotice(request), this.notices, this.#waitingNotices);
      case 'OPTIONS':
        return this.#transport.reply(request, 200, 'OK');
      default:
        return this.#transport.reply(request, 501, 'Not Implemented');
    }
  }

  #arrived<T>(value: T, all: T[], waiting: T[]): void {
    all.push(value);
    waiting.push(value);
    this.#changes.changed();
  }

  async #invited(invite: SipRequest): Promise<void> {
    const parts = await this.#parts(undefined, false);
    const dialog = Dialog.incoming(parts, invite);
    const call = this.#keep(new PhoneCall('in', dialog, parts.rtp, this.#changes), dialog);
    const policy = typeof this.onCall === 'function' ? this.onCall(call) : this.onCall;
    if (policy === 'answer') dialog.accept();
    else if (policy === 'ring') dialog.ring();
    else if (policy === 'busy') dialog.refuse(486);
    else if (policy === 'refuse') dialog.refuse(603);
    else if (typeof policy === 'number') dialog.refuse(policy);
    this.#arrived(call, this.calls, this.#waitingCalls);
  }
}

function rawLines(headers: readonly (string | Buffer)[] = []): string[] {
  return headers.map((line) => (typeof line === 'string' ? line : line.toString('latin1')));
}
