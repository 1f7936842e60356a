/** The common media cases' world on the double of FreeSWITCH. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { darkLamp } from '../../../app/core/mailbox/lamp.ts';
import type { StoredSound } from '../../../app/core/prompt/play-item.ts';
import { openEslMedia, type EslMedia } from '../../../app/media/esl/open.ts';
import type { Call, InboundText, StrayRecording } from '../../../app/ports/media.ts';
import type { PromptCatalog } from '../../../app/ports/prompts.ts';
import { babble } from '../../audio/babble.ts';
import { silentLog } from '../../ports/silent-log.ts';
import { shippedSpeech } from '../../speech/shipped.ts';
import type { CaseCaller, CaseRing, DialledNumber, MediaCasesWorld } from '../world.ts';
import { waveHeader, samplesOf } from './double/sound.ts';
import type { Dialled } from './double/options.ts';
import { openFreeSwitchDouble, type FreeSwitchDouble } from './double/switch.ts';
import { Person } from './person.ts';

const lampMailbox = '+12025550140';
const awayNumber = '+12025550139';
const station = '+1 202 555 0166';
const password = 'ClueCon';
/** What the dialplan sets on each call before it hands it over. */
const handOver = {
  socket_resume: 'true',
  playback_terminators: 'none',
  enable_file_write_buffering: 'false',
};

/** These last for seconds, so that something can happen meanwhile. */
const longClips: ReadonlySet<string> = new Set(['greeting-default', 'enter-reference', 'message-long']);

/** @param recordings how files pass between the double and the adapter */
export async function openEslWorld(recordings: 'shared' | 'http' = 'shared'): Promise<EslWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'ab-esl-'));
  const world = new EslWorld(directory, recordings);
  await world.open();
  return world;
}

export class EslWorld implements MediaCasesWorld {
  readonly toleranceMs = 450;
  readonly awayNumber = awayNumber;
  readonly lampMailbox = lampMailbox;
  readonly answered: Person[] = [];
  media!: EslMedia;
  readonly #directory: string;
  readonly #recordings: 'shared' | 'http';
  readonly #numbers = new Map<string, DialledNumber>();
  readonly #sounds = new Map<string, Buffer>();
  readonly #sent: { to: string; from: string; body: string }[] = [];
  readonly #lamps: string[] = [];
  #faxed: Uint8Array | undefined;
  #double!: FreeSwitchDouble;
  #calls!: AsyncIterator<Call>;
  #texts!: AsyncIterator<InboundText>;
  #strays!: AsyncIterator<StrayRecording>;

  constructor(directory: string, recordings: 'shared' | 'http') {
    this.#directory = directory;
    this.#recordings = recordings;
    mkdirSync(join(directory, 'en'));
  }

  async open(): Promise<void> {
    this.#double = await openFreeSwitchDouble({
      password,
      application: () => ({ host: '127.0.0.1', port: this.media.port }),
      onDial: (number, endpoint) => this.#dialled(number, endpoint),
      onText: (text) => {
        if (text.to.includes(awayNumber)) return 480;
        this.#sent.push(text);
        return 202;
      },
      onLamp: (headers) => this.#lamps.push(headers.get('mwi-voice-message') ?? ''),
    });
    await this.#openMedia();
  }

  async ring(ring: CaseRing): Promise<{ call: Call; caller: CaseCaller }> {
    const person = new Person(ring.steps, (name) => this.#sound(name));
    const [to, from] = [ring.to ?? '+12025550123', ring.from ?? '+12025550100'];
    const channel = this.#double.ring({ to, from, variables: handOver }, person);
    person.at(this.#handsOf(channel));
    return { call: await next(this.#calls), caller: person };
  }

  async fax(document: Uint8Array): Promise<Call> {
    const machine = new Person([], (name) => this.#sound(name), {
      station,
      document,
      received: () => undefined,
    });
    const facts = { to: '+12025550123', from: '+12025550166', variables: handOver };
    machine.at(this.#handsOf(this.#double.ring(facts, machine)));
    return next(this.#calls);
  }

  async faxed(): Promise<Uint8Array> {
    if (this.#faxed === undefined) throw new Error('nothing was sent to the machine');
    return this.#faxed;
  }

  nextCall(): Promise<Call> {
    return next(this.#calls);
  }

  async samePages(got: Uint8Array, sent: Uint8Array): Promise<boolean> {
    return Buffer.compare(got, sent) === 0;
  }

  onDial(number: string, how: DialledNumber): void {
    this.#numbers.set(number, how);
  }

  async text(from: string, to: string, body: string): Promise<void> {
    this.#double.message(from, to, body);
  }

  nextText(): Promise<InboundText> {
    return next(this.#texts);
  }

  async textAt(number: string): Promise<{ from: string; body: string }> {
    const text = this.#sent.findLast(({ to }) => to.includes(number));
    if (text === undefined) throw new Error('no text went there');
    return { from: text.from.replace(/@.*$/, ''), body: text.body };
  }

  async lampShows(counts: { readonly new: number; readonly old: number }): Promise<void> {
    const last = this.#lamps.at(-1) ?? '';
    if (!last.startsWith(`${counts.new}/${counts.old} `)) throw new Error(`the lamp shows ${last}`);
  }

  stored(id: string): StoredSound {
    return { id, contentType: 'audio/PCMU', bytes: this.#sound(id) };
  }

  async leave(tag: string, sound: Uint8Array): Promise<void> {
    const file = join(this.#recordings === 'shared' ? this.folders.here : this.folders.there, `${tag}.wav`);
    const samples = samplesOf(sound);
    await writeFile(file, Buffer.concat([waveHeader(samples.length), samples]));
    const past = new Date(Date.now() - 60_000);
    await utimes(file, past, past);
  }

  nextStray(): Promise<StrayRecording> {
    return next(this.#strays);
  }

  async restart(): Promise<Call> {
    await this.reopen();
    return next(this.#calls);
  }

  async reopen(): Promise<void> {
    await this.media[Symbol.asyncDispose]();
    this.answered.length = 0;
    await this.#openMedia();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.media[Symbol.asyncDispose]();
    await this.#double[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #openMedia(): Promise<void> {
    const settings = {
      host: '127.0.0.1',
      port: this.#double.port,
      password,
      listen: { host: '127.0.0.1', port: 0 },
      folder: join(this.#directory, 'shared'),
      recordings: this.#recordings,
      http: { host: '127.0.0.1', port: 0, maxBytes: 1_000_000, folder: join(this.#directory, 'switch') },
      profile: 'internal',
      domain: '127.0.0.1',
      trunk: 'trunk',
      trunks: [{ name: 'trunk', host: '127.0.0.1', port: 5070 }],
      timeoutMs: 5000,
    };
    const clock = { now: () => new Date() };
    const deps = {
      log: silentLog,
      clock,
      prompts: this.#prompts(),
      language: 'en',
      lampOf: async () => darkLamp,
      strayEveryMs: 300,
    };
    this.media = await openEslMedia(settings, deps);
    const { signal } = new AbortController();
    this.#calls = this.media.calls(signal)[Symbol.asyncIterator]();
    this.#texts = this.media.texts(signal)[Symbol.asyncIterator]();
    this.#strays = this.media.strays(signal)[Symbol.asyncIterator]();
    await this.media.ready(AbortSignal.timeout(10_000));
  }

  /** Where recordings lie on this side, and on the switch's own. */
  get folders(): { readonly here: string; readonly there: string } {
    return {
      here: join(this.#directory, 'shared', 'recordings'),
      there: join(this.#directory, 'switch'),
    };
  }

  #handsOf(channel: Parameters<FreeSwitchDouble['hangUp']>[0]) {
    return {
      press: (digit: string) => this.#double.press(channel, digit),
      hangUp: () => this.#double.hangUp(channel),
    };
  }

  #dialled(number: string, endpoint: string): Dialled {
    if (endpoint.startsWith('user/')) return 'USER_NOT_REGISTERED';
    const how = this.#numbers.get(number) ?? 'unallocated';
    if (how === 'fax-machine') {
      const received = (document: Uint8Array): void => void (this.#faxed = document);
      return new Person([], (name) => this.#sound(name), { station, received });
    }
    if (how === 'busy') return 'USER_BUSY';
    if (how === 'refused') return 'CALL_REJECTED';
    if (how === 'unallocated') return 'UNALLOCATED_NUMBER';
    if (how === 'no-answer') return 'rings';
    const person = new Person(how.answers, (name) => this.#sound(name));
    this.answered.push(person);
    person.at({
      press: (digit) => this.#double.press(this.#channelOf(person), digit),
      hangUp: () => this.#double.hangUp(this.#channelOf(person)),
    });
    return person;
  }

  #channelOf(person: Person) {
    const channel = this.#double.channels.find(({ line }) => line === person);
    if (channel === undefined) throw new Error('the call is gone');
    return channel;
  }

  /** Every clip is noise of its own, made when first asked for. */
  #sound(name: string): Buffer {
    const known = this.#sounds.get(name);
    if (known !== undefined) return known;
    const sound = babble(longClips.has(name) ? 2500 : 400, 1000 + this.#sounds.size);
    this.#sounds.set(name, sound);
    return sound;
  }

  #prompts(): PromptCatalog {
    return {
      clip: (_language, name) => {
        const path = join(this.#directory, 'en', name);
        const samples = samplesOf(this.#sound(name));
        writeFileSync(`${path}.wav`, Buffer.concat([waveHeader(samples.length), samples]));
        return path;
      },
      durationMs: (_language, name) => this.#sound(name).length / 8,
      speech: shippedSpeech,
    };
  }
}

async function next<T>(values: AsyncIterator<T>): Promise<T> {
  const result = await values.next();
  if (result.done) throw new Error('nothing more comes');
  return result.value;
}
