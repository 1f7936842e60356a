import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredSound } from '../../app/core/prompt/play-item.ts';
import { openAriMedia, type AriMedia } from '../../app/media/ari/open.ts';
import type { Call, InboundText, StrayRecording } from '../../app/ports/media.ts';
import { openLocalAsterisk, type LocalAsterisk } from '../../scripts/stack/asterisk.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import type { PhoneCall } from '../phone/call.ts';
import { openPhone, type IncomingPolicy, type Phone } from '../phone/phone.ts';
import { keptLog } from '../telemetry/kept-log.ts';
import { NoisePrompts } from './noise-prompts.ts';
import { PhonePerson } from './phone-person.ts';
import type { CaseCaller, CaseRing, DialledNumber, MediaCasesWorld } from './world.ts';

const awayNumber = '+12025550139';
const lampMailbox = '+12025550140';
const longestWaitMs = 10_000;

/** The common cases' world on a real Asterisk, with real phones and real sound. */
export async function openAriWorld(): Promise<MediaCasesWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'ab-cases-'));
  const prompts = await NoisePrompts.open(join(directory, 'prompts'));
  const trunkPort = await freePort('udp');
  const trunk = { name: 'trunk', host: '127.0.0.1', port: trunkPort };
  const asterisk = await openLocalAsterisk({
    directory: join(directory, 'asterisk'),
    prompts: prompts.directory,
    trunks: [trunk],
    phones: [
      { name: 'alice', number: lampMailbox, password: 'secret-1' },
      { name: 'bob', number: awayNumber, password: 'secret-2' },
    ],
  });
  const server = { host: asterisk.sipHost, port: asterisk.sipPort };
  const network = await openPhone({ server, number: '+12025550100', port: trunkPort });
  const alice = await openPhone({ server, number: 'alice', password: 'secret-1' });
  const status = await alice.register();
  if (status !== 200) throw new Error(`the phone was not registered: ${status}`);
  const world = new AriWorld({ directory, prompts, asterisk, network, alice, trunk });
  await world.open();
  return world;
}

interface WorldParts {
  readonly directory: string;
  readonly prompts: NoisePrompts;
  readonly asterisk: LocalAsterisk;
  /** The network behind the trunk: everybody who calls, answers and texts. */
  readonly network: Phone;
  /** The registered phone of the mailbox with the lamp. */
  readonly alice: Phone;
  readonly trunk: { readonly name: string; readonly host: string; readonly port: number };
}

class AriWorld implements MediaCasesWorld {
  /** Frames on the way, silence that stays at a recording's end, and the key's own time. */
  readonly toleranceMs = 400;
  readonly awayNumber = awayNumber;
  readonly lampMailbox = lampMailbox;
  readonly answered: CaseCaller[] = [];
  media!: AriMedia;
  readonly #parts: WorldParts;
  readonly #numbers = new Map<string, DialledNumber>();
  #calls!: AsyncIterator<Call>;
  #texts!: AsyncIterator<InboundText>;
  #strays!: AsyncIterator<StrayRecording>;

  constructor(parts: WorldParts) {
    this.#parts = parts;
    parts.network.onCall = (call) => this.#dialled(call);
  }

  async open(): Promise<void> {
    const { asterisk, prompts, trunk } = this.#parts;
    const settings = {
      url: asterisk.ariUrl,
      user: asterisk.user,
      password: asterisk.password,
      app: 'answerback',
      spool: asterisk.spool,
      trunk: trunk.name,
      trunks: [trunk],
      timeoutMs: 5000,
    };
    const deps = {
      log: keptLog(),
      clock: { now: () => new Date() },
      prompts,
      language: 'en',
      strayEveryMs: 300,
    };
    this.media = await openAriMedia(settings, deps);
    await this.media.ready(AbortSignal.timeout(longestWaitMs));
    if (!this.media.healthy) throw new Error('the adapter did not connect');
    const { signal } = new AbortController();
    this.#calls = this.media.calls(signal)[Symbol.asyncIterator]();
    this.#texts = this.media.texts(signal)[Symbol.asyncIterator]();
    this.#strays = this.media.strays(signal)[Symbol.asyncIterator]();
  }

  async ring(ring: CaseRing): Promise<{ call: Call; caller: CaseCaller }> {
    const { network, prompts } = this.#parts;
    const phoneCall = await network.call(ring.to ?? '+12025550123', {
      fromUser: ring.from ?? '+12025550100',
    });
    const caller = new PhonePerson(phoneCall, ring.steps, prompts);
    return { call: await next(this.#calls, 'call'), caller };
  }

  onDial(number: string, how: DialledNumber): void {
    this.#numbers.set(number, how);
  }

  async text(from: string, to: string, body: string): Promise<void> {
    const status = await this.#parts.network.text(to, body, { fromUser: from });
    if (status >= 300) throw new Error(`the switch refused a text: ${status}`);
  }

  nextText(): Promise<InboundText> {
    return next(this.#texts, 'text');
  }

  async textAt(number: string): Promise<{ from: string; body: string }> {
    const { from, body } = await this.#parts.network.nextText({ where: (text) => text.to === number });
    return { from, body };
  }

  async lampShows(counts: { readonly new: number; readonly old: number }): Promise<void> {
    await this.#parts.alice.nextNotify({
      where: (notice) => notice.new === counts.new && notice.old === counts.old,
    });
  }

  stored(id: string): StoredSound {
    return { id, contentType: 'audio/PCMU', bytes: this.#parts.prompts.sound(id) };
  }

  async leave(tag: string, sound: Uint8Array): Promise<void> {
    const file = join(this.#parts.asterisk.spool, 'answerback', `${tag}.ulaw`);
    await writeFile(file, sound);
    const before = new Date(Date.now() - 10_000);
    await utimes(file, before, before);
  }

  nextStray(): Promise<StrayRecording> {
    return next(this.#strays, 'stray recording');
  }

  async restart(): Promise<Call> {
    await this.media[Symbol.asyncDispose]();
    await this.open();
    return next(this.#calls, 'call that was up');
  }

  async reopen(): Promise<void> {
    await this.media[Symbol.asyncDispose]();
    await this.#parts.network.hangupAll();
    await this.open();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { network, alice, asterisk, directory } = this.#parts;
    await this.media[Symbol.asyncDispose]();
    await network[Symbol.asyncDispose]();
    await alice[Symbol.asyncDispose]();
    await asterisk[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  }

  #dialled(call: PhoneCall): IncomingPolicy {
    const how = this.#numbers.get(call.to) ?? 'unallocated';
    switch (how) {
      case 'busy':
        return 'busy';
      case 'refused':
        return 'refuse';
      case 'no-answer':
        return 'ring';
      case 'unallocated':
        return 404;
      default:
        this.answered.push(new PhonePerson(call, how.answers, this.#parts.prompts));
        return 'answer';
    }
  }
}

async function next<T>(values: AsyncIterator<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} came within ${longestWaitMs} ms`)), longestWaitMs);
  });
  try {
    const result = await Promise.race([values.next(), late]);
    if (result.done) throw new Error(`no ${what} comes any more`);
    return result.value;
  } finally {
    clearTimeout(timer);
  }
}
