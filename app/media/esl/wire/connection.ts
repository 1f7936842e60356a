import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { commandOf, nameOf, type Headers } from './command.ts';
import { EslDown, EslError, EslHungUp, EslTimeout } from './errors.ts';
import { eventOf, type EslEvent } from './event.ts';
import { FrameReader, type Frame } from './frames.ts';

export interface EslHandlers {
  event(event: EslEvent): void;
  /** `text/disconnect-notice`: the channel is over (`linger`), or the switch closes. */
  notice?(frame: Frame): void;
  /** Of an inbound connection: the switch asks for the password. */
  authRequest?(): void;
  closed(why: string): void;
}

export interface EslConnectionOptions {
  /** Longest wait for one reply, in milliseconds. */
  readonly timeoutMs: number;
}

interface Waiting {
  readonly command: string;
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
  readonly deadline: number;
}

interface Execution {
  readonly channel: string;
  readonly command: string;
  readonly resolve: (event: EslEvent) => void;
  readonly reject: (error: Error) => void;
}

/** Channels that hung up are remembered so many at a time: asked of a channel long gone the switch itself says so. */
const mostHungUp = 1000;

/**
 * One TCP connection to the event socket, whoever dialled it. Replies come strictly in the order of commands, also where an
 * `api` is refused by a `command/reply`: one queue is right. What ends later is told by the ids that this side chose:
 * `Event-UUID` of an execution, `Job-UUID` of a background job.
 */
export class EslConnection {
  readonly #socket: Socket;
  readonly #handlers: EslHandlers;
  readonly #timeoutMs: number;
  readonly #reader = new FrameReader();
  readonly #waiting: Waiting[] = [];
  readonly #executions = new Map<string, Execution>();
  readonly #jobs = new Map<string, { resolve: (body: string) => void; reject: (error: Error) => void }>();
  /** Channels that hung up: nothing runs on them any more, though the switch says `+OK`. */
  readonly #hungUp = new Set<string>();
  readonly #sweeper: NodeJS.Timeout;
  #lastSweep = performance.now();
  #closed: string | undefined;

  constructor(socket: Socket, handlers: EslHandlers, options: EslConnectionOptions) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#timeoutMs = options.timeoutMs;
    // Nagle's algorithm holds each command back by 40 ms.
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#end(error.message));
    socket.on('close', () => this.#end('connection lost'));
    this.#sweeper = setInterval(() => this.#sweep(), 250);
    this.#sweeper.unref();
  }

  get open(): boolean {
    return this.#closed === undefined;
  }

  /**
   * One command, answered by its reply as it came.
   * @throws EslDown, EslTimeout; TypeError where a value holds a line feed
   */
  send(line: string, headers?: Headers, body?: string | Uint8Array): Promise<Frame> {
    const command = nameOf(line);
    const bytes = commandOf(line, headers, body);
    if (this.#closed !== undefined) return Promise.reject(new EslDown(command, this.#closed));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ command, resolve, reject, deadline: performance.now() + this.#timeoutMs });
      this.#socket.write(bytes);
    });
  }

  /** The same, answered by the words of its reply. @throws EslError if the switch refuses */
  async command(line: string, headers?: Headers, body?: string | Uint8Array): Promise<string> {
    const reply = wordsOf(await this.send(line, headers, body));
    if (/^-(ERR|USAGE)/.test(reply)) throw new EslError(nameOf(line), reply);
    return reply;
  }

  /** An API command that ends at once: one that takes time holds up this connection's events. */
  api(line: string): Promise<string> {
    return this.command(`api ${line}`);
  }

  /** An API command in the background; answers what it said at its end. Needs the event BACKGROUND_JOB. @throws EslError */
  async bgapi(line: string, job: string = randomUUID()): Promise<string> {
    const ended = new Promise<string>((resolve, reject) => this.#jobs.set(job, { resolve, reject }));
    ended.catch(() => {});
    try {
      await this.command(`bgapi ${line}`, { 'Job-UUID': job });
      const said = await ended;
      if (/^-(ERR|USAGE)/.test(said)) throw new EslError(nameOf(`bgapi ${line}`), said.trimEnd());
      return said;
    } finally {
      this.#jobs.delete(job);
    }
  }

  /**
   * Runs an application on a channel; answers its CHANNEL_EXECUTE_COMPLETE. One at a time: what is sent while another runs,
   * runs inside it. An application that the switch does not know hangs the channel up.
   * @throws EslHungUp if the channel ends without it
   */
  execute(channel: string, application: string, argument = ''): Promise<EslEvent> {
    const command = `execute ${application}`;
    if (this.#hungUp.has(channel)) return Promise.reject(new EslHungUp(command));
    const id = randomUUID();
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        this.#executions.delete(id);
        reject(error);
      };
      this.#executions.set(id, { channel, command, resolve, reject });
      this.command(`sendmsg ${channel}`, {
        'call-command': 'execute',
        'execute-app-name': application,
        ...(argument === '' ? {} : { 'execute-app-arg': argument }),
        'Event-UUID': id,
      }).catch(fail);
    });
  }

  /** Sends what was asked so far and closes. What still waits is rejected. */
  close(): void {
    this.#socket.end();
    this.#end('closed');
  }

  /** Breaks the connection as a network would. */
  drop(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#closed !== undefined) return;
    let frames: Frame[];
    try {
      frames = this.#reader.push(chunk);
    } catch (error) {
      this.#socket.destroy();
      this.#end((error as Error).message);
      return;
    }
    for (const frame of frames) this.#take(frame);
  }

  #take(frame: Frame): void {
    switch (frame.headers.get('Content-Type') ?? '') {
      case 'command/reply':
      case 'api/response':
        this.#waiting.shift()?.resolve(frame);
        return;
      case 'auth/request':
        this.#handlers.authRequest?.();
        return;
      case 'text/disconnect-notice':
      case 'text/rude-rejection':
        this.#handlers.notice?.(frame);
        return;
      default: {
        const event = eventOf(frame);
        if (event !== undefined) this.#event(event);
      }
    }
  }

  #event(event: EslEvent): void {
    switch (event.name) {
      case 'CHANNEL_EXECUTE_COMPLETE':
        this.#completed(event);
        break;
      case 'BACKGROUND_JOB':
        this.#jobs.get(event.get('Job-UUID') ?? '')?.resolve(event.body ?? '');
        break;
      case 'CHANNEL_HANGUP':
        this.#mark(event.get('Unique-ID') ?? '');
        break;
      case 'CHANNEL_HANGUP_COMPLETE':
        this.over(event.get('Unique-ID') ?? '');
        break;
    }
    this.#handlers.event(event);
  }

  #completed(event: EslEvent): void {
    const id = event.get('Application-UUID') ?? '';
    const execution = this.#executions.get(id);
    this.#executions.delete(id);
    execution?.resolve(event);
  }

  /**
   * A channel is no more: what waits for it is rejected. Applications that were running have told their end before: what waits
   * still was never begun.
   */
  over(channel: string): void {
    this.#mark(channel);
    for (const [id, { channel: own, command, reject }] of this.#executions) {
      if (own !== channel) continue;
      this.#executions.delete(id);
      reject(new EslHungUp(command));
    }
  }

  #mark(channel: string): void {
    this.#hungUp.add(channel);
    const [oldest] = this.#hungUp;
    if (this.#hungUp.size > mostHungUp && oldest !== undefined) this.#hungUp.delete(oldest);
  }

  /** Without its reply a command leaves all later replies out of step: the connection is given up. */
  #sweep(): void {
    const now = performance.now();
    const stalled = now - this.#lastSweep > 1000;
    this.#lastSweep = now;
    const [first] = this.#waiting;
    // After a stall of our own the reply may lie unread in the socket: it gets another round.
    if (stalled || first === undefined || first.deadline > now) return;
    this.#waiting.shift();
    first.reject(new EslTimeout(first.command, this.#timeoutMs));
    this.#socket.destroy();
    this.#end('no reply');
  }

  #end(why: string): void {
    if (this.#closed !== undefined) return;
    this.#closed = why;
    clearInterval(this.#sweeper);
    for (const { command, reject } of this.#waiting.splice(0)) reject(new EslDown(command, why));
    for (const { command, reject } of this.#executions.values()) reject(new EslDown(command, why));
    this.#executions.clear();
    for (const { reject } of this.#jobs.values()) reject(new EslDown('bgapi', why));
    this.#jobs.clear();
    this.#handlers.closed(why);
  }
}

/** Of `command/reply` its `Reply-Text`, else the body. */
export function wordsOf({ headers, body }: Frame): string {
  return headers.get('Content-Type') === 'command/reply'
    ? (headers.get('Reply-Text') ?? '')
    : body.toString('utf8');
}
