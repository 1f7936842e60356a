/** Mail that comes in by SMTP (RFC 5321). A mail is acknowledged only when it is safe for every recipient. */
import { once } from 'node:events';
import { domainToASCII } from 'node:url';
import { BlockList, isIPv6, type AddressInfo } from 'node:net';
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerDataStream,
  type SMTPServerSession,
} from 'smtp-server';
import { Fault, isTemporary, type FaultCode } from '../../core/errors.ts';
import type { Certificate } from '../../ports/certificates.ts';
import type { MailIntake, RecipientVerdict } from '../../ports/mail.ts';
import type { Log } from '../../ports/log.ts';
import { Budget, Clients, type Limits } from './limits.ts';
import { Parsers, type ParsersOptions } from './parsers.ts';
import { failures, SmtpError } from './smtp-error.ts';

export interface MailServerSlice extends Limits {
  readonly host: string;
  /** 0 picks one. */
  readonly port: number;
  /** What this server calls itself. */
  readonly hostname: string;
  /** STARTTLS is offered with it. */
  readonly tls?: Certificate | undefined;
  /** Addresses and networks (CIDR) whose mail is taken; absent: all. */
  readonly clients?: readonly string[] | undefined;
  readonly maxClients: number;
}

export interface MailServerDeps {
  readonly intake: MailIntake;
  readonly log: Log;
  readonly parsers?: ParsersOptions;
}

export interface MailServer extends AsyncDisposable {
  readonly port: number;
}

const mostRecipients = 100;
/** Unknown recipients in one connection until it is ended: somebody tries addresses out. */
const mostUnknown = 20;
/** Servers that a mail may have passed; more are a loop (RFC 5321, section 6.3). */
const mostHops = 100;
/** A client that goes on sending what is too large is cut off at so many times the size. */
const mostOver = 4;
/** Longest wait for what is coming in when this is closed, in milliseconds. */
const closeMs = 3_000;

/** @throws Error if the port cannot be used or a network is written wrong */
export async function openMailServer(slice: MailServerSlice, deps: MailServerDeps): Promise<MailServer> {
  const door = new Door(slice, deps);
  const server = new SMTPServer({
    name: slice.hostname,
    size: slice.sizeBytes,
    rejectOversized: true,
    maxClients: slice.maxClients,
    maxRecipients: mostRecipients,
    disabledCommands: [
      'AUTH',
      'VRFY',
      'WIZ',
      'SHELL',
      'KILL',
      ...(slice.tls === undefined ? ['STARTTLS'] : []),
    ],
    disableReverseLookup: true,
    authOptional: true,
    closeTimeout: closeMs,
    logger: false,
    ...(slice.tls === undefined ? {} : { key: slice.tls.key, cert: slice.tls.cert }),
    onConnect: (session, answer) => door.connect(session, answer),
    onClose: (session) => door.leave(session),
    onMailFrom: ({ args }, session, answer) => door.begin(args, session, answer),
    onRcptTo: ({ address }, session, answer) => void door.recipient(plainDomain(address), session, answer),
    onData: (stream, session, answer) => {
      const cut = (): void => {
        for (const one of server.connections) if (one.id === session.id) one.close();
      };
      void door.data(stream, session, cut).then(
        (said) => answer(null, said),
        (error: Error) => answer(error),
      );
    },
  });
  slice.tls?.onChange?.(({ key, cert }) => server.updateSecureContext({ key, cert }));
  // Connections that break are everyday: whatever was to be answered is not.
  server.on('error', (error) => deps.log.debug('a mail connection broke', { error }));
  const listening = server.listen(slice.port, slice.host);
  await once(listening, 'listening');
  return {
    port: (listening.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await door[Symbol.asyncDispose]();
    },
  };
}

type Answer = (error?: Error | null) => void;

/** What is decided in one session after the other. */
class Door implements AsyncDisposable {
  readonly #slice: MailServerSlice;
  readonly #deps: MailServerDeps;
  readonly #budget: Budget;
  readonly #clients: Clients;
  readonly #parsers: Parsers;
  readonly #allowed: BlockList | undefined;
  /** Unknown recipients by session; those that were counted as connected. */
  readonly #unknown = new Map<string, number>();

  constructor(slice: MailServerSlice, deps: MailServerDeps) {
    this.#slice = slice;
    this.#deps = deps;
    this.#allowed = slice.clients === undefined ? undefined : networks(slice.clients);
    this.#budget = new Budget(slice);
    this.#clients = new Clients(slice);
    this.#parsers = new Parsers(deps.log, deps.parsers);
  }

  connect({ id, remoteAddress }: SMTPServerSession, answer: Answer): void {
    const family = isIPv6(remoteAddress) ? 'ipv6' : 'ipv4';
    if (this.#allowed?.check(remoteAddress, family) === false) return answer(failures.client());
    if (!this.#clients.connect(remoteAddress)) return answer(failures.tooMany());
    this.#unknown.set(id, 0);
    answer();
  }

  leave({ id, remoteAddress }: SMTPServerSession): void {
    if (this.#unknown.delete(id)) this.#clients.leave(remoteAddress);
  }

  begin(args: SMTPServerAddress['args'], { remoteAddress }: SMTPServerSession, answer: Answer): void {
    if (!this.#clients.mail(remoteAddress, performance.now())) return answer(failures.rate());
    answer(this.#budget.hasRoom(sizeIn(args) ?? 0) ? null : failures.busy());
  }

  async recipient(address: string, session: SMTPServerSession, answer: Answer): Promise<void> {
    try {
      const verdict = await this.#deps.intake.recipient(address, senderOf(session), sizeSaid(session));
      if (verdict === 'taken') return answer();
      const { id } = session;
      const unknown = (this.#unknown.get(id) ?? 0) + (served.has(verdict) ? 0 : 1);
      this.#unknown.set(id, unknown);
      answer(unknown > mostUnknown ? failures.guessing() : refusals[verdict]());
    } catch (error) {
      this.#deps.log.warn('whether a recipient is served is not known', { error });
      answer(failures.later());
    }
  }

  /** Answers what the client is told. Rejects with what it is told where that is an error. */
  async data(stream: SMTPServerDataStream, session: SMTPServerSession, cut: () => void): Promise<string> {
    let held = 0;
    try {
      const { bytes, whole } = await this.#collect(stream, cut, (more) => {
        if (!this.#budget.take(more)) return false;
        held += more;
        return true;
      });
      if (stream.sizeExceeded) throw failures.tooLarge();
      if (!whole) throw failures.busy();
      return await this.#take(bytes, session);
    } catch (error) {
      throw this.#told(error);
    } finally {
      this.#budget.free(held);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parsers[Symbol.asyncDispose]();
  }

  /** All of it, or nothing of what is too large or finds no room, which is let go by. */
  async #collect(stream: SMTPServerDataStream, cut: () => void, take: (bytes: number) => boolean) {
    const chunks: Buffer[] = [];
    let whole = true;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      whole &&= !stream.sizeExceeded && take(chunk.length);
      if (whole) chunks.push(chunk);
      else chunks.length = 0;
      if (stream.byteLength > this.#slice.sizeBytes * mostOver) cut();
    }
    return { bytes: joined(chunks), whole };
  }

  async #take(raw: Uint8Array<ArrayBuffer>, session: SMTPServerSession): Promise<string> {
    const parsed = await this.#parsers.parse(raw, senderOf(session));
    if (parsed.hops > mostHops) throw failures.loop();
    const recipients = session.envelope.rcptTo.map(({ address }) => plainDomain(address));
    await this.#deps.intake.take({ ...parsed, client: session.remoteAddress }, recipients);
    return `2.0.0 taken as ${parsed.id.slice(0, 16)}`;
  }

  #told(error: unknown): SmtpError {
    if (error instanceof SmtpError) return error;
    // The client went: nobody is told.
    if ((error as { code?: unknown }).code === 'ECONNECTION') return failures.later();
    this.#deps.log.warn('a mail was not taken', { error });
    const told = error instanceof Fault ? byCode[error.code] : undefined;
    return (told ?? (isTemporary(error) ? failures.later : failures.unreadable))();
  }
}

/** Whoever hears these has not guessed an address. */
const served: ReadonlySet<RecipientVerdict> = new Set(['full', 'suspended', 'too-large']);

const refusals: Readonly<Record<Exclude<RecipientVerdict, 'taken'>, () => SmtpError>> = {
  'not-ours': failures.relay,
  unknown: failures.unknown,
  full: failures.full,
  suspended: failures.suspended,
  'too-large': failures.tooLargeForMailbox,
  'reports-only': failures.reportsOnly,
};

const byCode: Readonly<Partial<Record<FaultCode, () => SmtpError>>> = {
  'disk-full': failures.busy,
  'mailbox-full': failures.full,
  'message-too-large': failures.tooLargeForMailbox,
  'too-many': failures.often,
};

/** What a client says of the size of its mail (RFC 1870). */
function sizeIn(args: SMTPServerAddress['args']): number | undefined {
  const size = args === false ? Number.NaN : Number(args['SIZE']);
  return size > 0 ? size : undefined;
}

function sizeSaid({ envelope: { mailFrom } }: SMTPServerSession): number | undefined {
  return mailFrom === false ? undefined : sizeIn(mailFrom.args);
}

function senderOf({ envelope: { mailFrom } }: SMTPServerSession): string {
  return mailFrom === false ? '' : mailFrom.address;
}

/** The library writes domains in Unicode; the configuration has them as the DNS does. */
function plainDomain(address: string): string {
  const at = address.lastIndexOf('@');
  const plain = domainToASCII(address.slice(at + 1));
  return at < 0 || plain === '' ? address : `${address.slice(0, at)}@${plain}`;
}

/** In memory of its own, which can go to another thread. */
function joined(chunks: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function networks(clients: readonly string[]): BlockList {
  const list = new BlockList();
  for (const one of clients) {
    const [address = '', bits] = one.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
