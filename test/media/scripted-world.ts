import { Fault } from '../../app/core/errors.ts';
import type { PlayItem, StoredSound } from '../../app/core/prompt/play-item.ts';
import { clips } from '../../app/core/prompt/say.ts';
import {
  openScriptedMedia,
  type DialAnswer,
  type ScriptedCaller,
  type ScriptedMedia,
} from '../../app/media/scripted/open.ts';
import { faxes, faxMachine, hear, meanwhile, type Step } from '../../app/media/scripted/steps.ts';
import type { Call, InboundText, StrayRecording } from '../../app/ports/media.ts';
import { babble } from '../audio/babble.ts';
import { shippedSpeech } from '../speech/shipped.ts';
import type { CaseCaller, CaseRing, DialledNumber, MediaCasesWorld } from './world.ts';

/** The common cases' world in memory. */
export async function openScriptedWorld(): Promise<MediaCasesWorld> {
  return new ScriptedWorld();
}

/** Lasts for seconds, so that something can happen meanwhile. */
const longStored = 'message-long';

const faxStation = '+1 202 555 0166';

class ScriptedWorld implements MediaCasesWorld {
  readonly toleranceMs = 0;
  readonly awayNumber = '+12025550139';
  readonly lampMailbox = '+12025550140';
  media: ScriptedMedia;
  readonly #numbers = new Map<string, DialledNumber>();
  readonly #people: Person[] = [];
  readonly #answered: Person[] = [];
  #calls!: AsyncIterator<Call>;
  #texts!: AsyncIterator<InboundText>;
  #strays!: AsyncIterator<StrayRecording>;

  constructor() {
    this.media = this.#open();
  }

  get answered(): readonly CaseCaller[] {
    const outgoing = this.media.callers.filter((caller) => caller.call.entry.kind === 'outgoing');
    outgoing.forEach((caller, i) => this.#answered[i]?.attach(caller));
    return this.#answered;
  }

  async ring(ring: CaseRing): Promise<{ call: Call; caller: CaseCaller }> {
    const person = new Person(ring.steps);
    this.#people.push(person);
    const facts = { requestUser: ring.to ?? '+12025550123', from: { number: ring.from ?? '+12025550100' } };
    person.attach(this.media.ring({ steps: person.steps, facts }));
    return { call: await next(this.#calls), caller: person };
  }

  async fax(document: Uint8Array): Promise<Call> {
    const facts = { requestUser: '+12025550123', from: { number: '+12025550166' } };
    this.media.ring({ facts, steps: [hear('greeting-default'), faxes(document, { station: faxStation })] });
    return next(this.#calls);
  }

  async faxed(): Promise<Uint8Array> {
    const [document] = this.media.callers.at(-1)?.faxes ?? [];
    if (document === undefined) throw new Error('nothing was sent to the last machine');
    return document;
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
    this.media.text({ from, to, body });
  }

  nextText(): Promise<InboundText> {
    return next(this.#texts);
  }

  async textAt(number: string): Promise<{ from: string; body: string }> {
    const text = this.media.sent.findLast((sent) => sent.to === number);
    if (text === undefined) throw new Error('no text went there');
    return { from: text.from, body: text.body };
  }

  async lampShows(counts: { readonly new: number; readonly old: number }): Promise<void> {
    const voice = this.media.lamps.get(this.lampMailbox)?.classes['voice-message'];
    if (voice?.new !== counts.new || voice.old !== counts.old)
      throw new Error('the lamp shows something else');
  }

  stored(id: string): StoredSound {
    return { id, contentType: 'audio/PCMU', bytes: babble(id === longStored ? 2500 : 500, 99) };
  }

  async leave(tag: string, bytes: Uint8Array): Promise<void> {
    this.media.stray({ tag, bytes });
  }

  nextStray(): Promise<StrayRecording> {
    return next(this.#strays);
  }

  async restart(): Promise<Call> {
    const person = this.#people.findLast((one) => one.live);
    const was = person?.caller;
    if (person === undefined || was === undefined) throw new Error('no call is up');
    const { recording, remaining, call } = was;
    await this.reopen();
    const resumed = recording === undefined ? {} : { recording: { tag: recording.tag } };
    const recorded = recording === undefined ? {} : { recorded: recording.bytes };
    const entry = { kind: 'resumed' as const, ...resumed };
    person.attach(this.media.ring({ id: call.id, facts: call.facts, steps: remaining, entry, ...recorded }));
    return next(this.#calls);
  }

  async reopen(): Promise<void> {
    await this.media[Symbol.asyncDispose]();
    this.media = this.#open();
    this.#answered.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.media[Symbol.asyncDispose]();
  }

  #open(): ScriptedMedia {
    const media = openScriptedMedia({
      speech: shippedSpeech,
      onDial: (to) => this.#dialled(to.number),
      onText: (text) => {
        if (text.to === this.awayNumber) throw new Fault('gateway-unavailable', 'away', { temporary: true });
      },
    });
    const { signal } = new AbortController();
    this.#calls = media.calls(signal)[Symbol.asyncIterator]();
    this.#texts = media.texts(signal)[Symbol.asyncIterator]();
    this.#strays = media.strays(signal)[Symbol.asyncIterator]();
    return media;
  }

  #dialled(number: string): DialAnswer | Promise<DialAnswer> {
    const how = this.#numbers.get(number) ?? 'unallocated';
    if (how === 'fax-machine') return { kind: 'answered', steps: [faxMachine({ station: faxStation })] };
    if (typeof how === 'string') return { kind: how };
    const person = new Person(how.answers);
    this.#answered.push(person);
    return { kind: 'answered', steps: person.steps };
  }
}

/** Somebody on the line, over restarts of the server. */
class Person implements CaseCaller {
  readonly steps: readonly Step[];
  readonly done: Promise<void>;
  readonly ending: CaseCaller['ending'];
  caller: ScriptedCaller | undefined;
  live = true;
  readonly #heard: (readonly PlayItem[])[] = [];
  #isDone!: () => void;
  #failed!: (error: Error) => void;
  #ended!: (ending: Awaited<CaseCaller['ending']>) => void;

  constructor(steps: readonly Step[]) {
    this.done = new Promise((resolve, reject) => {
      this.#isDone = resolve;
      this.#failed = reject;
    });
    this.done.catch(() => undefined);
    this.ending = new Promise((resolve) => (this.#ended = resolve));
    this.steps = [...steps, meanwhile(() => this.#isDone())];
  }

  attach(caller: ScriptedCaller): void {
    if (this.caller === caller) return;
    this.caller = caller;
    this.#heard.push(caller.heard);
    void caller.ended.then(({ by, cause }) => {
      if (by === 'switch' || by === 'fax') return;
      this.live = false;
      if (caller.remaining.length > 1)
        this.#failed(new Error(`the call ended before ${caller.remaining[0]?.kind}`));
      else this.#isDone();
      const causes = { 17: 'busy', 1: 'unallocated', 34: 'congestion' } as const;
      const refused = caller.call.answered === undefined && (cause === 17 || cause === 1 || cause === 34);
      this.#ended(refused ? causes[cause] : 'hung-up');
    });
  }

  async heard(...names: readonly string[]): Promise<boolean> {
    const all = this.#heard.flat().flatMap(namesOf);
    let at = 0;
    return names.every((name) => (at = all.indexOf(name, at) + 1) > 0);
  }
}

function namesOf(item: PlayItem): readonly string[] {
  if (item.kind === 'prompt') return [item.name];
  if (item.kind === 'stored') return [item.media.id];
  return item.kind === 'silence' ? [] : clips(item, shippedSpeech('en'));
}

async function next<T>(values: AsyncIterator<T>): Promise<T> {
  const result = await values.next();
  if (result.done) throw new Error('nothing more comes');
  return result.value;
}
