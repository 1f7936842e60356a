/**
 * A switch without a switch: callers in memory follow scripts, in virtual time. For tests of flows and services, and
 * for trying a dialogue without a telephone.
 */
import { randomUUID } from 'node:crypto';
import type { CallFacts } from '../../core/address/call-facts.ts';
import type { PlayItem } from '../../core/prompt/play-item.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FaxSent } from '../../ports/fax.ts';
import type {
  CallEntry,
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
import { Person } from './person.ts';
import type { Playing, Speech } from './playing.ts';
import { Queue } from './queue.ts';
import { ScriptedCall } from './scripted-call.ts';
import type { Step } from './steps.ts';
import { Takes } from './takes.ts';

export interface ScriptedOptions {
  readonly clock?: Clock;
  /** Media type of all sound; 8 bytes a millisecond. Default `audio/PCMU`. */
  readonly contentType?: string;
  /** What dialled numbers do. Default: nobody answers. */
  readonly onDial?: (to: DialTarget, options: DialOptions) => DialAnswer | Promise<DialAnswer>;
  /** Rules of a language: without them a number or a time is one clip, named by its kind. */
  readonly speech?: Speech;
  /** Called with each text sent; may throw a `Fault`. */
  readonly onText?: (text: OutboundText) => void | Promise<void>;
}

export type DialAnswer =
  | Exclude<DialResult, { kind: 'answered' }>
  | { readonly kind: 'answered'; readonly steps: readonly Step[] };

export interface Ring {
  readonly facts?: Partial<CallFacts>;
  readonly steps: readonly Step[];
  /** Default: a new one. */
  readonly id?: string;
  /** Default: incoming. */
  readonly entry?: CallEntry;
  /** What a resumed call's running recording holds already. */
  readonly recorded?: Uint8Array;
}

/** The person at the other end of a call. */
export interface ScriptedCaller {
  readonly call: Call;
  /** All that began to be played to them, in order. */
  readonly heard: readonly PlayItem[];
  /** From where to where each of it was played. */
  readonly playings: readonly Readonly<Playing>[];
  /** Names of the prompts among it. */
  readonly prompts: readonly string[];
  /** Steps that they have not done yet. */
  readonly remaining: readonly Step[];
  /** The recording that was being made when the server was disposed. */
  readonly recording: { readonly tag: string; readonly bytes: Uint8Array } | undefined;
  /** Adds steps to their script. */
  does(...steps: Step[]): void;
  /** When the call is over; `switch` = the server was disposed. */
  readonly ended: Promise<{
    readonly by: 'us' | 'them' | 'switch' | 'fax';
    readonly cause: number | undefined;
  }>;
  /** What their fax machine was sent. */
  readonly faxes: readonly Uint8Array[];
}

export interface ScriptedMedia extends MediaServer {
  /** A call comes in. */
  ring(ring: Ring): ScriptedCaller;
  /** A text comes in; what is not given is filled in. */
  text(text: Pick<InboundText, 'from' | 'to' | 'body'> & Partial<InboundText>): void;
  /** A recording is found that no call owns. */
  stray(stray: {
    readonly tag: string;
    readonly bytes: Uint8Array;
    readonly modified?: Date;
    readonly cut?: boolean;
  }): void;
  /** The switch starts anew: its lamps are out, and `starts` tells of it. */
  startAnew(): void;
  /** All people so far, also those who were dialled. */
  readonly callers: readonly ScriptedCaller[];
  readonly dialled: readonly { readonly to: DialTarget; readonly options: DialOptions }[];
  readonly sent: readonly OutboundText[];
  /** What `faxSent` answers, by tag: how faxes ended, until that is kept elsewhere. */
  readonly faxEnds: Map<string, FaxSent | 'under-way'>;
  /** By mailbox number, as set last. */
  readonly lamps: ReadonlyMap<string, Lamp>;
  /** Tags of recordings that nobody has discarded. */
  readonly takes: readonly string[];
}

export function openScriptedMedia(options: ScriptedOptions = {}): ScriptedMedia {
  return new Scripted(options);
}

class Scripted implements ScriptedMedia {
  readonly callers: ScriptedCaller[] = [];
  readonly dialled: { to: DialTarget; options: DialOptions }[] = [];
  readonly sent: OutboundText[] = [];
  readonly lamps = new Map<string, Lamp>();
  readonly #options: ScriptedOptions;
  readonly #clock: Clock;
  readonly #takes: Takes;
  readonly #calls = new Queue<Call>();
  readonly #texts = new Queue<InboundText>();
  readonly #strays = new Queue<StrayRecording>();
  readonly #starts = new Queue<Date>();
  readonly faxEnds = new Map<string, FaxSent | 'under-way'>();
  readonly #live = new Set<ScriptedCall>();
  #open = true;

  constructor(options: ScriptedOptions) {
    this.#options = options;
    this.#clock = options.clock ?? { now: () => new Date() };
    this.#takes = new Takes(options.contentType ?? 'audio/PCMU');
    this.startAnew();
  }

  get healthy(): boolean {
    return this.#open;
  }

  get takes(): readonly string[] {
    return this.#takes.tags;
  }

  calls(signal: AbortSignal): AsyncIterable<Call> {
    return this.#calls.read(signal);
  }

  texts(signal: AbortSignal): AsyncIterable<InboundText> {
    return this.#texts.read(signal);
  }

  strays(signal: AbortSignal): AsyncIterable<StrayRecording> {
    return this.#strays.read(signal);
  }

  ring(ring: Ring): ScriptedCaller {
    const { call, caller } = this.#connect(ring, false);
    this.#calls.push(call);
    return caller;
  }

  text(text: Pick<InboundText, 'from' | 'to' | 'body'> & Partial<InboundText>): void {
    this.#texts.push({ id: randomUUID(), network: 'sip', trunk: 'trunk', truncated: false, ...text });
  }

  stray(stray: {
    readonly tag: string;
    readonly bytes: Uint8Array;
    readonly modified?: Date;
    readonly cut?: boolean;
  }): void {
    const take = this.#takes.keep(stray.tag, stray.bytes);
    this.#strays.push({ take, modified: stray.modified ?? this.#clock.now(), cut: stray.cut ?? false });
  }

  async dial(to: DialTarget, options: DialOptions): Promise<DialResult> {
    this.dialled.push({ to, options });
    const aborted = new Promise<DialAnswer>((resolve) => {
      options.signal?.addEventListener('abort', () => resolve({ kind: 'no-answer' }), { once: true });
      if (options.signal?.aborted) resolve({ kind: 'no-answer' });
    });
    const asked = this.#options.onDial?.(to, options) ?? { kind: 'no-answer' as const };
    const answer = await Promise.race([aborted, asked]);
    if (answer.kind !== 'answered') return answer;
    const ring: Ring = {
      steps: answer.steps,
      entry: { kind: 'outgoing' },
      facts: { requestUser: to.number },
    };
    return { kind: 'answered', call: this.#connect(ring, true).call };
  }

  async faxSent(tag: string): Promise<FaxSent | 'under-way' | undefined> {
    return this.faxEnds.get(tag);
  }

  async faxKept(tag: string): Promise<void> {
    this.faxEnds.delete(tag);
  }

  get canFax(): boolean {
    return true;
  }

  async sendText(text: OutboundText): Promise<void> {
    await this.#options.onText?.(text);
    this.sent.push(text);
  }

  starts(signal: AbortSignal): AsyncIterable<Date> {
    return this.#starts.read(signal);
  }

  startAnew(): void {
    this.lamps.clear();
    this.#starts.push(this.#clock.now());
  }

  async setLamp(lamp: Lamp): Promise<void> {
    this.lamps.set(lamp.mailbox, lamp);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#open = false;
    for (const call of this.#live) call.end('switch', undefined);
    for (const queue of [this.#calls, this.#texts, this.#strays, this.#starts]) queue.close();
  }

  /** The same leg comes in anew, with what its person has not done yet. */
  #anew(call: ScriptedCall, person: Person): void {
    const { id, facts } = call;
    const again = this.#connect({ id, facts, steps: person.remaining, entry: { kind: 'fax' } }, true);
    this.#calls.push(again.call);
  }

  #connect(ring: Ring, answered: boolean): { call: ScriptedCall; caller: ScriptedCaller } {
    const id = ring.id ?? randomUUID();
    const entry = ring.entry ?? { kind: 'incoming' };
    const person = new Person(ring.steps);
    const call: ScriptedCall = new ScriptedCall({
      id,
      entry,
      person,
      facts: { ...blankFacts, wireId: id, ...ring.facts },
      takes: this.#takes,
      clock: this.#clock,
      speech: this.#options.speech,
      answered: answered || entry.kind === 'resumed' || entry.kind === 'fax',
      recorded: ring.recorded,
      onFaxTone: () => this.#anew(call, person),
      onFaxSent: (tag, sent) => this.faxEnds.set(tag, sent),
    });
    const caller = describeCaller(call, person);
    this.callers.push(caller);
    if (!this.#open) call.end('switch', undefined);
    this.#live.add(call);
    call.gone.addEventListener('abort', () => this.#live.delete(call));
    return { call, caller };
  }
}

const blankFacts: CallFacts = {
  trunk: 'trunk',
  wireId: '',
  requestUser: '+12025550123',
  toUser: '+12025550123',
  from: { number: '+12025550100' },
  privacy: false,
  diversions: [],
  history: [],
};

function describeCaller(call: ScriptedCall, person: Person): ScriptedCaller {
  const ended = new Promise<Awaited<ScriptedCaller['ended']>>((resolve) => {
    call.gone.addEventListener(
      'abort',
      () => resolve({ by: call.endedBy ?? 'switch', cause: call.hangupCause }),
      { once: true },
    );
  });
  return {
    call,
    ended,
    heard: call.heard,
    faxes: call.faxes,
    playings: call.playings,
    get prompts() {
      return call.heard.flatMap((item) => (item.kind === 'prompt' ? [item.name] : []));
    },
    get remaining() {
      return person.remaining;
    },
    get recording() {
      return call.running && { tag: call.running.tag, bytes: call.running.tape.bytes(false) };
    },
    does: (...steps) => {
      person.add(steps);
      call.wake();
    },
  };
}
