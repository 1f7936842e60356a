/**
 * A telephone: baresip as a child process, without registration and without sound card. It plays a file, keeps what it hears in
 * a file, answers by itself, and is steered over its control connection (JSON in netstrings).
 */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../stack/ports.ts';
import { startProgram, type Program } from '../stack/program.ts';
import { commandLine, silenceFile, writeFiles } from './baresip-files.ts';
import { expect, StepFailure } from './failure.ts';
import { NetstringReader, writeNetstring } from './netstring.ts';
import { PhoneCall } from './phone-call.ts';
import { freeSipPort } from './sip-port.ts';
import { Inbox } from './wait.ts';

export interface BaresipOptions {
  /** Configuration, log and recordings; made if it is not there. */
  readonly directory: string;
  readonly number: string;
  readonly displayName: string;
  /** Where its calls and texts go, as 127.0.0.1:5060. */
  readonly server: string;
  /** The number that its texts go to: baresip sends them to a contact only. */
  readonly textsTo: string;
  /** SIP over TLS, by name and password. */
  readonly secure?: {
    readonly user: string;
    readonly password: string;
    /** PEM file, in its folder: baresip cuts paths at 127 characters. */
    readonly ca: string;
    /** `none`: RTP as it is; default: SRTP or nothing. */
    readonly media?: 'none';
  };
  /** Ends every wait. */
  readonly signal: AbortSignal;
}

export interface PhoneText {
  /** SIP address of the sender. */
  readonly from: string;
  readonly body: string;
  /** When it came, by performance.now(). */
  readonly at: number;
}

/** What baresip tells; the fields that matter here. */
export interface PhoneEvent {
  readonly type: string;
  readonly direction: 'incoming' | 'outgoing';
  readonly peer: string;
  readonly param: string;
}

interface Packet {
  readonly event?: boolean;
  readonly message?: boolean;
  readonly response?: boolean;
  readonly ok?: boolean;
  readonly type?: string;
  readonly direction?: PhoneEvent['direction'];
  readonly peeruri?: string;
  readonly from?: string;
  readonly body?: string;
  readonly param?: string;
  readonly data?: string;
  readonly token?: string;
}

/** Longest wait for the answer to a command, in milliseconds. */
const commandMs = 5000;

/** How often another port is tried when somebody was quicker. */
const portTries = 5;

/** Starts the phone on a free port of 127.0.0.1; it takes commands and calls when this settles. */
export async function openBaresip(options: BaresipOptions): Promise<Baresip> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(options, await freeSipPort(), await freePort());
    } catch (error) {
      const taken = error instanceof Error && error.message.includes('Address already in use');
      if (!taken || tries >= portTries) throw error;
    }
  }
}

async function start(options: BaresipOptions, sipPort: number, controlPort: number): Promise<Baresip> {
  await writeFiles(options, sipPort, controlPort);
  let socket: Socket | undefined;
  const logFile = join(options.directory, 'baresip.log');
  const pidFile = join(options.directory, 'baresip.pid');
  const { command, inRoot: rooted } = commandLine(options.directory, pidFile);
  await rm(logFile, { force: true });
  const program = await startProgram({
    name: 'baresip',
    command,
    logFile,
    ...(rooted ? { pidFile } : {}),
    ready: async () => {
      socket = await tryConnect(controlPort);
      return socket !== undefined;
    },
  });
  if (socket === undefined) throw new Error('baresip has no control connection');
  return new Baresip(options, sipPort, program, socket);
}

export class Baresip implements AsyncDisposable {
  readonly number: string;
  /** Where it is reached on 127.0.0.1. */
  readonly sipPort: number;
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly events = new Inbox<PhoneEvent>();
  readonly #options: BaresipOptions;
  readonly #texts = new Inbox<PhoneText>();
  readonly #answers = new Inbox<Packet>();
  readonly #program: Program;
  readonly #socket: Socket;
  #commands = 0;
  #calls = 0;

  constructor(options: BaresipOptions, sipPort: number, program: Program, socket: Socket) {
    this.#options = options;
    this.#program = program;
    this.#socket = socket;
    this.number = options.number;
    this.sipPort = sipPort;
    this.directory = options.directory;
    this.signal = options.signal;
    const reader = new NetstringReader();
    // Its end shows as commands without an answer.
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      for (const text of reader.push(bytes)) this.#take(JSON.parse(text) as Packet);
    });
  }

  /** Settles when baresip has ended. */
  get exited(): Promise<void> {
    return this.#program.exited;
  }

  /** Calls a number; the call is answered when this settles. */
  async call(number: string): Promise<PhoneCall> {
    const call = await this.#nextCall();
    await this.command('dial', `sip:${number}@${this.#options.server}`);
    await this.#established(call, 'outgoing', `an answer from ${number}`, 10_000);
    return call;
  }

  /** Answers the call that comes because of what `trigger` does. */
  async calledBack(trigger: () => Promise<void>, expected: string, ms: number): Promise<PhoneCall> {
    const call = await this.#nextCall();
    await trigger();
    await this.#established(call, 'incoming', expected, ms);
    return call;
  }

  /** Sends a text to the number `textsTo`. */
  async text(body: string): Promise<void> {
    await this.command('message', body);
  }

  /** The next text that arrives, or has arrived and was not taken yet. */
  async nextText(expected: string, ms: number): Promise<PhoneText> {
    return this.#texts.take(() => true, { expected, ms, signal: this.signal });
  }

  /** Runs a command of baresip. @throws StepFailure if baresip refuses it. */
  async command(command: string, params?: string): Promise<void> {
    this.#commands += 1;
    const token = String(this.#commands);
    this.#socket.write(writeNetstring(JSON.stringify({ command, params, token })));
    const answer = await this.#answers.take((one) => one.token === token, {
      expected: `baresip to obey “${command}”`,
      ms: commandMs,
      signal: this.signal,
    });
    expect(answer.ok === true, `baresip to obey “${command}”`, answer.data ?? 'a refusal');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.#program[Symbol.asyncDispose]();
  }

  /** Each call is heard into a file of its own, and begins in silence. */
  async #nextCall(): Promise<PhoneCall> {
    this.events.clear();
    this.#calls += 1;
    const file = `heard-${this.#calls}.wav`;
    await this.command('auplay', `aufile,${file}`);
    await this.command('ausrc', `aufile,${silenceFile}`);
    return new PhoneCall(this, join(this.directory, file));
  }

  async #established(
    call: PhoneCall,
    direction: PhoneEvent['direction'],
    expected: string,
    ms: number,
  ): Promise<void> {
    const event = await this.events.take(
      (one) => one.direction === direction && ['CALL_ESTABLISHED', 'CALL_CLOSED'].includes(one.type),
      { expected, ms, signal: this.signal },
    );
    if (event.type === 'CALL_CLOSED') throw new StepFailure(expected, `the call ended: ${event.param}`);
    call.peer = event.peer;
  }

  #take(packet: Packet): void {
    if (packet.response === true) this.#answers.add(packet);
    else if (packet.message === true)
      this.#texts.add({ from: packet.from ?? '', body: packet.body ?? '', at: performance.now() });
    else if (packet.event === true && packet.direction !== undefined)
      this.events.add({
        type: packet.type ?? '',
        direction: packet.direction,
        peer: packet.peeruri ?? '',
        param: packet.param ?? '',
      });
  }
}

async function tryConnect(port: number): Promise<Socket | undefined> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return socket;
  } catch {
    socket.destroy();
    return undefined;
  }
}
