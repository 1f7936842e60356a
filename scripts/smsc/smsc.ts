/** An SMSC for tests and the demo: checks what a real one checks, and can be slow, full, gone or hostile. Loopback alone. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import smpp from 'smpp';

/** A submit_sm that was taken. */
export interface Submitted {
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  /** Decoded; parts as they came. */
  readonly body: string;
  readonly dataCoding: number;
  /** User data header of a part: reference, total, number. */
  readonly part?: readonly [reference: number, total: number, number: number];
  readonly payload: boolean;
  readonly callback?: string;
  readonly waiting?: number;
  readonly receipt: boolean;
  /** The connection that it came by, counted from 0 in the order of connecting. */
  readonly connection: number;
  readonly at: number;
}

export interface SmscOptions {
  readonly systemId?: string;
  readonly password?: string;
  /** Most requests without an answer; more is throttled. */
  readonly window?: number;
  readonly port?: number;
  /** How the n-th message id is written. */
  readonly messageId?: (n: number) => string;
  /** PEM; with it all connections are over TLS. */
  readonly tls?: {
    readonly key: string;
    readonly cert: string;
    /** Clients must have a certificate of this authority. */
    readonly ca?: string;
    readonly requestCert?: boolean;
    readonly rejectUnauthorized?: boolean;
  };
}

type Session = InstanceType<typeof smpp.Session>;
type Pdu = InstanceType<typeof smpp.PDU>;
/** What becomes of a submit_sm: a status, or no answer. */
type Verdict = number | 'silent' | 'break';

export interface Delivery {
  readonly from: string;
  readonly to: string;
  readonly message: Buffer | string;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** The bind that gets it, in the order of binding; the first that receives if absent. */
  readonly via?: number;
}

const invalid = { length: 0x01, destination: 0x0b, esmClass: 0x43, throttled: 0x58 } as const;

export async function openSmsc(options: SmscOptions = {}): Promise<Smsc> {
  const smsc = new Smsc(options);
  await smsc.start();
  return smsc;
}

export class Smsc implements AsyncDisposable {
  port: number;
  readonly submitted: Submitted[] = [];
  readonly binds: string[] = [];
  /** What went wrong in what it was given. */
  readonly faults: string[] = [];
  /** Requests without an answer, at their most. */
  mostBusy = 0;
  enquiries = 0;
  /** Asked before a text is taken, with how many came before. */
  verdict: (n: number) => Verdict = () => 0;
  /** Wait before an answer, in milliseconds. */
  delayMs = 0;
  /** Whether enquire_link is answered. */
  alive = true;
  readonly #options: SmscOptions;
  readonly #sessions = new Map<Session, string>();
  readonly #numbers = new WeakMap<Session, number>();
  #connections = 0;
  readonly #waiting = new Set<() => void>();
  #server: ReturnType<typeof smpp.createServer> | undefined;
  #count = 0;
  #ids = 0;
  #busy = 0;

  constructor(options: SmscOptions) {
    this.#options = options;
    this.port = options.port ?? 0;
  }

  async start(): Promise<void> {
    const server = smpp.createServer({ ...this.#options.tls }, (session) => this.#serve(session));
    // A client that does not trust the certificate.
    server.on('tlsClientError', () => undefined);
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Breaks all connections and takes no more. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.breakAll();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  breakAll(): void {
    for (const session of this.#sessions.keys()) session.destroy();
  }

  /** Breaks the connection of one bind, in the order of binding. */
  break(via: number): void {
    this.#bound(via).destroy();
  }

  #bound(via: number): Session {
    const bound = [...this.#sessions].filter(([, role]) => role === 'transceiver' || role === 'receiver');
    const [session] = bound[via] ?? [];
    if (session === undefined) throw new Error('nobody is bound');
    return session;
  }

  /** Resolves when `true` comes of what has happened. */
  async until(what: () => boolean, timeoutMs = 10_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!what()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`not so within ${timeoutMs} ms: ${what.toString()}`);
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, left);
        this.#waiting.add(done);
      });
    }
  }

  get receivers(): number {
    return [...this.#sessions.values()].filter((role) => role !== '' && role !== 'transmitter').length;
  }

  /** Sends a deliver_sm; answers the status, or `gone` if the connection broke first. */
  async deliver({ from, to, message, fields, via = 0 }: Delivery): Promise<number | 'gone'> {
    const [source, destination] = [from, to].map((one) => one.replace(/^\+/, ''));
    return this.request('deliver_sm', via, {
      source_addr_ton: from.startsWith('+') ? 1 : 0,
      source_addr: source,
      dest_addr_ton: to.startsWith('+') ? 1 : 0,
      destination_addr: destination,
      data_coding: 0,
      short_message: typeof message === 'string' ? smpp.encodings.ASCII.encode(message) : message,
      ...fields,
    });
  }

  /** Sends any request by one bind; answers the status, or `gone` if the connection broke first. */
  request(
    command: string,
    via = 0,
    fields: Readonly<Record<string, unknown>> = {},
  ): Promise<number | 'gone'> {
    const session = this.#bound(via);
    return new Promise((resolve) => {
      const gone = (): void => resolve('gone');
      session.socket.setMaxListeners(200).once('close', gone);
      session.send(new smpp.PDU(command, fields), (pdu) => {
        session.socket.off('close', gone);
        resolve(pdu.command_status);
      });
    });
  }

  /** Sends a delivery receipt as text, as most SMSCs do. */
  receipt(id: string, state: string, error = '000', via = 0): Promise<number | 'gone'> {
    const message = `id:${id} sub:001 dlvrd:001 submit date:2601051200 done date:2601051201 stat:${state} err:${error} text:`;
    return this.deliver({
      from: '+12025550147',
      to: '+12025550199',
      message,
      via,
      fields: { esm_class: 0x04 },
    });
  }

  /** Sends any bytes to whoever is bound. */
  raw(bytes: Buffer): void {
    for (const session of this.#sessions.keys()) session.socket.write(bytes);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #changed(): void {
    for (const done of this.#waiting) done();
  }

  #serve(session: Session): void {
    this.#sessions.set(session, '');
    this.#numbers.set(session, this.#connections);
    this.#connections += 1;
    session.on('close', () => {
      this.#sessions.delete(session);
      this.#changed();
    });
    session.on('error', (error: Error) => {
      if (this.#server !== undefined && !/ECONNRESET|EPIPE/.test(error.message))
        this.faults.push(error.message);
    });
    for (const role of ['transceiver', 'transmitter', 'receiver'])
      session.on(`bind_${role}`, (pdu: Pdu) => this.#bind(session, role, pdu));
    session.on('enquire_link', (pdu: Pdu) => {
      this.enquiries += 1;
      if (this.alive) session.send(pdu.response());
      this.#changed();
    });
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response());
      session.close();
    });
    session.on('submit_sm', (pdu: Pdu) => this.#submit(session, pdu));
    session.on('unknown', (pdu: Pdu) => session.send(pdu.response()));
  }

  #bind(session: Session, role: string, pdu: Pdu): void {
    const { systemId = 'answerback', password = 'secret' } = this.#options;
    const known = pdu['system_id'] === systemId && pdu['password'] === password;
    if (pdu['interface_version'] !== 0x34) this.faults.push('interface_version');
    session.send(pdu.response(known ? { system_id: 'smsc' } : { command_status: 0x0e }));
    if (known) {
      this.#sessions.set(session, role);
      this.binds.push(role);
    }
    this.#changed();
  }

  #submit(session: Session, pdu: Pdu): void {
    this.#busy += 1;
    this.mostBusy = Math.max(this.mostBusy, this.#busy);
    const n = this.#count;
    this.#count += 1;
    const overWindow = this.#busy > (this.#options.window ?? Number.POSITIVE_INFINITY);
    const verdict = overWindow ? invalid.throttled : (check(pdu) ?? this.verdict(n));
    if (verdict === invalid.length || verdict === invalid.esmClass) this.faults.push(`submit_sm ${verdict}`);
    let messageId = '';
    if (verdict === 0 || verdict === 'silent') {
      messageId = (this.#options.messageId ?? String)((this.#ids += 1));
      this.submitted.push({ ...read(pdu, messageId), connection: this.#numbers.get(session) ?? 0 });
    }
    const answer = (): void => {
      this.#busy -= 1;
      if (verdict === 'break') session.destroy();
      else if (verdict !== 'silent')
        session.send(pdu.response(verdict === 0 ? { message_id: messageId } : { command_status: verdict }));
    };
    if (this.delayMs === 0) answer();
    else setTimeout(answer, this.delayMs);
    this.#changed();
  }
}

function contentOf(pdu: Pdu): { udh: Buffer[] | undefined; message: string | Buffer; payload: boolean } {
  const payload = pdu['message_payload'];
  const content = (payload ?? pdu['short_message']) as { udh?: Buffer[]; message: string | Buffer };
  return { udh: content.udh, message: content.message, payload: payload !== undefined };
}

function check(pdu: Pdu): number | undefined {
  const { udh, message, payload } = contentOf(pdu);
  if (!/^\d{5,15}$/.test(String(pdu['destination_addr']))) return invalid.destination;
  if (Number(pdu['esm_class']) & 0x40 && udh === undefined) return invalid.esmClass;
  const most = Number(pdu['data_coding']) === 8 ? 70 - (udh ? 3 : 0) : 160 - (udh ? 7 : 0);
  const units = Array.from(String(message)).reduce(
    (sum, one) => sum + (Number(pdu['data_coding']) === 0 && /[\f^{}\\[~\]|€]/.test(one) ? 2 : one.length),
    0,
  );
  return !payload && units > most ? invalid.length : undefined;
}

function read(pdu: Pdu, messageId: string): Omit<Submitted, 'connection'> {
  const { udh, message, payload } = contentOf(pdu);
  const part = udh?.find((one) => one[0] === 0 && one.length === 5);
  const [callback] = (pdu['callback_num'] ?? []) as { number: string }[];
  const waiting = pdu['ms_msg_wait_facilities'] as number | undefined;
  return {
    messageId,
    from: String(pdu['source_addr']),
    to: `+${String(pdu['destination_addr'])}`,
    body: String(message),
    dataCoding: Number(pdu['data_coding']),
    ...(part === undefined ? {} : { part: [part[2]!, part[3]!, part[4]!] as const }),
    payload,
    ...(callback === undefined ? {} : { callback: callback.number }),
    ...(waiting === undefined ? {} : { waiting }),
    receipt: pdu['registered_delivery'] === 1,
    at: performance.now(),
  };
}
