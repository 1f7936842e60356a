import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { LampClasses } from '../../core/mailbox/lamp.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FaxSent } from '../../ports/fax.ts';
import type { Log } from '../../ports/log.ts';
import type {
  Call,
  DialOptions,
  DialResult,
  DialTarget,
  InboundText,
  Lamp,
  MediaServer,
  OutboundText,
  StrayRecording,
} from '../../ports/media.ts';
import type { PromptCatalog } from '../../ports/prompts.ts';
import { Queue } from '../parts/queue.ts';
import type { CallDeps, EslCall } from './call.ts';
import { Calls } from './calls.ts';
import { HttpCarrier, sharedFolder, type Carrier } from './carrier.ts';
import { dial, Dialling } from './dial.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { openFaxNotes, type FaxNotes } from './fax.ts';
import { Lamps } from './lamp.ts';
import { asFault } from './line.ts';
import { Phones } from './phones.ts';
import { makeShared } from './shared.ts';
import { Sounds } from './sounds.ts';
import { followStrays } from './strays.ts';
import { Takes } from './takes.ts';
import { readText, Texts, type Trunk } from './texts.ts';
import { EslClient } from './wire/client.ts';
import type { EslConnection } from './wire/connection.ts';
import { EslDown } from './wire/errors.ts';
import type { EslEvent } from './wire/event.ts';
import { listen, type EslListener } from './wire/listener.ts';
import { switchPeers } from './wire/peers.ts';

/** The configuration's section `freeswitch`, its trunks and the secret. */
export interface EslSettings {
  /** Event socket of the switch. */
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** Where calls are taken over; port 0 picks a free one. */
  readonly listen: {
    readonly host: string;
    readonly port: number;
    /** Networks that the switch dials from, besides the addresses of its event socket. */
    readonly from?: readonly string[];
  };
  /** The same as the switch dials it; default: where this listens. */
  readonly address?: string | undefined;
  /** Recordings, faxes and messages being heard lie in it; the switch sees it by the same path if `recordings` is `shared`. */
  readonly folder: string;
  /** Whether the switch sees the folder, or gets and brings files over HTTP. */
  readonly recordings: 'shared' | 'http';
  readonly http: Omit<ExchangeOptions, 'isSwitch' | 'log'> & {
    /** Folder of the switch's own disk where recordings lie until they are here. */
    readonly folder: string;
  };
  /** SIP profile that phones and trunks are on. */
  readonly profile: string;
  /** Domain of registered phones. */
  readonly domain: string;
  /** Trunk for calls and texts out. */
  readonly trunk: string;
  readonly trunks: readonly Trunk[];
  readonly timeoutMs: number;
}

export interface EslMediaDeps {
  readonly log: Log;
  readonly clock: Clock;
  readonly prompts: PromptCatalog;
  /** Language of tones; BCP 47. */
  readonly language: string;
  /** A sound begins on a call; whether it is one that was stored. */
  readonly onPlaying?: ((stored: boolean) => void) | undefined;
  /** What the lamp of a number shows now; `undefined` = not served here. */
  readonly lampOf: (number: string) => Promise<LampClasses | undefined>;
  /** How often the folder is looked through, in milliseconds; default 5,000. */
  readonly strayEveryMs?: number;
}

const callEvents =
  'json CHANNEL_ANSWER CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE DTMF PLAYBACK_START RECORD_START';
const switchEvents = 'json BACKGROUND_JOB MESSAGE MESSAGE_QUERY CUSTOM SMS::DELIVERY_REPORT';

/**
 * FreeSWITCH as the media server: it dials this side for each call, and this side dials it for all else. Listens when this
 * resolves; the connection to the switch is made, and made again, in the background.
 */
export async function openEslMedia(settings: EslSettings, deps: EslMediaDeps): Promise<EslMedia> {
  const { folder, recordings, http } = settings;
  const connection: { get: () => EslConnection } = { get: notConnected };
  const exchange = recordings === 'http' ? await openExchange(settings, deps.log) : undefined;
  const carrier =
    exchange === undefined
      ? sharedFolder
      : new HttpCarrier({
          exchange,
          connection: () => connection.get(),
          folder: http.folder,
          log: deps.log,
        });
  await makeShared(folder);
  // Of this process alone: another controller on the folder has its own.
  const directory = join(folder, `play-${randomBytes(6).toString('hex')}`);
  const sounds = new Sounds({ prompts: deps.prompts, directory, log: deps.log, carrier });
  const takes = new Takes(join(folder, 'recordings'), carrier);
  await sounds.open();
  await takes.open();
  const notes = await openFaxNotes(join(folder, 'faxes'));
  const media = new EslMedia(settings, deps, { sounds, takes, notes, carrier, exchange });
  connection.get = () => media.connection;
  await media.listen();
  return media;
}

function notConnected(): never {
  throw new EslDown('event socket', 'not connected');
}

async function openExchange(settings: EslSettings, log: Log): Promise<Exchange> {
  const { host, listen: own, http } = settings;
  const exchange = new Exchange({ ...http, log, isSwitch: switchPeers(host, own.from ?? []) });
  await exchange.listen();
  return exchange;
}

interface Parts {
  readonly sounds: Sounds;
  readonly takes: Takes;
  readonly notes: FaxNotes;
  readonly carrier: Carrier;
  readonly exchange: Exchange | undefined;
}

export class EslMedia implements MediaServer {
  readonly #settings: EslSettings;
  readonly #deps: EslMediaDeps;
  readonly #parts: Parts;
  readonly #client: EslClient;
  readonly #calls: Calls;
  readonly #dialling = new Dialling();
  readonly #phones: Phones;
  readonly #texts: Texts;
  readonly #lamps: Lamps;
  readonly #callQueue = new Queue<EslCall>();
  readonly #textQueue = new Queue<InboundText>();
  readonly #startQueue = new Queue<Date>();
  readonly #ended = new AbortController();
  readonly #waitingForReady = new Set<() => void>();
  #listener: EslListener | undefined;
  #startedAt: Date | undefined;

  constructor(settings: EslSettings, deps: EslMediaDeps, parts: Parts) {
    this.#settings = settings;
    this.#deps = deps;
    this.#parts = parts;
    const connection = () => this.#client.connection;
    this.#phones = new Phones({ ...settings, connection });
    this.#texts = new Texts({ ...settings, connection, phones: this.#phones });
    this.#lamps = new Lamps({ connection, domain: settings.domain, lampOf: deps.lampOf });
    const { log, clock, language } = deps;
    const callDeps: CallDeps = {
      ...parts,
      faxes: { ...parts, directory: join(settings.folder, 'faxes') },
      clock,
      language,
      onPlaying: deps.onPlaying,
      onFax: (call) => this.#calls.becameFax(call),
    };
    this.#calls = new Calls({
      ...callDeps,
      queue: this.#callQueue,
      dialling: this.#dialling,
      log,
    });
    this.#client = new EslClient(
      { ...settings, events: switchEvents },
      {
        event: (event) => this.#event(event),
        connected: () => this.#connected(),
        disconnected: () => undefined,
      },
      log,
    );
  }

  async listen(): Promise<void> {
    const { timeoutMs, host, listen: own } = this.#settings;
    const isSwitch = switchPeers(host, own.from ?? []);
    this.#listener = await listen(
      { ...own, events: callEvents, timeoutMs, isSwitch },
      { call: (call) => this.#calls.handedOver(call) },
      this.#deps.log,
    );
  }

  /** To the switch. @throws EslDown while there is none */
  get connection(): EslConnection {
    return this.#client.connection;
  }

  /** Port where calls are taken over. */
  get port(): number {
    return this.#listener?.port ?? 0;
  }

  get healthy(): boolean {
    return this.#client.connected;
  }

  /** Resolves when connected, or when `signal` aborts. */
  ready(signal: AbortSignal): Promise<void> {
    if (this.healthy || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waitingForReady.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done);
      this.#waitingForReady.add(done);
    });
  }

  calls(signal: AbortSignal): AsyncIterable<Call> {
    return this.#callQueue.read(signal);
  }

  texts(signal: AbortSignal): AsyncIterable<InboundText> {
    return this.#textQueue.read(signal);
  }

  strays(signal: AbortSignal): AsyncIterable<StrayRecording> {
    const deps = {
      takes: this.#parts.takes,
      owned: (tag: string) => this.#calls.owns(tag),
      isUp: async (channel: string) =>
        (await this.#client.connection.api(`uuid_exists ${channel}`)) === 'true',
      startedAt: () => this.#startedAt,
      now: () => this.#deps.clock.now(),
      everyMs: this.#deps.strayEveryMs ?? 5_000,
      log: this.#deps.log,
    };
    return followStrays(deps, AbortSignal.any([signal, this.#ended.signal]));
  }

  dial(to: DialTarget, options: DialOptions): Promise<DialResult> {
    const { listen: own, address } = this.#settings;
    return dial(to, options, {
      ...this.#settings,
      connection: () => this.#client.connection,
      dialling: this.#dialling,
      address: address ?? `${own.host}:${this.port}`,
    });
  }

  async faxSent(tag: string): Promise<FaxSent | 'under-way' | undefined> {
    const note = await this.#parts.notes.read(tag);
    if (note === undefined) return undefined;
    if (note.state === 'over') return note.sent;
    try {
      if ((await this.#client.connection.api(`uuid_exists ${note.channel}`)) === 'true') return 'under-way';
    } catch (error) {
      throw asFault(error);
    }
    return { kind: 'failed', why: 'unknown', pages: 0, detail: 'its end was not told', facts: undefined };
  }

  async faxKept(tag: string): Promise<void> {
    await this.#parts.notes.forget(tag).catch(() => undefined);
  }

  get canFax(): boolean {
    return true;
  }

  sendText(text: OutboundText): Promise<void> {
    return this.#texts.send(text);
  }

  setLamp(lamp: Lamp): Promise<void> {
    return this.#lamps.set(lamp);
  }

  starts(signal: AbortSignal): AsyncIterable<Date> {
    return this.#startQueue.read(signal);
  }

  /** Breaks the connection to the switch; it comes back by itself. For tests. */
  drop(): void {
    this.#client.drop();
  }

  /** Lets go of all calls; they stay up at the switch, whose dialplan hands them over again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    this.#calls.letGo();
    this.#callQueue.close();
    this.#textQueue.close();
    this.#startQueue.close();
    this.#client.close();
    await this.#listener?.[Symbol.asyncDispose]();
    await this.#parts.exchange?.[Symbol.asyncDispose]();
    await this.#parts.sounds.close();
    for (const wake of this.#waitingForReady) wake();
  }

  async #connected(): Promise<void> {
    const started = startOf(await this.#client.connection.api('status'), this.#deps.clock.now());
    // It tells whole milliseconds of its own clock: a second more or less is the same start.
    if (started !== undefined && Math.abs(started.getTime() - (this.#startedAt?.getTime() ?? 0)) > 2000) {
      this.#startedAt = started;
      this.#startQueue.push(started);
    }
    await this.#parts.carrier.prepare();
    this.#deps.log.info('connected to the switch');
    for (const wake of this.#waitingForReady) wake();
  }

  async #text(event: EslEvent): Promise<void> {
    try {
      const text = await readText(event, this.#settings.trunks, this.#phones);
      if (text !== undefined) return this.#textQueue.push(text);
      this.#deps.log.info('a text of neither a trunk nor a phone of ours was left aside');
    } catch (error) {
      this.#deps.log.warn('a text was lost: the switch did not say whose it is', { error: String(error) });
    }
  }

  #event(event: EslEvent): void {
    if (event.name === 'MESSAGE') void this.#text(event);
    else if (event.name === 'MESSAGE_QUERY')
      this.#lamps.asked(event).catch((error: unknown) => {
        this.#deps.log.warn('a phone was not told of its messages', { error: String(error) });
      });
    else if (event.subclass === 'SMS::DELIVERY_REPORT') this.#texts.reported(event);
  }
}

const units: Readonly<Record<string, number>> = {
  year: 31_536_000_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};

/** When the switch started: `UP 0 years, 0 days, 0 hours, 26 minutes, 53 seconds, 383 milliseconds, …`. */
function startOf(status: string, now: Date): Date | undefined {
  const line = /^UP .*$/m.exec(status)?.[0];
  if (line === undefined) return undefined;
  let ms = 0;
  for (const [, count, unit = ''] of line.matchAll(/(\d+) ([a-z]+?)s?\b/g))
    ms += Number(count) * (units[unit] ?? 0);
  return new Date(now.getTime() - ms);
}
