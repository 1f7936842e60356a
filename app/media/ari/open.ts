import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
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
  Registration,
  StrayRecording,
} from '../../ports/media.ts';
import type { PromptCatalog } from '../../ports/prompts.ts';
import type { AriCall } from './call.ts';
import { Calls } from './calls.ts';
import { dial, Dialling } from './dial.ts';
import { sentBefore, type FaxNotes } from './fax.ts';
import { createFaxNotes } from './fax-notes.ts';
import { LampSetter } from './lamp.ts';
import type { Link } from './leg.ts';
import { Phones } from './phones.ts';
import { Registrations } from './registrations.ts';
import { Queue } from '../parts/queue.ts';
import { resume } from './resume.ts';
import { Sounds } from './sounds.ts';
import { StrayWatch } from './stray-watch.ts';
import { Takes } from './takes.ts';
import { readText, sendText } from './texts.ts';
import type { Trunk } from './texts.ts';
import { AriClient, type AriHandlers } from './wire/client.ts';
import { ManagerClient } from './wire/manager.ts';
import type { ManagerOptions } from './wire/manager.ts';
import { callEvents, contactEvent, eventFilter, textEvents } from './wire/resources.ts';
import type { AriEvent, AsteriskInfo, TextMessageReceived } from './wire/resources.ts';

/** The configuration's section `asterisk`, its trunks and the secret. */
export interface AriSettings {
  /** Address of ARI without `/ari`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Stasis application for calls; texts use `<app>-text`. */
  readonly app: string;
  /** Recording directory of the switch, if this host sees it. */
  readonly spool?: string | undefined;
  /** Trunk for calls and texts out. */
  readonly trunk: string;
  readonly timeoutMs: number;
  readonly trunks: readonly Trunk[];
  /** The manager interface, where message waiting lamps show more than voice. */
  readonly manager?: Omit<ManagerOptions, 'timeoutMs'> | undefined;
}

export interface AriMediaDeps {
  readonly log: Log;
  readonly clock: Clock;
  readonly prompts: PromptCatalog;
  /** Language of tones; BCP 47. */
  readonly language: string;
  /** How often the spool is looked through, in milliseconds; default 5,000. */
  readonly strayEveryMs?: number;
  /** Told, within a call's own work, when the switch begins to play; `stored` = a message or greeting is in it. */
  readonly onPlaying?: ((stored: boolean) => void) | undefined;
  readonly onRequest?: AriHandlers['answered'];
  /** Told of each connection to the switch. */
  readonly onConnected?: () => void;
  /** Told of phones that register; the switch is not asked to tell of them without it. */
  readonly onRegistered?: ((registration: Registration) => void) | undefined;
}

/**
 * Asterisk as the media server. Resolves at once: the connection is made, and made again, in the background; `healthy`
 * tells of it.
 */
export async function openAriMedia(settings: AriSettings, deps: AriMediaDeps): Promise<AriMedia> {
  const { spool, app } = settings;
  const directory = spool === undefined ? undefined : join(dirname(spool), `${app}-play`);
  const sounds = new Sounds({ prompts: deps.prompts, directory, spool, log: deps.log });
  await sounds.open();
  return new AriMedia(settings, deps, sounds);
}

export class AriMedia implements MediaServer {
  readonly #settings: AriSettings;
  readonly #deps: AriMediaDeps;
  readonly #sounds: Sounds;
  readonly #client: AriClient;
  readonly #link: Link;
  readonly #takes: Takes;
  readonly #notes: FaxNotes;
  readonly #phones: Phones;
  readonly #manager: ManagerClient | undefined;
  readonly #lamps: LampSetter;
  readonly #calls: Calls;
  readonly #dialling = new Dialling();
  readonly #callQueue = new Queue<AriCall>();
  readonly #textQueue = new Queue<InboundText>();
  readonly #startQueue = new Queue<Date>();
  #startedAt: string | undefined;
  readonly #prefix = randomBytes(6).toString('hex');
  readonly #ended = new AbortController();
  #next = 0;
  #replaced = false;
  #ready = false;
  readonly #waitingForReady = new Set<() => void>();
  readonly #strays: StrayWatch;
  readonly #registrations: Registrations | undefined;

  constructor(settings: AriSettings, deps: AriMediaDeps, sounds: Sounds) {
    this.#settings = settings;
    this.#deps = deps;
    this.#sounds = sounds;
    const client = () => this.#client;
    this.#link = {
      request: (method, uri, query, body) => this.#client.request(method, uri, query, body),
      flush: () => this.#client.flush(),
      ready: (signal) => this.#whenReady(signal),
      subscribe: (channel) =>
        this.#client.request('POST', `applications/${settings.app}/subscription`, {
          eventSource: `channel:${channel}`,
        }),
      newId: (kind) => `${kind}-${this.#prefix}-${++this.#next}`,
    };
    this.#takes = new Takes(client, settings.spool);
    this.#notes = createFaxNotes(this.#link);
    const get = (uri: string) => this.#client.request('GET', uri);
    this.#phones = new Phones(
      get,
      settings.trunks.map((trunk) => trunk.name),
      deps.log,
    );
    const { onRegistered } = deps;
    this.#registrations =
      onRegistered && new Registrations({ phones: this.#phones, get, onRegistered, log: deps.log });
    const { manager, timeoutMs } = settings;
    this.#manager =
      manager === undefined
        ? undefined
        : new ManagerClient({ ...manager, timeoutMs, onEvent: (event) => this.#loggedIn(event) });
    this.#lamps = new LampSetter({
      link: this.#link,
      phones: this.#phones,
      manager: this.#manager,
      log: deps.log,
    });
    const { log, clock, language } = deps;
    this.#calls = new Calls({
      link: this.#link,
      takes: this.#takes,
      notes: this.#notes,
      sounds,
      queue: this.#callQueue,
      app: settings.app,
      trunks: new Set(settings.trunks.map((trunk) => trunk.name)),
      log,
      clock,
      language,
      onPlaying: deps.onPlaying,
    });
    this.#strays = new StrayWatch({
      takes: this.#takes,
      notes: this.#notes,
      get: (uri) => this.#client.request('GET', uri),
      owned: (tag) => this.#calls.owns(tag),
      now: () => deps.clock.now(),
      ready: (over) => this.#whenReady(over),
      everyMs: deps.strayEveryMs ?? 5_000,
      log,
    });
    const apps = [settings.app, `${settings.app}-text`];
    this.#client = new AriClient({ ...settings, apps }, this.#handlers(), deps.log);
  }

  get healthy(): boolean {
    // A broken socket tells of its end a moment later.
    return this.#ready && this.#client.connected;
  }

  /** Another controller has taken over the application: this one does not come back, and `calls` and all else have ended. */
  get replaced(): boolean {
    return this.#replaced;
  }

  /** Resolves when connected and caught up, or when `signal` aborts. */
  ready(signal: AbortSignal): Promise<void> {
    return this.#whenReady(signal);
  }

  calls(signal: AbortSignal): AsyncIterable<Call> {
    return this.#callQueue.read(signal);
  }

  texts(signal: AbortSignal): AsyncIterable<InboundText> {
    return this.#textQueue.read(signal);
  }

  strays(signal: AbortSignal): AsyncIterable<StrayRecording> {
    return this.#strays.follow(AbortSignal.any([signal, this.#ended.signal]));
  }

  dial(to: DialTarget, options: DialOptions): Promise<DialResult> {
    return dial(to, options, {
      ...this.#textDeps(),
      link: this.#link,
      calls: this.#calls,
      dialling: this.#dialling,
      app: this.#settings.app,
    });
  }

  faxSent(tag: string): Promise<FaxSent | 'under-way' | undefined> {
    return sentBefore(tag, this.#notes, (uri, query) => this.#client.request('GET', uri, query));
  }

  faxKept(tag: string): Promise<void> {
    return this.#notes.forget(tag);
  }

  get canFax(): boolean {
    return this.#takes.shared;
  }

  sendText(text: OutboundText): Promise<void> {
    return sendText(text, this.#textDeps());
  }

  setLamp(lamp: Lamp): Promise<void> {
    return this.#lamps.set(lamp);
  }

  starts(signal: AbortSignal): AsyncIterable<Date> {
    return this.#startQueue.read(signal);
  }

  /** Breaks the connection; it comes back by itself. For tests. */
  drop(): void {
    this.#client.drop();
  }

  /** Lets go of all calls; they stay up at the switch, and whoever connects next takes them up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#letGo();
    this.#lamps.close();
    this.#client.close();
    this.#manager?.close();
    await this.#sounds.close();
  }

  #handlers() {
    return {
      connected: () => this.#connected(),
      event: (event: AriEvent) => this.#event(event),
      disconnected: () => this.#disconnected(),
      answered: this.#deps.onRequest,
      replaced: () => {
        this.#replaced = true;
        this.#letGo();
      },
    };
  }

  async #connected(): Promise<void> {
    const { app } = this.#settings;
    const before = { calls: this.#calls.all.map((call) => call.id), dialled: this.#dialling.ids };
    const put = (name: string, types: readonly string[]) =>
      this.#client.request('PUT', `applications/${name}/eventFilter`, undefined, eventFilter(types));
    const [startedAt] = await Promise.all([
      this.#startTime(),
      put(app, callEvents),
      put(`${app}-text`, this.#registrations === undefined ? textEvents : [...textEvents, contactEvent]),
      this.#client.request('POST', `applications/${app}-text/subscription`, {
        eventSource: 'endpoint:PJSIP',
      }),
    ]);
    // Beside the calls: with many phones it takes a while. A text that comes before it is done waits for it.
    this.#phones
      .refresh()
      .then(() => this.#registrations?.connected())
      .catch((error: unknown) =>
        this.#deps.log.warn('the phones could not be read', { error: String(error) }),
      );
    await resume(before, {
      app,
      request: (method, uri, query) => this.#client.request(method, uri, query),
      calls: this.#calls,
      dialling: this.#dialling,
      takes: this.#takes,
      log: this.#deps.log,
    });
    if (startedAt !== this.#startedAt) {
      this.#startedAt = startedAt;
      this.#startQueue.push(new Date(startedAt));
    }
    this.#manager?.listen();
    this.#ready = true;
    for (const wake of this.#waitingForReady) wake();
    this.#deps.log.info('connected to the switch', { app });
    this.#deps.onConnected?.();
    this.#strays.wake();
  }

  async #startTime(): Promise<string> {
    const info = (await this.#client.request('GET', 'asterisk/info', { only: 'status' })) as AsteriskInfo;
    return info.status.startup_time;
  }

  #disconnected(): void {
    this.#ready = false;
  }

  #event(event: AriEvent): void {
    switch (event.type) {
      case 'StasisStart':
        if (event.application === this.#settings.app) this.#started(event);
        return;
      case 'StasisEnd':
        this.#calls.left(event.channel);
        return;
      case 'TextMessageReceived':
        this.#text(event).catch((error: unknown) => {
          this.#deps.log.error('a text could not be read', { error: String(error) });
        });
        return;
      case 'ApplicationReplaced':
        return;
      case 'ContactStatusChange':
        this.#registrations?.changed(event);
        return;
      case 'ChannelDestroyed':
        this.#dialling.ended(event.channel.id, event.cause);
        this.#calls.event(event);
        return;
      case 'ChannelDtmfReceived':
      case 'ChannelHangupRequest':
      case 'PlaybackFinished':
      case 'RecordingFinished':
      case 'RecordingFailed':
        this.#calls.event(event);
    }
  }

  /** A phone has given its password: it registers, for the first time or again, which no event of ARI tells of. */
  #loggedIn(event: ReadonlyMap<string, string>): void {
    if (event.get('event') !== 'SuccessfulAuth') return;
    this.#lamps.registered(event.get('accountid') ?? '').catch((error: unknown) => {
      this.#deps.log.warn('a phone was not told of all classes of messages', { error: String(error) });
    });
  }

  /** The subscription may be an earlier controller's: a text that comes before the phones are known waits for that. */
  async #text(event: TextMessageReceived): Promise<void> {
    if (!this.#phones.read) await this.#phones.refresh().catch(() => undefined);
    this.#textQueue.push(readText(event, this.#phones, () => this.#link.newId('text')));
  }

  #started({ channel, args }: Extract<AriEvent, { type: 'StasisStart' }>): void {
    // Texts that match a context of the dialplan come with a channel that is none.
    if (channel.name.startsWith('Message/')) return;
    if (args[0] === 'in' || args[0] === 'fax') this.#calls.arrived(channel, args);
    else if (!this.#dialling.answered(channel)) {
      this.#deps.log.warn('a channel came that nobody asked for; ended', { call: channel.id });
      this.#client.request('DELETE', `channels/${channel.id}`).catch(() => undefined);
    }
  }

  #letGo(): void {
    this.#ready = false;
    this.#ended.abort();
    for (const call of this.#calls.all) this.#calls.ended(call.id, 'detached');
    for (const id of this.#dialling.ids) this.#dialling.ended(id, 41);
    this.#callQueue.close();
    this.#textQueue.close();
    this.#startQueue.close();
  }

  #textDeps() {
    const { trunks, trunk } = this.#settings;
    return { client: () => this.#client, phones: this.#phones, trunks, trunk };
  }

  #whenReady(signal: AbortSignal): Promise<void> {
    if (this.healthy || signal.aborted || this.#ended.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waitingForReady.delete(done);
        signal.removeEventListener('abort', done);
        this.#ended.signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done);
      this.#ended.signal.addEventListener('abort', done);
      this.#waitingForReady.add(done);
    });
  }
}
