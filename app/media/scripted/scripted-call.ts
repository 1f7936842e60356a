import type { CallFacts } from '../../core/address/call-facts.ts';
import { Fault } from '../../core/errors.ts';
import type { PlayItem } from '../../core/prompt/play-item.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FaxReceived, FaxRule, FaxSent, SendFaxRule } from '../../ports/fax.ts';
import type {
  Call,
  CallEntry,
  GatherResult,
  GatherRule,
  HangupCause,
  PlayEnd,
  PlayOptions,
  PlayResult,
  RecordResult,
  RecordRule,
} from '../../ports/media.ts';
import { bridgeCalls } from './bridge.ts';
import { receiveScripted, sendScripted } from './fax.ts';
import { lengthMs, namesOf, type Playing, type Speech } from './playing.ts';
import type { Act, Person } from './person.ts';
import { settledOrCut } from './settled.ts';
import { recordScript } from './record.ts';
import type { Takes } from './takes.ts';
import { Tape } from './tape.ts';

export interface CallDeps {
  readonly id: string;
  readonly facts: CallFacts;
  readonly entry: CallEntry;
  readonly person: Person;
  readonly takes: Takes;
  readonly clock: Clock;
  readonly speech: Speech | undefined;
  readonly answered: boolean;
  /** What a resumed call's recording holds already. */
  readonly recorded: Uint8Array | undefined;
  /** A fax tone was heard: the leg comes anew. */
  readonly onFaxTone: () => void;
  /** A fax that was sent is over. */
  readonly onFaxSent: (tag: string, sent: FaxSent) => void;
}

/** ITU-T Q.850 causes. */
const causes: Readonly<Record<HangupCause, number>> = {
  normal: 16,
  busy: 17,
  congestion: 34,
  unallocated: 1,
};

/** A caller leaning on a key fills no memory. */
const mostKeys = 64;
const tagForm = /^[A-Za-z0-9._~+-]{1,200}$/;

interface Played {
  readonly items: readonly PlayItem[];
  readonly language: string;
  readonly fromMs?: number | undefined;
}

type Stopped = { readonly kind: 'gone' } | { readonly kind: 'aborted' };

/** A call whose other end follows a script. */
export class ScriptedCall implements Call {
  readonly id: string;
  readonly facts: CallFacts;
  readonly entry: CallEntry;
  readonly started: Date;
  answered: Date | undefined;
  readonly released = false;
  becameFax = false;
  hangupCause: number | undefined;
  /** Who ended it. */
  endedBy: 'us' | 'them' | 'switch' | 'fax' | undefined;
  /** All that began to be played, in order; a recording's tone is the prompt `beep`. */
  readonly heard: PlayItem[] = [];
  /** From where to where each of them was played. */
  readonly playings: Playing[] = [];
  /** The recording that is being made, or was when the switch let go of the call. */
  running: { readonly tag: string; readonly tape: Tape } | undefined;
  /** What was sent to the far machine. */
  readonly faxes: Uint8Array[] = [];
  readonly person: Person;
  readonly #deps: CallDeps;
  readonly #gone = new AbortController();
  #keys = '';
  #busy = 0;
  #idle = new AbortController();

  constructor(deps: CallDeps) {
    this.#deps = deps;
    this.id = deps.id;
    this.facts = deps.facts;
    this.entry = deps.entry;
    this.person = deps.person;
    this.started = deps.clock.now();
    this.answered = deps.answered ? this.started : undefined;
    void this.idle();
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  async answer(): Promise<void> {
    if (!this.gone.aborted) this.answered ??= this.#deps.clock.now();
  }

  play(items: readonly PlayItem[], options?: PlayOptions): Promise<PlayResult> {
    const { signal, until, keepKey, fromMs } = options ?? {};
    const stops = (): PlayEnd | undefined => {
      if (keepKey === true) return this.#keys === '' ? undefined : { kind: 'key', key: '' };
      const key = until === undefined ? undefined : this.takeKey(until);
      return key === undefined ? undefined : { kind: 'key', key };
    };
    return this.during(signal, (cut) =>
      this.#playUntil({ items, language: options?.language ?? '', fromMs }, cut, stops),
    );
  }

  gather(rule: GatherRule): Promise<GatherResult> {
    return this.during(rule.signal, async (cut) => {
      const stops = (): PlayEnd | undefined => (this.#keys === '' ? undefined : { kind: 'key', key: '' });
      const played = await this.#playUntil(rule, cut, stops);
      if (played.kind === 'gone' || played.kind === 'aborted') return { kind: played.kind };
      for (let digits = ''; ;) {
        const key = await this.#nextKey(digits === '' ? rule.firstDigitMs : rule.nextDigitMs, cut);
        if (key === 'stopped') return this.#stopped();
        if (key === 'silence') return { kind: 'silence', digits };
        digits += key;
        const verdict = rule.judge(digits) ?? (digits.length >= mostKeys ? 'invalid' : undefined);
        if (verdict !== undefined) return { kind: verdict, digits };
      }
    });
  }

  record(rule: RecordRule): Promise<RecordResult> {
    const { takes } = this.#deps;
    return this.during(undefined, async (cut) => {
      const before = rule.append ? takes.bytes(rule.tag) : undefined;
      if (!tagForm.test(rule.tag) || (takes.has(rule.tag) && before === undefined)) {
        throw new Fault('media-failed', 'the tag is taken or cannot be a name', { temporary: false });
      }
      if (cut.aborted)
        return { kind: 'gone', take: before === undefined ? undefined : takes.keep(rule.tag, before) };
      this.forgetKeys();
      if (rule.beep) this.#begin({ kind: 'prompt', name: 'beep' }, 0, '');
      return recordScript(this, rule, new Tape(rule, before), takes, cut);
    });
  }

  resumeRecording(rule: RecordRule): Promise<RecordResult> {
    const tape = new Tape(rule, this.#deps.recorded);
    return this.during(undefined, (cut) => recordScript(this, rule, tape, this.#deps.takes, cut));
  }

  receiveFax(rule: FaxRule): Promise<FaxReceived> {
    return this.during(undefined, (cut) => receiveScripted(this, rule, this.#deps.takes, cut));
  }

  async sendFax(document: Uint8Array, rule: SendFaxRule): Promise<FaxSent> {
    const sent = await this.during(undefined, (cut) => sendScripted(this, document, cut));
    if (sent.kind !== 'gone') this.#deps.onFaxSent(rule.tag, sent);
    return sent;
  }

  bridge(other: Call): Promise<'gone' | 'other-gone'> {
    if (!(other instanceof ScriptedCall))
      throw new Fault('invalid', 'a call of another switch', { temporary: false });
    return bridgeCalls(this, other);
  }

  async hangup(cause: HangupCause = 'normal'): Promise<void> {
    this.end('us', causes[cause]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hangup();
  }

  end(by: 'us' | 'them' | 'switch' | 'fax', cause: number | undefined): void {
    if (this.endedBy !== undefined) return;
    this.endedBy = by;
    this.hangupCause = cause;
    this.#gone.abort();
  }

  forgetKeys(): void {
    this.#keys = '';
  }

  /** The script has grown. */
  wake(): void {
    if (this.#busy === 0) void this.idle();
  }

  /** Runs one operation, which follows the script from where it is; what needs no operation goes on after it. */
  async during<T>(signal: AbortSignal | undefined, work: (cut: AbortSignal) => Promise<T>): Promise<T> {
    this.#idle.abort();
    this.#busy++;
    try {
      return await work(signal === undefined ? this.gone : AbortSignal.any([this.gone, signal]));
    } finally {
      this.#busy--;
      this.wake();
    }
  }

  /** Follows the script while nothing is going on: keys are kept, a hang-up is one. */
  async idle(): Promise<void> {
    this.#idle.abort();
    const idle = new AbortController();
    this.#idle = idle;
    const cut = AbortSignal.any([this.gone, idle.signal]);
    while ((await this.pressing(cut)) === 'pressed');
  }

  /** Does the next act if it needs no time. */
  async pressing(
    cut: AbortSignal,
  ): Promise<'pressed' | 'stopped' | Extract<Act, { kind: 'sound' | 'listening' }>> {
    const act = await this.#act(cut);
    if (act === undefined || cut.aborted) return 'stopped';
    if (act.kind === 'sound' || act.kind === 'listening') return act;
    if (act.kind === 'fax' || act.kind === 'fax-machine') return this.#tone(act);
    this.person.done();
    if (act.kind === 'hangup') {
      this.end('them', 16);
      return 'stopped';
    }
    if (this.#keys.length < mostKeys) this.#keys += act.key;
    return 'pressed';
  }

  /** What comes after the keys that were pressed before. */
  async faxTurn(cut: AbortSignal): Promise<Act | 'stopped' | undefined> {
    for (;;) {
      const act = await this.#act(cut);
      if (act === undefined || cut.aborted) return 'stopped';
      if (act.kind === 'hangup') {
        this.person.done();
        this.end('them', 16);
        return 'stopped';
      }
      if (act.kind !== 'key') return act;
      this.person.done();
    }
  }

  /** A calling machine's tone is heard while something is done with the call; one that answers makes none that we heed. */
  #tone(
    act: Extract<Act, { kind: 'fax' | 'fax-machine' }>,
  ): 'stopped' | { readonly kind: 'listening'; for: undefined } {
    if (act.kind === 'fax-machine' || this.#busy === 0 || this.answered === undefined)
      return { kind: 'listening', for: undefined };
    this.becameFax = true;
    this.end('fax', undefined);
    this.#deps.onFaxTone();
    return 'stopped';
  }

  /** Lets what the person waits for come about, if it has happened already. */
  async #turn(): Promise<void> {
    if (this.person.peek() instanceof Promise) await new Promise((resolve) => setImmediate(resolve));
  }

  /** The next act, once what is waited for before it has happened; `undefined` when cut. */
  async #act(cut: AbortSignal): Promise<Act | undefined> {
    for (;;) {
      // A step of its own, so that steps which follow one another are not done within one turn of the flow.
      await Promise.resolve();
      if (cut.aborted) return undefined;
      const next = this.person.peek();
      if (!(next instanceof Promise)) return next;
      await settledOrCut(next, cut);
    }
  }

  async #playUntil(
    { items, language, fromMs }: Played,
    cut: AbortSignal,
    stops: () => PlayEnd | undefined,
  ): Promise<PlayResult> {
    let skip = fromMs !== undefined && fromMs > 0 ? fromMs : 0;
    let beforeMs = 0;
    for (const item of items) {
      const wholeMs = lengthMs(item, language, this.#deps.speech);
      const offsetMs = Math.min(skip, wholeMs);
      const entered = skip === 0 || offsetMs < wholeMs;
      skip -= offsetMs;
      if (entered) {
        await this.#turn();
        const early = cut.aborted ? this.#stopped() : stops();
        if (early !== undefined) return { ...early, playedMs: Math.round(beforeMs + offsetMs) };
        const playing = this.#begin(item, offsetMs, language);
        const end = await this.#playOn(playing, language, cut, stops);
        if (end !== undefined) return { ...end, playedMs: Math.round(beforeMs + playing.toMs) };
        playing.toMs = wholeMs;
      }
      beforeMs += wholeMs;
    }
    const end = cut.aborted ? this.#stopped() : (stops() ?? { kind: 'done' as const });
    return { ...end, playedMs: Math.round(beforeMs) };
  }

  /** Lets the person do what they do while an item is played; `undefined` = it is played out. */
  async #playOn(
    playing: Playing,
    language: string,
    cut: AbortSignal,
    stops: () => PlayEnd | undefined,
  ): Promise<PlayEnd | undefined> {
    for (;;) {
      const result = await this.pressing(cut);
      if (result === 'stopped') return this.#stopped();
      if (result === 'pressed') {
        const stopped = stops();
        if (stopped !== undefined) return stopped;
      } else if (!this.#hears(playing, language)) return undefined;
    }
  }

  #begin(item: PlayItem, fromMs: number, language: string): Playing {
    const playing: Playing = { item, fromMs, toMs: fromMs };
    this.heard.push(item);
    this.playings.push(playing);
    const next = this.person.peek();
    if (next instanceof Promise || next.kind !== 'listening' || next.for === undefined) return playing;
    const names = namesOf(item, language, this.#deps.speech);
    if (next.atMs === undefined && names.includes(next.for)) this.person.done();
    return playing;
  }

  /** Plays on to the place of the item that the person waits for, if there is one. */
  #hears(playing: Playing, language: string): boolean {
    const next = this.person.peek();
    if (next instanceof Promise || next.kind !== 'listening') return false;
    const { for: what, atMs } = next;
    const names = namesOf(playing.item, language, this.#deps.speech);
    if (what === undefined || atMs === undefined || !names.includes(what)) return false;
    if (atMs < playing.toMs || atMs >= lengthMs(playing.item, language, this.#deps.speech)) return false;
    playing.toMs = atMs;
    this.person.done();
    return true;
  }

  /** The oldest key that is one of `wanted`, taken out; the others stay. */
  takeKey(wanted: string): string | undefined {
    const at = wanted === 'any' ? 0 : Array.from(this.#keys).findIndex((key) => wanted.includes(key));
    const key = this.#keys[at];
    if (key !== undefined) this.#keys = this.#keys.slice(0, at) + this.#keys.slice(at + 1);
    return key;
  }

  /** The next key, if it comes within so much virtual time. */
  async #nextKey(limitMs: number, cut: AbortSignal): Promise<string> {
    let waitedMs = 0;
    for (;;) {
      const key = this.takeKey('any');
      if (key !== undefined) return key;
      const act = await this.pressing(cut);
      if (act === 'stopped') return 'stopped';
      if (act === 'pressed') continue;
      if (act.kind === 'listening') return 'silence';
      const ms = Math.min(act.sound.ms, limitMs - waitedMs);
      this.person.done(ms);
      waitedMs += ms;
      if (waitedMs >= limitMs) return 'silence';
    }
  }

  #stopped(): Stopped {
    return { kind: this.gone.aborted ? 'gone' : 'aborted' };
  }
}
