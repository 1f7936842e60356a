import { connect, type Socket } from 'node:net';
import { AriDown, AriTimeout } from './errors.ts';

export interface ManagerOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Longest wait for a connection, and for one answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Gets the events that the switch lets this user read, names in lower case. Without it none are asked for. */
  readonly onEvent?: (event: ReadonlyMap<string, string>) => void;
}

/** A header of an action, in order: some may stand more than once. */
export type ManagerField = readonly [name: string, value: string];

/** The switch answered an action with an error. */
export class ManagerError extends Error {
  /** The user or the password is wrong. */
  readonly refused: boolean;

  constructor(action: string, reason: string, refused = false) {
    super(`${action}: ${reason}`);
    this.name = 'ManagerError';
    this.refused = refused;
  }
}

interface Pending {
  readonly action: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

type Answer = ReadonlyMap<string, string>;

/** So long after a loss of the connection it is made again for the sake of events, in milliseconds. */
const againMs = 2000;
/** No answer is longer; whoever sends more speaks another protocol. */
const mostBytes = 64 * 1024;

/**
 * Asterisk's manager interface (AMI), for the few things that ARI cannot do. It connects when first needed, and anew when
 * the connection was lost.
 */
export class ManagerClient {
  readonly #options: ManagerOptions;
  #session: Promise<Session> | undefined;
  #again: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ManagerOptions) {
    this.#options = options;
  }

  /**
   * One action. Answers the fields of the response, names in lower case.
   * @throws ManagerError with the switch's reason; AriDown, AriTimeout; RangeError for a line break within a field
   */
  async action(name: string, fields: readonly ManagerField[]): Promise<Answer> {
    const lines = linesOf(name, fields);
    const session = await this.#connected();
    return session.send(name, lines);
  }

  /** Connects for the sake of events, now and whenever the connection was lost. */
  listen(): void {
    clearTimeout(this.#again);
    this.#connected().catch((error: unknown) => {
      if (!(error instanceof ManagerError)) this.#listenLater();
    });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#again);
    this.#session?.then((session) => session.end()).catch(() => undefined);
  }

  #connected(): Promise<Session> {
    if (this.#closed) return Promise.reject(new AriDown('manager: closed'));
    if (this.#session !== undefined) return this.#session;
    const opened = Session.open(this.#options, () => {
      if (this.#session !== opened) return;
      this.#session = undefined;
      if (this.#options.onEvent !== undefined) this.#listenLater();
    });
    this.#session = opened;
    opened.catch((error: unknown) => {
      if (this.#session === opened) this.#session = undefined;
      // A wrong password does not become right by itself.
      if (error instanceof ManagerError) clearTimeout(this.#again);
    });
    return opened;
  }

  #listenLater(): void {
    clearTimeout(this.#again);
    if (!this.#closed) this.#again = setTimeout(() => this.listen(), againMs).unref();
  }
}

/** One connection, logged in. */
class Session {
  readonly #options: ManagerOptions;
  readonly #socket: Socket;
  readonly #lost: () => void;
  readonly #pending = new Map<string, Pending>();
  #text = '';
  #greeted = false;
  #next = 0;

  private constructor(options: ManagerOptions, socket: Socket, lost: () => void) {
    this.#options = options;
    this.#socket = socket;
    this.#lost = lost;
    socket.setEncoding('utf8').setNoDelay(true);
    socket.on('data', (text: string) => this.#read(text));
    socket.on('error', () => undefined);
    socket.on('close', () => this.end());
  }

  static async open(options: ManagerOptions, lost: () => void): Promise<Session> {
    const { user, password, host, port } = options;
    const socket = connect({ host, port });
    // A connection that does nothing holds no process.
    socket.unref();
    const session = new Session(options, socket, lost);
    const login: readonly ManagerField[] = [
      ['Username', user],
      ['Secret', password],
      ['Events', options.onEvent === undefined ? 'off' : 'on'],
    ];
    try {
      await session.send('Login', linesOf('Login', login));
    } catch (error) {
      session.end();
      throw error instanceof ManagerError ? new ManagerError('Login', error.message, true) : error;
    }
    return session;
  }

  send(action: string, lines: string): Promise<Answer> {
    if (this.#socket.destroyed) return Promise.reject(new AriDown(`manager: ${action}: connection lost`));
    const { timeoutMs } = this.#options;
    const id = String(++this.#next);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new AriTimeout('manager', action, timeoutMs));
        // Whoever does not answer is not there any more.
        this.end();
      }, timeoutMs);
      this.#pending.set(id, { action, resolve, reject, timer });
      this.#socket.write(`${lines}ActionID: ${id}\r\n\r\n`);
    });
  }

  end(): void {
    this.#socket.destroy();
    this.#lost();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { action, reject, timer } of pending) {
      clearTimeout(timer);
      reject(new AriDown(`manager: ${action}: connection lost`));
    }
  }

  #read(text: string): void {
    this.#text += text;
    if (!this.#greeted) {
      const end = this.#text.indexOf('\r\n');
      if (end >= 0) {
        this.#greeted = true;
        this.#text = this.#text.slice(end + 2);
      }
    }
    if (this.#greeted) {
      for (let end = this.#text.indexOf('\r\n\r\n'); end >= 0; end = this.#text.indexOf('\r\n\r\n')) {
        this.#message(this.#text.slice(0, end));
        this.#text = this.#text.slice(end + 4);
      }
    }
    if (this.#text.length > mostBytes) this.end();
  }

  #message(text: string): void {
    const answer = new Map<string, string>();
    for (const line of text.split('\r\n')) {
      const colon = line.indexOf(':');
      if (colon > 0) answer.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    const id = answer.get('actionid') ?? '';
    if (answer.has('event')) return this.#options.onEvent?.(answer);
    const pending = this.#pending.get(id);
    if (pending === undefined || !answer.has('response')) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (answer.get('response') === 'Success') pending.resolve(answer);
    else pending.reject(new ManagerError(pending.action, answer.get('message') ?? 'no reason given'));
  }
}

/** A line break within a value would begin a header, or an action, of somebody else's choice. */
function linesOf(action: string, fields: readonly ManagerField[]): string {
  const all: readonly ManagerField[] = [['Action', action], ...fields];
  for (const [name, value] of all) {
    if (/[\r\n\0]/.test(value) || !/^[A-Za-z]+$/.test(name))
      throw new RangeError(`manager: ${action}: a field may hold no line break`);
  }
  return all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
}
