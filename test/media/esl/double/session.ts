/** One connection of the event socket, as FreeSWITCH serves it: commands in order, one reply each. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Channel } from './channel.ts';
import {
  apiFrame,
  byeFrame,
  channelFrame,
  eventFrame,
  lingerFrame,
  replyFrame,
  type EventFormat,
} from './encode.ts';
import type { Headers } from './templates.ts';

/** What a connection asks of the switch. */
export interface SwitchDesk {
  readonly password: string;
  channel(id: string): Channel | undefined;
  execute(channel: Channel, application: string, argument: string, id: string, lock: boolean): void;
  hangup(channel: Channel, cause: string): void;
  /** Resolves when nothing runs on the channel. */
  idle(channel: Channel): Promise<void>;
  api(line: string): Promise<string>;
  sendEvent(name: string, headers: ReadonlyMap<string, string>, body: string, id: string): void;
  event(name: string, own: Readonly<Record<string, string>>): Headers;
  closed(session: Session): void;
}

const notFound = '-ERR command not found';

export class Session {
  readonly #socket: Socket;
  readonly #desk: SwitchDesk;
  /** The channel of an outbound connection. */
  readonly channel: Channel | undefined;
  /** Without `async` nothing is told of an application before it has ended: neither the reply nor any event. */
  readonly #static: boolean;
  #held: Buffer[] | undefined;
  #open: boolean;
  #connected = false;
  #lingers: number | undefined;
  #format: EventFormat = 'plain';
  readonly #events = new Set<string>();
  readonly #filters: { name: string; value: string }[] = [];
  #buffer = Buffer.alloc(0);
  /** Commands are served one after the other: a slow `api` holds up the rest. */
  #serving: Promise<void> = Promise.resolve();

  constructor(socket: Socket, desk: SwitchDesk, channel?: Channel, isStatic = false) {
    this.#static = isStatic;
    this.#socket = socket;
    this.#desk = desk;
    this.channel = channel;
    this.#open = channel !== undefined;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => desk.closed(this));
    if (channel === undefined) this.#send(Buffer.from('Content-Type: auth/request\n\n'));
  }

  get lingers(): boolean {
    return this.#lingers !== undefined;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Sends an event if it was asked for and no filter hides it. */
  deliver(headers: Headers, body?: string): void {
    const name = String(headers.get('Event-Name'));
    const subclass = headers.get('Event-Subclass');
    const asked =
      name === 'CUSTOM'
        ? this.#events.has(`CUSTOM ${String(subclass)}`) || this.#events.has('ALL')
        : this.#events.has(name) || this.#events.has('ALL');
    if (!asked || !this.#passes(headers)) return;
    const frame = eventFrame(headers, this.#format, body);
    if (this.#held === undefined) this.#send(frame);
    else this.#held.push(frame);
  }

  /** The channel is over. */
  over(): void {
    if (this.channel === undefined) return;
    if (this.#lingers === undefined) this.bye();
    else this.#send(lingerFrame(this.channel.id, this.channel.name, this.#lingers));
  }

  bye(): void {
    this.#send(byeFrame(this.channel?.id));
    this.#socket.end();
  }

  drop(): void {
    this.#socket.destroy();
  }

  #passes(headers: Headers): boolean {
    return this.#filters.length === 0 || this.#filters.some(({ name, value }) => headers.get(name) === value);
  }

  #send(bytes: Buffer): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  #read(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      while (this.#buffer[0] === 0x0a) this.#buffer = this.#buffer.subarray(1);
      const end = this.#buffer.indexOf('\n\n');
      if (end < 0) return;
      const [line = '', ...rest] = this.#buffer.subarray(0, end).toString('utf8').split('\n');
      const headers = new Map(rest.map(headerOf));
      const length = Number(headers.get('content-length') ?? 0);
      if (this.#buffer.length < end + 2 + length) return;
      const body = this.#buffer.subarray(end + 2, end + 2 + length).toString('utf8');
      this.#buffer = this.#buffer.subarray(end + 2 + length);
      this.#serving = this.#serving.then(() => this.#serve(line, headers, body));
    }
  }

  async #serve(line: string, headers: ReadonlyMap<string, string>, body: string): Promise<void> {
    const [word = '', ...words] = line.split(' ');
    const rest = words.join(' ');
    if (word === 'exit') {
      this.#send(replyFrame('+OK bye'));
      this.bye();
    } else if (!this.#open) this.#authorize(word, rest);
    else if (this.channel !== undefined && word === 'connect') this.#connect(this.channel);
    else await this.#command(word, rest, headers, body);
  }

  #authorize(word: string, password: string): void {
    if (word !== 'auth') this.#send(replyFrame(notFound));
    else if (password === this.#desk.password) {
      this.#open = true;
      this.#send(replyFrame('+OK accepted'));
    } else {
      this.#send(replyFrame('-ERR invalid'));
      this.bye();
    }
  }

  #connect(channel: Channel): void {
    this.#connected = true;
    const more = {
      'Content-Type': 'command/reply',
      'Reply-Text': '+OK\n',
      'Socket-Mode': this.#static ? 'static' : 'async',
      Control: 'full',
    };
    const data = channel.data(new Map());
    for (const name of Object.keys(more)) data.delete(name);
    for (const [name, value] of Object.entries(more)) data.set(name, value);
    this.#send(channelFrame(data));
  }

  async #command(
    word: string,
    rest: string,
    headers: ReadonlyMap<string, string>,
    body: string,
  ): Promise<void> {
    switch (word) {
      case 'linger':
        if (this.channel === undefined) return this.#send(replyFrame(notFound));
        this.#lingers = rest === '' ? -1 : Number(rest);
        return this.#send(replyFrame(rest === '' ? '+OK will linger' : `+OK will linger ${rest} seconds`));
      case 'event':
        return this.#send(replyFrame(this.#subscribe(rest)));
      case 'myevents':
        this.#events.add('ALL');
        this.#filters.push({ name: 'Unique-ID', value: rest === '' ? (this.channel?.id ?? '') : rest });
        return this.#send(replyFrame('+OK Events Enabled'));
      case 'nixevent':
        for (const name of rest.split(' ')) this.#events.delete(name);
        return this.#send(replyFrame('+OK events nixed'));
      case 'noevents':
        this.#events.clear();
        return this.#send(replyFrame('+OK no longer listening for events'));
      case 'filter':
        return this.#send(replyFrame(this.#filter(rest)));
      case 'getvar':
        return this.#send(replyFrame(this.channel?.get(rest) ?? notFound));
      case 'sendmsg': {
        if (!this.#static || this.channel === undefined)
          return this.#send(replyFrame(this.#sendMessage(rest, headers, body)));
        const held: Buffer[] = [];
        this.#held = held;
        const reply = this.#sendMessage(rest, headers, body);
        await this.#desk.idle(this.channel);
        this.#held = undefined;
        for (const frame of [replyFrame(reply), ...held]) this.#send(frame);
        return;
      }
      case 'sendevent': {
        const id = randomUUID();
        this.#desk.sendEvent(rest, headers, body, id);
        return this.#send(replyFrame(`+OK ${id}`));
      }
      case 'api':
        if (rest === '') return this.#send(replyFrame(notFound));
        return this.#send(apiFrame(await this.#desk.api(rest)));
      case 'bgapi':
        return this.#background(rest, headers.get('job-uuid') ?? randomUUID());
      default:
        return this.#send(replyFrame(notFound));
    }
  }

  #subscribe(rest: string): string {
    const words = rest.split(' ').filter((word) => word !== '');
    const formats = words.filter((word) => word === 'plain' || word === 'json' || word === 'xml');
    const format = formats.at(-1);
    if (format === 'plain' || format === 'json') this.#format = format;
    const names = words.filter((word) => !['plain', 'json', 'xml'].includes(word));
    if (names.length === 0) return '-ERR no keywords supplied';
    const custom = names.indexOf('CUSTOM');
    names.forEach((name, at) => {
      if (custom < 0 || at < custom) this.#events.add(name);
      else if (at > custom) this.#events.add(`CUSTOM ${name}`);
    });
    return `+OK event listener enabled ${this.#format}`;
  }

  #filter(rest: string): string {
    const [name = '', ...words] = rest.split(' ');
    if (name === 'delete') {
      const [which = ''] = words;
      const kept = this.#filters.filter((one) => which !== 'all' && one.name !== which);
      this.#filters.splice(0, this.#filters.length, ...kept);
      return `+OK filter deleted. [${which}]`;
    }
    const value = words.join(' ');
    this.#filters.push({ name, value });
    return `+OK filter added. [${name}]=[${value}]`;
  }

  #sendMessage(id: string, headers: ReadonlyMap<string, string>, body: string): string {
    const channel = id === '' ? this.channel : this.#channelOf(id);
    if (channel === undefined) return `-ERR invalid session id [${id}]`;
    const command = headers.get('call-command');
    if (command === 'hangup') this.#desk.hangup(channel, headers.get('hangup-cause') ?? 'NORMAL_CLEARING');
    else if (command === 'execute')
      this.#desk.execute(
        channel,
        headers.get('execute-app-name') ?? '',
        headers.get('execute-app-arg') ?? body,
        headers.get('event-uuid') ?? randomUUID(),
        headers.get('event-lock') === 'true',
      );
    return '+OK';
  }

  /** Its own channel answers also when it is dead. */
  #channelOf(id: string): Channel | undefined {
    return this.channel?.id === id ? this.channel : this.#desk.channel(id);
  }

  async #background(line: string, job: string): Promise<void> {
    this.#send(replyFrame(`+OK Job-UUID: ${job}`, { 'Job-UUID': job }));
    const [command = '', ...words] = line.split(' ');
    const own = { 'Job-UUID': job, 'Job-Command': command, 'Job-Command-Arg': words.join(' ') };
    void this.#desk.api(line).then((said) => this.deliver(this.#desk.event('BACKGROUND_JOB', own), said));
  }
}

function headerOf(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trimStart()];
}
