/** The common media cases' world on a real Asterisk with real telephones. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredSound } from '../../../app/core/prompt/play-item.ts';
import { openAriMedia } from '../../../app/media/ari/open.ts';
import type { AriMedia } from '../../../app/media/ari/open.ts';
import type { Call, InboundText, StrayRecording } from '../../../app/ports/media.ts';
import { shippedSpeech } from '../../speech/shipped.ts';
import type { PromptCatalog } from '../../../app/ports/prompts.ts';
import { openLocalAsterisk } from '../../../scripts/stack/asterisk.ts';
import type { LocalAsterisk } from '../../../scripts/stack/asterisk.ts';
import { freePort } from '../../../scripts/stack/ports.ts';
import { babble } from '../../audio/babble.ts';
import { openFaxMachine, type FaxMachine } from '../../fax/machine.ts';
import { pagesOf, shows } from '../../fax/tiff.ts';
import { openPhone } from '../../phone/phone.ts';
import type { Phone } from '../../phone/phone.ts';
import { silentLog } from '../../ports/silent-log.ts';
import type { CaseCaller, CaseRing, DialledNumber, MediaCasesWorld } from '../world.ts';
import { Person } from './person.ts';

const lampMailbox = '+12025550140';
const awayNumber = '+12025550139';
const machineHost = '127.0.0.2';

interface Ports {
  readonly trunk: number;
  readonly machine: number;
}

/** These last for seconds, so that something can happen meanwhile. */
const longClips: ReadonlySet<string> = new Set(['greeting-default', 'enter-reference', 'message-long']);

export async function openAriWorld(): Promise<MediaCasesWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'ab-ari-'));
  const trunkPort = await freePort('udp');
  const machinePort = await freePort('udp');
  const asterisk = await openLocalAsterisk({
    directory: join(directory, 'asterisk'),
    prompts: directory,
    trunks: [
      { name: 'trunk', host: '127.0.0.1', port: trunkPort },
      { name: 'fax-line', host: machineHost, port: machinePort },
    ],
    phones: [
      { name: 'anna', number: lampMailbox, password: 'secret' },
      { name: 'ben', number: awayNumber, password: 'secret' },
    ],
  });
  const server = { host: asterisk.sipHost, port: asterisk.sipPort };
  const network = await openPhone({ server, number: '+12025550100', port: trunkPort });
  const anna = await openPhone({ server, number: 'anna', password: 'secret' });
  const world = new AriWorld(directory, asterisk, network, anna, { trunk: trunkPort, machine: machinePort });
  await anna.register();
  await world.open();
  return world;
}

class AriWorld implements MediaCasesWorld {
  readonly toleranceMs = 450;
  readonly awayNumber = awayNumber;
  readonly lampMailbox = lampMailbox;
  readonly answered: Person[] = [];
  media!: AriMedia;
  readonly #directory: string;
  readonly #asterisk: LocalAsterisk;
  readonly #network: Phone;
  readonly #anna: Phone;
  readonly #ports: Ports;
  #machine: Promise<FaxMachine> | undefined;
  #machineNumber: string | undefined;
  readonly #numbers = new Map<string, DialledNumber>();
  readonly #sounds = new Map<string, Buffer>();
  readonly #closing = new AbortController();
  #calls!: AsyncIterator<Call>;
  #texts!: AsyncIterator<InboundText>;
  #strays!: AsyncIterator<StrayRecording>;

  constructor(directory: string, asterisk: LocalAsterisk, network: Phone, anna: Phone, ports: Ports) {
    this.#directory = directory;
    this.#asterisk = asterisk;
    this.#network = network;
    this.#anna = anna;
    this.#ports = ports;
    mkdirSync(join(directory, 'en'));
    void this.#answerCalls();
  }

  async open(): Promise<void> {
    const { ariUrl: url, user, password, spool } = this.#asterisk;
    const trunks = [
      { name: 'trunk', host: '127.0.0.1', port: this.#ports.trunk },
      { name: 'fax-line', host: machineHost, port: this.#ports.machine },
    ];
    const settings = {
      url,
      user,
      password,
      spool,
      app: 'answerback',
      trunk: 'trunk',
      timeoutMs: 5000,
      trunks,
    };
    const clock = { now: () => new Date() };
    const deps = { log: silentLog, clock, prompts: this.#prompts(), language: 'en', strayEveryMs: 300 };
    const media = await openAriMedia(settings, deps);
    // One number is at the end of another line.
    const dial = media.dial.bind(media);
    media.dial = async (to, options) => {
      if (to.number === this.#machineNumber) await this.#openMachine();
      return dial(to.number === this.#machineNumber ? { ...to, trunk: 'fax-line' } : to, options);
    };
    this.media = media;
    const { signal } = this.#closing;
    this.#calls = this.media.calls(signal)[Symbol.asyncIterator]();
    this.#texts = this.media.texts(signal)[Symbol.asyncIterator]();
    this.#strays = this.media.strays(signal)[Symbol.asyncIterator]();
    await this.media.ready(AbortSignal.timeout(10_000));
  }

  async ring(ring: CaseRing): Promise<{ call: Call; caller: CaseCaller }> {
    const phone = await this.#network.call(ring.to ?? '+12025550123', {
      fromUser: ring.from ?? '+12025550100',
    });
    const caller = new Person(phone, ring.steps, (name) => this.#sound(name));
    return { call: await next(this.#calls), caller };
  }

  async fax(document: Uint8Array): Promise<Call> {
    const machine = await this.#openMachine();
    await machine.send(document, { to: '+12025550123', from: '+12025550166' });
    return next(this.#calls);
  }

  async faxed(): Promise<Uint8Array> {
    return (await (await this.#openMachine()).received()).document;
  }

  nextCall(): Promise<Call> {
    return next(this.#calls);
  }

  async samePages(got: Uint8Array, sent: Uint8Array): Promise<boolean> {
    const [gotPages, sentPages] = await Promise.all([pagesOf(got), pagesOf(sent)]);
    return (
      gotPages.length === sentPages.length &&
      sentPages.every((page, i) => gotPages[i] !== undefined && shows(gotPages[i], page))
    );
  }

  onDial(number: string, how: DialledNumber): void {
    if (how === 'fax-machine') this.#machineNumber = number;
    this.#numbers.set(number, how);
  }

  async text(from: string, to: string, body: string): Promise<void> {
    const status = await this.#network.text(to, body, { fromUser: from });
    if (status !== 202 && status !== 200) throw new Error(`the text was answered ${status}`);
  }

  nextText(): Promise<InboundText> {
    return next(this.#texts);
  }

  async textAt(number: string): Promise<{ from: string; body: string }> {
    const { from, body } = await this.#network.nextText({ where: (text) => text.to === number });
    return { from, body };
  }

  async lampShows(counts: { readonly new: number; readonly old: number }): Promise<void> {
    await this.#anna.nextNotify({ where: (lamp) => lamp.new === counts.new && lamp.old === counts.old });
  }

  stored(id: string): StoredSound {
    return { id, contentType: 'audio/PCMU', bytes: this.#sound(id) };
  }

  async leave(tag: string, sound: Uint8Array): Promise<void> {
    const file = join(this.#asterisk.spool, 'answerback', `${tag}.ulaw`);
    await writeFile(file, sound);
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
    await this.open();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.media[Symbol.asyncDispose]();
    await (await this.#machine)?.[Symbol.asyncDispose]();
    await this.#network[Symbol.asyncDispose]();
    await this.#anna[Symbol.asyncDispose]();
    await this.#asterisk[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Another Asterisk, which most cases do not need. */
  #openMachine(): Promise<FaxMachine> {
    return (this.#machine ??= openFaxMachine({
      directory: join(this.#directory, 'machine'),
      host: machineHost,
      port: this.#ports.machine,
      server: { host: this.#asterisk.sipHost, port: this.#asterisk.sipPort },
      station: '+1 202 555 0166',
    }));
  }

  /** Takes calls of the switch as the numbers dialled are meant to. */
  async #answerCalls(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const call = await this.#network.incoming({ timeoutMs: 1000 }).catch(() => undefined);
      if (call === undefined) continue;
      const how = this.#numbers.get(call.to) ?? 'unallocated';
      if (how === 'busy') call.refuse(486);
      else if (how === 'refused') call.refuse(603);
      else if (how === 'unallocated') call.refuse(404);
      else if (typeof how === 'object') {
        this.answered.push(new Person(call, how.answers, (name) => this.#sound(name)));
        call.answer().catch(() => undefined);
      }
    }
  }

  /** Every clip is noise of its own, made when first asked for. */
  #sound(name: string): Buffer {
    const known = this.#sounds.get(name);
    if (known !== undefined) return known;
    const seed = 1000 + this.#sounds.size;
    const sound = babble(longClips.has(name) ? 2500 : 400, seed);
    this.#sounds.set(name, sound);
    return sound;
  }

  #prompts(): PromptCatalog {
    return {
      clip: (_language, name) => {
        const path = join(this.#directory, 'en', name);
        writeFileSync(`${path}.ulaw`, this.#sound(name));
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
