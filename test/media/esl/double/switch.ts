/**
 * A double of FreeSWITCH's event socket, made from recordings of a real one: same messages, order, timing and failures. SIP and
 * RTP are not there: telephones are `Line`s.
 */
import { randomUUID } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Channel, type Facts } from './channel.ts';
import { startClock, type Clock } from './clock.ts';
import { Executions } from './execution.ts';
import { SwitchFiles } from './files.ts';
import { silentLine, type Line } from './line.ts';
import { Session, type SwitchDesk } from './session.ts';
import type { DoubleOptions } from './options.ts';
import { settingsOf } from './settings.ts';
import { template, type Headers, type Value } from './templates.ts';

export interface FreeSwitchDouble extends AsyncDisposable {
  /** Of the event socket. */
  readonly port: number;
  /** Somebody calls; the channel is there at once, the application is dialled. */
  ring(facts: Facts, line?: Line): Channel;
  /** A key pressed on the channel's telephone. */
  press(channel: Channel, digit: string, source?: string): void;
  /** The channel's telephone hangs up, or gives up. */
  hangUp(channel: Channel): void;
  /** A MESSAGE came in (RFC 3428), from this address. */
  message(from: string, to: string, body: string, source?: { ip: string; port: number }): void;
  /** A phone registers or subscribes: the lamp is asked for. */
  query(account: string, callId: string): void;
  /** Channels that are up. */
  readonly channels: readonly Channel[];
  /** Breaks every connection of the event socket, as a network would. */
  dropConnections(): void;
}

export async function openFreeSwitchDouble(options: DoubleOptions): Promise<FreeSwitchDouble> {
  const double = new Double(options);
  await double.listen();
  return double;
}

class Double implements FreeSwitchDouble, SwitchDesk {
  readonly password: string;
  readonly #options: DoubleOptions;
  readonly #clock: Clock = startClock();
  readonly #server = createServer((socket) => this.#sessions.add(new Session(socket, this)));
  readonly #files = new SwitchFiles();
  readonly #sessions = new Set<Session>();
  readonly #sockets = new Set<Socket>();
  readonly #channels = new Map<string, Channel>();
  readonly #executions = new Map<Channel, Executions>();
  /** Execution of `socket` itself. */
  readonly #sockedBy = new Map<Channel, string>();
  #closing = false;
  #sequence = 600;

  constructor(options: DoubleOptions) {
    this.#options = options;
    this.password = options.password;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get channels(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  ring(facts: Facts, line: Line = silentLine): Channel {
    const channel = this.#add(new Channel(facts, line));
    this.#handOver(channel);
    return channel;
  }

  press(channel: Channel, digit: string, source = 'RTP'): void {
    if (channel.gone.aborted) return;
    if (this.#executions.get(channel)?.busy === true) channel.digits.push(digit);
    this.#emit(channel, 'DTMF', { 'DTMF-Digit': digit, 'DTMF-Duration': '960', 'DTMF-Source': source });
  }

  hangUp(channel: Channel): void {
    const wasAnswered = channel.answeredAt !== undefined;
    channel.set('sip_hangup_disposition', wasAnswered ? 'recv_bye' : 'recv_cancel');
    this.#end(channel, wasAnswered || channel.outbound ? 'NORMAL_CLEARING' : 'ORIGINATOR_CANCEL');
  }

  message(from: string, to: string, body: string, source = { ip: '127.0.0.1', port: 5102 }): void {
    const own: Record<string, Value> = { from_sip_ip: source.ip, from_sip_port: String(source.port) };
    const parts: Record<string, [string, string]> = { from: [from, '127.0.0.1'], to: [to, '127.0.0.1'] };
    for (const [side, [user, host]] of Object.entries(parts)) {
      own[side] = `${user}@${host}`;
      own[`${side}_user`] = user;
      own[`${side}_host`] = host;
    }
    own['from_full'] = `<sip:${from}@127.0.0.1>;tag=${randomUUID()}`;
    this.#broadcast(this.event('MESSAGE', own), body);
    this.#broadcast(this.event('CUSTOM sofia::error', own), body);
  }

  query(account: string, callId: string): void {
    this.#broadcast(
      this.event('MESSAGE_QUERY', { 'Message-Account': `sip:${account}`, 'VM-Call-ID': callId }),
    );
  }

  dropConnections(): void {
    for (const session of this.#sessions) session.drop();
  }

  channel(id: string): Channel | undefined {
    return this.#channels.get(id);
  }

  execute(channel: Channel, application: string, argument: string, id: string, lock: boolean): void {
    this.#executions.get(channel)?.ask(application, argument, id, lock);
  }

  async idle(channel: Channel): Promise<void> {
    await this.#clock.next();
    await this.#executions.get(channel)?.idle();
  }

  hangup(channel: Channel, cause: string): void {
    channel.set('sip_hangup_disposition', channel.answeredAt === undefined ? 'send_refuse' : 'send_bye');
    void this.#clock.next().then(() => this.#end(channel, cause));
  }

  event(name: string, own: Readonly<Record<string, Value>>): Headers {
    const headers = template(name);
    for (const [header, value] of Object.entries(own)) headers.set(header, value);
    headers.delete('Content-Length');
    headers.delete('_body');
    headers.set('Event-Sequence', String((this.#sequence += 1)));
    return headers;
  }

  closed(session: Session): void {
    this.#sessions.delete(session);
    const { channel } = session;
    if (channel === undefined || channel.gone.aborted || this.#closing) return;
    // With socket_resume the dialplan goes on, and hands the call over again; without it the call is over.
    if (channel.get('socket_resume') !== 'true') this.#end(channel, 'NORMAL_CLEARING');
    else void this.#again(channel);
  }

  /** Not measured: that what runs is broken off then. */
  async #again(channel: Channel): Promise<void> {
    const executions = this.#executions.get(channel);
    executions?.breakOff();
    await executions?.idle();
    for (let tries = 0; tries < 100 && !channel.gone.aborted && !this.#closing; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (await this.#connectFor(channel)) return;
    }
    this.#end(channel, 'NORMAL_TEMPORARY_FAILURE');
  }

  async api(line: string): Promise<string> {
    const [command = '', id = '', ...rest] = line.split(' ');
    const channel = this.#channels.get(id);
    switch (command) {
      case 'status':
        return 'UP 0 years, 0 days, 0 hours, 26 minutes, 53 seconds, 383 milliseconds, 71 microseconds\n';
      case 'uuid_exists':
        return String(channel !== undefined);
      case 'uuid_getvar':
        return channel === undefined ? '-ERR No such channel!\n' : (channel.get(rest.join(' ')) ?? '_undef_');
      case 'uuid_setvar':
        if (channel === undefined) return '-ERR No such channel!\n';
        channel.set(rest[0] ?? '', rest.slice(1).join(' '));
        return '+OK\n';
      case 'uuid_break':
        if (channel === undefined) return '-ERR No such channel!\n';
        this.#executions.get(channel)?.breakOff();
        return '+OK\n';
      case 'uuid_kill':
        if (channel === undefined) return '-ERR No such channel!\n';
        void this.#clock.next().then(() => this.#end(channel, rest[0] ?? 'NORMAL_CLEARING'));
        return '+OK\n';
      case 'sofia_contact':
        return this.#options.contact?.(id) ?? 'error/user_not_registered';
      case 'user_exists':
        return String(this.#options.hasUser?.(rest[0] ?? '') ?? false);
      case 'http_get':
        return this.#files.get(id);
      case 'http_put':
        return this.#files.put(id, rest[0] ?? '');
      case 'system':
        return this.#files.system(line.slice('system '.length));
      case 'uuid_bridge':
        return this.#bridge(channel, this.#channels.get(rest[0] ?? ''));
      case 'uuid_dump':
        return channel === undefined
          ? '-ERR No such channel!\n'
          : [...channel.data(new Map())].map(([name, value]) => `${name}: ${String(value)}\n`).join('');
      case 'show':
        return this.#show();
      case 'originate':
        return this.#originate(line.slice('originate '.length));
      default:
        return `-ERR ${command} Command not found!\n`;
    }
  }

  sendEvent(name: string, headers: ReadonlyMap<string, string>, body: string, id: string): void {
    if (name === 'MESSAGE_WAITING') this.#options.onLamp?.(headers);
    if (name !== 'CUSTOM' || headers.get('event-subclass') !== 'SMS::SEND_MESSAGE') return;
    const to = headers.get('to') ?? '';
    const status = this.#options.onText?.({ to, from: headers.get('from') ?? '', body }) ?? 202;
    const own = {
      'Event-UUID': id,
      Status: status < 300 ? 'Success' : 'Failure',
      'Delivery-Result-Code': String(status),
      to,
    };
    void this.#clock.next().then(() => this.#broadcast(this.event('CUSTOM SMS::DELIVERY_REPORT', own)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    for (const channel of this.channels) channel.end('MANAGER_REQUEST');
    this.#clock.close();
    this.#files[Symbol.dispose]();
    for (const socket of this.#sockets) socket.destroy();
    for (const session of this.#sessions) session.drop();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #add(channel: Channel): Channel {
    this.#channels.set(channel.id, channel);
    const deps = {
      clock: this.#clock,
      emit: (of: Channel, name: string, own?: Readonly<Record<string, Value>>) => this.#emit(of, name, own),
      hangup: (of: Channel, cause: string) => this.#end(of, cause),
      dial: (of: Channel, target: string) => this.#dialFrom(of, target),
    };
    this.#executions.set(channel, new Executions(channel, deps));
    return channel;
  }

  /** The application `socket`; if nobody is there the next action of the dialplan refuses the call. */
  #handOver(channel: Channel): void {
    void this.#connectFor(channel).then((connected) => {
      if (!connected && !this.#closing) this.#end(channel, 'NORMAL_TEMPORARY_FAILURE');
    });
  }

  #connectFor(channel: Channel): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#options.application());
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => {
        this.#sockedBy.set(channel, randomUUID());
        this.#sessions.add(new Session(socket, this, channel, this.#options.isStatic));
        resolve(true);
      });
    });
  }

  #emit(channel: Channel, name: string, own: Readonly<Record<string, Value>> = {}): void {
    const headers = channel.event(name, own);
    headers.set('Event-Sequence', String((this.#sequence += 1)));
    this.#broadcast(headers);
  }

  #broadcast(headers: Headers, body?: string): void {
    for (const session of this.#sessions) session.deliver(headers, body);
  }

  /** In the order of the recordings: hang-up, ends of what ran, the end of `socket`, the account, the notice. */
  #end(channel: Channel, cause: string): void {
    if (!channel.end(cause)) return;
    this.#emit(channel, 'CHANNEL_HANGUP');
    channel.line.ended(cause);
    void this.#finish(channel);
  }

  async #finish(channel: Channel): Promise<void> {
    await this.#executions.get(channel)?.idle();
    if (this.#options.isStatic === true) {
      // Nothing more is told, and no BYE goes out, until the application closes its socket.
      for (const session of this.#sessions) if (session.channel === channel) session.over();
      return;
    }
    const id = this.#sockedBy.get(channel);
    if (id !== undefined) {
      const { host, port } = this.#options.application();
      this.#emit(channel, 'CHANNEL_EXECUTE_COMPLETE', {
        Application: 'socket',
        'Application-Data': `${host}:${port} async full`,
        'Application-Response': channel.response,
        'Application-UUID': id,
      });
    }
    channel.callState = 'HANGUP';
    channel.account();
    this.#emit(channel, 'CHANNEL_HANGUP_COMPLETE');
    this.#channels.delete(channel.id);
    this.#executions.delete(channel);
    for (const session of this.#sessions) if (session.channel === channel) session.over();
  }

  /** `{a=b,c='d e'}endpoint/number &park()`: answers when the far side has answered, or why not. */
  async #originate(line: string): Promise<string> {
    const match = /^(?:\{(.*?)\})?(\S+) (.+)$/s.exec(line);
    if (match === null) return '-USAGE: <call url> <exten>|&<application_name>(<app_args>)\n';
    const [, settings = '', target = '', then = ''] = match;
    const variables = settingsOf(settings);
    const made = await this.#dial(target, variables);
    if (typeof made === 'string') return `-ERR ${made}\n`;
    const [, application = 'park', argument = ''] = /^'?&(\w+)\((.*)\)'?$/.exec(then) ?? [];
    if (application === 'socket') this.#handOver(made);
    else void this.#clock.next().then(() => this.execute(made, application, argument, randomUUID(), false));
    return `+OK ${made.id}\n`;
  }

  async #dialFrom(channel: Channel, target: string): Promise<Channel | string> {
    const match = /^(?:\{(.*?)\})?(\S+)$/s.exec(target);
    const variables = settingsOf(match?.[1] ?? '');
    variables.set('origination_caller_id_number', String(channel.get('sip_from_user')));
    return this.#dial(match?.[2] ?? target, variables);
  }

  async #dial(target: string, variables: ReadonlyMap<string, string>): Promise<Channel | string> {
    const number = /([^/]+?)(@[^/]*)?$/.exec(target)?.[1] ?? target;
    const how = this.#options.onDial?.(number, target) ?? 'UNALLOCATED_NUMBER';
    const late = typeof how !== 'string' && 'answersAfter' in how ? how : undefined;
    const line = typeof how === 'string' ? silentLine : 'answersAfter' in how ? how.line : how;
    const from = variables.get('origination_caller_id_number') ?? '';
    const id = variables.get('origination_uuid') ?? randomUUID();
    const channel = this.#add(
      new Channel({ to: number, from, id, variables: Object.fromEntries(variables) }, line, true),
    );
    channel.callState = 'DOWN';
    await this.#clock.next();
    for (const name of ['CHANNEL_CREATE', 'CHANNEL_ORIGINATE']) this.#emit(channel, name);
    if (how === 'rings') return this.#rings(channel, Number(variables.get('originate_timeout') ?? 60));
    if (typeof how === 'string') {
      await this.#clock.next();
      this.#end(channel, how);
      return how;
    }
    this.#emit(channel, 'CHANNEL_PROGRESS');
    await late?.answersAfter;
    await this.#clock.next();
    if (channel.hangupCause !== undefined) return channel.hangupCause;
    channel.callState = 'RINGING';
    channel.answerState = 'answered';
    channel.answeredAt = Date.now();
    this.#emit(channel, 'CHANNEL_ANSWER');
    channel.callState = 'ACTIVE';
    line.answered();
    return channel;
  }

  #rings(channel: Channel, seconds: number): Promise<string> {
    this.#emit(channel, 'CHANNEL_PROGRESS');
    channel.callState = 'RINGING';
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(channel, 'NO_ANSWER'), seconds * 1000);
      channel.gone.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve(channel.hangupCause ?? 'NO_ANSWER');
      });
    });
  }

  #bridge(one: Channel | undefined, other: Channel | undefined): string {
    if (one === undefined || other === undefined) return '-ERR Invalid uuid\n';
    this.#emit(one, 'CHANNEL_BRIDGE', { 'Other-Leg-Unique-ID': other.id });
    return `+OK ${other.id}\n`;
  }

  #show(): string {
    const head = 'uuid,direction,created,state';
    const rows = this.channels.map(
      (channel) => `${channel.id},${channel.outbound ? 'outbound' : 'inbound'},,${channel.callState}`,
    );
    return [head, ...rows, '', `${rows.length} total.`, ''].join('\n');
  }
}
