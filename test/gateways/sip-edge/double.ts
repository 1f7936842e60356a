/**
 * Stands in for a drachtio-server: says on its admin port what the real one said in the recordings (double.test.ts compares),
 * and behaves as it was measured to: routes in turn, dialogs bound to a connection, silence after a frame that is too long.
 * Telephones and networks are functions of the test.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { headerOf, parseMessage, statusOf, written, type SipMessage } from './message.ts';
import {
  clock,
  dialogOf,
  peerOf,
  place,
  rawOf,
  responseTo,
  type Peer,
  type Application,
  type Dialog,
  type DoubleOptions,
  type Transaction,
} from './peers.ts';

/** Its ring: a longer frame never ends, and neither does what comes after it. */
const ringBytes = 12_228;

export class DrachtioDouble implements AsyncDisposable {
  readonly #options: DoubleOptions;
  #server: Server | undefined;
  #port = 0;
  readonly #applications = new Set<Application>();
  readonly #transactions = new Map<string, Transaction>();
  #cut: Promise<void> = Promise.resolve();
  readonly #dialogs = new Map<string, Dialog>();
  /** Who got the last request of a method. */
  readonly #turn = new Map<string, Application>();
  /** Requests as they went out. */
  readonly sent: SipMessage[] = [];
  /** Frames as they came in. */
  readonly frames: string[] = [];
  /** Connections so far. */
  connections = 0;
  /** Says each byte by itself. */
  cutting = false;

  constructor(options: DoubleOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  get running(): boolean {
    return this.#server !== undefined;
  }

  get dialogs(): readonly string[] {
    return [...this.#dialogs.keys()];
  }

  async start(): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** It ends at once and has forgotten all. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) =>
      server === undefined ? resolve() : server.close(() => resolve()),
    );
    for (const { socket } of this.#applications) socket.destroy();
    this.#applications.clear();
    this.#transactions.clear();
    this.#dialogs.clear();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Ends the connections, and stays. */
  drop(): void {
    for (const { socket } of this.#applications) socket.destroy();
  }

  /** Reads no more of what the applications say. */
  wedge(): void {
    for (const application of this.#applications) application.wedged = true;
  }

  /** Bytes to every application, as they are. */
  say(bytes: string | Buffer): void {
    for (const { socket } of this.#applications) socket.write(bytes);
  }

  routed(method: string): number {
    return [...this.#applications].filter(({ routes }) => routes.has(method)).length;
  }

  /**
   * A request of a telephone or network; resolves with its final answer. Line ends are as written in `raw`.
   * @param transaction its id in place of chance
   */
  arrives(raw: string, peer: Peer, transaction = this.#id()): Promise<SipMessage> {
    return new Promise((answered) => {
      const request = parseMessage(raw);
      const method = request.start.split(' ')[0]?.toLowerCase() ?? '';
      const id = dialogOf(request);
      const dialog = /;tag=/.test(headerOf(request, 'to') ?? '') ? this.#dialogs.get(id) : undefined;
      const to = dialog === undefined ? this.#next(method) : dialog.owner;
      const refuse = (start: string): void => answered(responseTo(request, start, this.#tag()));
      if (dialog !== undefined && !this.#applications.has(dialog.owner))
        return refuse('SIP/2.0 481 Call/Transaction Does Not Exist');
      if (to === undefined) return refuse('SIP/2.0 503 Service Unavailable');
      this.#transactions.set(transaction, { request, peer, answered });
      const [host, port] = (this.#options.sip ?? '127.0.0.1:5260').split(':');
      const where = dialog === undefined ? `|${host}|${port}|` : `${id}|`;
      this.#write(
        to,
        `sip|network|${Buffer.byteLength(raw)}|${place(peer)}|${clock()}|${transaction}|${where}`,
        raw,
      );
    });
  }

  /** A caller gives up before it was answered: the server has answered it, and tells the application. */
  cancels(raw: string, peer: Peer, transaction: string): void {
    this.#transactions.delete(transaction);
    const [application] = this.#applications;
    const head = `sip|network|${Buffer.byteLength(raw)}|${place(peer)}|${clock()}|${transaction}||`;
    if (application !== undefined) this.#write(application, head, raw);
  }

  #id(): string {
    return this.#options.ids?.() ?? randomUUID();
  }

  #tag(): string {
    return randomBytes(10).toString('hex').slice(0, 13);
  }

  #next(method: string): Application | undefined {
    const able = [...this.#applications].filter(({ routes }) => routes.has(method));
    const last = this.#turn.get(method);
    const next = able[(last === undefined ? 0 : able.indexOf(last) + 1) % Math.max(1, able.length)];
    if (next !== undefined) this.#turn.set(method, next);
    return next;
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    const application: Application = { socket, routes: new Set(), wedged: false };
    this.#applications.add(application);
    let rest = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#applications.delete(application));
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const mark = rest.indexOf('#');
        const length = Number(rest.toString('latin1', 0, Math.max(0, mark)));
        if (mark > 0 && !Number.isInteger(length)) return void socket.end();
        if (mark > 0 && mark + 1 + length > ringBytes) application.wedged = true;
        if (application.wedged || mark <= 0 || rest.length < mark + 1 + length) return;
        const payload = rest.toString('utf8', mark + 1, mark + 1 + length);
        rest = rest.subarray(mark + 1 + length);
        this.#frame(application, payload);
      }
    });
  }

  #write(to: Application, tokens: string, raw?: string): void {
    const payload = `${this.#id()}|${tokens}${raw === undefined ? '' : `\r\n${raw}`}`;
    const frame = Buffer.from(`${Buffer.byteLength(payload)}#${payload}`);
    if (!this.cutting) return void to.socket.write(frame);
    // One byte a turn, in order, behind those of frames before.
    this.#cut = [...frame].reduce(async (before, byte) => {
      await before;
      to.socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }, this.#cut);
  }

  #frame(from: Application, payload: string): void {
    this.frames.push(payload);
    const end = payload.indexOf('\r\n');
    const [id = '', type = '', ...tokens] = payload.slice(0, end < 0 ? undefined : end).split('|');
    const raw = end < 0 ? '' : payload.slice(end + 2);
    const reply = (text: string): void => this.#write(from, `response|${id}|${text}`);
    const sip = this.#options.sip ?? '127.0.0.1:5260';
    switch (type) {
      case 'authenticate':
        if (tokens[0] === this.#options.secret)
          return reply(`OK|tcp/${sip},udp/${sip}|v0.9.10-1-g9c2dd4cb6a|tcp/${sip},udp/${sip}`);
        reply('NO|incorrect secret');
        return void from.socket.end();
      case 'route':
        from.routes.add(tokens[0] ?? '');
        return reply('OK');
      case 'remove_route':
        // Whatever is named, all of this connection go (measured).
        from.routes.clear();
        return reply('OK');
      case 'ping':
        return reply('OK|pong');
      case 'sip':
        if (tokens[0]) return this.#answer(from, id, tokens[0], parseMessage(raw));
        return void this.#send(from, id, tokens[1] ?? '', tokens[2], parseMessage(raw));
      case 'proxy':
        return void this.#proxy(from, id, tokens, parseMessage(raw));
      default:
        reply('NO|Unknown message type');
        from.socket.end();
    }
  }

  #answer(from: Application, id: string, transaction: string, reply: SipMessage): void {
    const known = this.#transactions.get(transaction);
    if (known === undefined)
      return this.#write(from, `response|${id}|NOK|Response not sent due to unknown transaction`);
    this.#transactions.delete(transaction);
    const { request, peer, answered } = known;
    const invite = request.start.startsWith('INVITE');
    const subscribe = request.start.startsWith('SUBSCRIBE');
    const status = statusOf(reply);
    const to = headerOf(request, 'to') ?? '';
    const dialogId = invite || (subscribe && (status < 300 || /;tag=/.test(to))) ? dialogOf(request) : '';
    const own = ['via', 'from', 'to', 'call-id', 'cseq'];
    const sip = this.#options.sip ?? '127.0.0.1:5260';
    const full: SipMessage = {
      start: reply.start,
      headers: [
        ...['Via', 'From'].flatMap((name) => request.headers.filter(([one]) => one === name)),
        ['To', /;tag=/.test(to) ? to : `${to};tag=${this.#tag()}`],
        ['Call-ID', headerOf(request, 'call-id') ?? ''],
        ['CSeq', headerOf(request, 'cseq') ?? ''],
        ...reply.headers
          .filter(([name]) => !own.includes(name.toLowerCase()))
          .flatMap(([name, value]) =>
            name.toLowerCase() === 'contact'
              ? value.split(/,\s*/).map((one) => [name, one] as const)
              : [[name, value] as const],
          ),
        ...(subscribe && status < 300 && headerOf(reply, 'contact') === undefined
          ? [['Contact', `<sip:${sip}>`] as const]
          : []),
      ].map(([name = '', value = '']) => [name, value.replaceAll('@localhost', `@${sip}`)] as const),
      body: reply.body,
    };
    if (subscribe && status < 300 && !this.#dialogs.has(dialogId))
      this.#dialogs.set(dialogId, {
        owner: from,
        local: headerOf(full, 'to') ?? '',
        remote: headerOf(full, 'from') ?? '',
        callId: headerOf(full, 'call-id') ?? '',
        target: /<(.*)>/.exec(headerOf(request, 'contact') ?? '')?.[1] ?? '',
        peer,
        cseq: 1,
      });
    const text = written(full);
    const protocol = invite ? peer.protocol : '';
    this.#write(
      from,
      `response|${id}|OK|application|${Buffer.byteLength(text)}|${protocol}|${peer.address}|${peer.port}|${clock()}|${transaction}|${dialogId}||Msg sent:|`,
      text,
    );
    answered(parseMessage(text));
  }

  async #send(
    from: Application,
    id: string,
    dialogId: string,
    proxy: string | undefined,
    request: SipMessage,
  ): Promise<void> {
    const refuse = (why: string): void => this.#write(from, `response|${id}|NOK|${why}`);
    const dialog = this.#dialogs.get(dialogId);
    const sip = this.#options.sip ?? '127.0.0.1:5260';
    const [method = '', uri = ''] = request.start.split(' ');
    if (dialogId !== '' && dialog === undefined)
      return refuse('Server error: unable to find dialog for dialog id provided');
    if (!/^\S+ sips?:\S+ SIP\/2.0$/.test(request.start))
      return refuse(`invalid request-uri: ${request.start}`);
    if (/[@:]/.test(uri) && uri.replace(/^sips?:([^@]*@)?/, '').startsWith(sip))
      return refuse('can not send request to myself');
    if (request.body !== '' && headerOf(request, 'content-type') === undefined)
      return refuse('missing content-type');
    const to = headerOf(request, 'to');
    if (to !== undefined && !/^("[^"]*"|[^<"]*)<?sips?:[^>]+>?$/.test(to))
      return refuse('Error creating leg');
    const transport = /;transport=tcp/.test(proxy ?? uri) ? 'tcp' : 'udp';
    const local = `${headerOf(request, 'from') ?? `<sip:${sip}>`};tag=${this.#tag()}`;
    const placed = ['via', 'from', 'to', 'call-id', 'cseq', 'max-forwards'];
    // An application that answers a challenge has its own.
    const again = headerOf(request, 'authorization') !== undefined;
    const target = dialog?.target ?? uri;
    const full: SipMessage = {
      start: `${method} ${target} SIP/2.0`,
      headers: [
        [
          'Via',
          `SIP/2.0/${transport.toUpperCase()} ${sip}${transport === 'udp' ? ';rport' : ''};branch=z9hG4bK${this.#tag()}`,
        ],
        ['Max-Forwards', '70'],
        ['From', dialog?.local ?? (again ? (headerOf(request, 'from') ?? '') : local)],
        ['To', dialog?.remote ?? to ?? `<${uri}>`],
        ['Call-ID', dialog?.callId ?? (again ? headerOf(request, 'call-id') : undefined) ?? randomUUID()],
        [
          'CSeq',
          again
            ? (headerOf(request, 'cseq') ?? '')
            : `${dialog === undefined ? 123_127_134 : (dialog.cseq += 1)} ${method}`,
        ],
        ...request.headers
          .filter(([name]) => !placed.includes(name.toLowerCase()))
          // Within a dialog such a Contact is dropped rather than put right (measured).
          .filter(
            ([name, value]) =>
              dialog === undefined || name.toLowerCase() !== 'contact' || !value.includes('@localhost'),
          ),
      ].map(([name = '', value = '']) => [name, value.replaceAll('@localhost', `@${sip}`)] as const),
      body: request.body,
    };
    const nameless = /@[^;>:]*\.invalid\b/.test(target);
    const text = written(
      nameless ? { ...full, headers: full.headers.filter(([name]) => name !== 'Via') } : full,
    );
    const transaction = this.#id();
    const peer = dialog?.peer ?? peerOf(proxy ?? target, transport);
    const via = transport === 'tcp' ? `${peer.address}|${peer.port}` : sip.replace(':', '|');
    const echoed = nameless ? '0|unknown||0' : `${Buffer.byteLength(text)}|${transport}|${via}`;
    this.#write(from, `response|${id}|OK|application|${echoed}|${clock()}|${transaction}|Msg sent:|`, text);
    const sent = parseMessage(text);
    this.sent.push(sent);
    const ends =
      dialog !== undefined && (headerOf(sent, 'subscription-state') ?? '').startsWith('terminated');
    const given = (await this.#options.onRequest?.(sent)) ?? { start: 'SIP/2.0 200 OK' };
    const answer = nameless ? { start: 'SIP/2.0 503 DNS Error', unreached: true } : given;
    if (answer === 'silent') return;
    const refused = answer.unreached === true;
    const response = responseTo(
      sent,
      answer.start,
      dialog === undefined ? (answer.tag ?? (refused ? this.#tag() : '1uas')) : undefined,
      answer.headers,
    );
    const raw = rawOf(response);
    const size = refused ? 0 : Buffer.byteLength(raw);
    const nowhere = { protocol: nameless ? 'unknown' : transport, address: '', port: 0 };
    this.#write(
      from,
      `sip|network|${size}|${place(refused ? nowhere : peer)}|${clock()}|${transaction}|${dialogId}|`,
      raw,
    );
    if (ends) this.#dialogs.delete(dialogId);
  }

  async #proxy(from: Application, id: string, tokens: readonly string[], frame: SipMessage): Promise<void> {
    const [transaction = ''] = tokens;
    const known = this.#transactions.get(transaction);
    if (known === undefined) return this.#write(from, `response|${id}|NOK|transaction not found`);
    this.#transactions.delete(transaction);
    let final = 408;
    const rest = tokens.slice(7);
    for (let target = rest.shift(); target !== undefined; target = rest.shift()) {
      const status = this.#options.onProxy?.(target, frame);
      if (status === undefined) continue;
      final = status;
      const raw = rawOf(
        responseTo(known.request, `SIP/2.0 ${status} ${status === 200 ? 'OK' : 'Busy Here'}`, '1u'),
      );
      const peer = peerOf(target, 'udp');
      this.#write(
        from,
        `response|${id}|OK|network|${Buffer.byteLength(raw)}|${place(peer)}|${clock()}|||continue`,
        raw,
      );
      // Where a redirection is followed, the next answer is that of its Contact.
      if (status >= 300 && status < 400 && tokens[3] !== '') rest.unshift(target);
      if (status < 300) break;
    }
    this.#write(from, `response|${id}|OK|done`);
    known.answered(responseTo(known.request, `SIP/2.0 ${final} Final`, '1u'));
  }
}

export async function openDrachtioDouble(options: DoubleOptions): Promise<DrachtioDouble> {
  const double = new DrachtioDouble(options);
  await double.start();
  return double;
}
