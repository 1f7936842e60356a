import type { CallFacts } from '../../core/address/call-facts.ts';
import type { PlayItem } from '../../core/prompt/play-item.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FaxReceived, FaxRule, FaxSent, SendFaxRule } from '../../ports/fax.ts';
import type {
  Call,
  CallEntry,
  GatherResult,
  GatherRule,
  HangupCause,
  PlayOptions,
  PlayResult,
  RecordResult,
  RecordRule,
} from '../../ports/media.ts';
import { gather } from '../parts/gather.ts';
import { bridge } from './bridge.ts';
import { receiveFax, sendFax, watchForFax, type SendFaxDeps } from './fax.ts';
import type { Leg } from './leg.ts';
import { playSegments } from './play.ts';
import { record, resumeRecording } from './record.ts';
import type { Sounds } from './sounds.ts';
import type { Takes } from './takes.ts';

export interface CallParts {
  readonly leg: Leg;
  readonly facts: CallFacts;
  readonly entry: CallEntry;
  readonly started: Date;
  readonly answered: Date | undefined;
}

export interface CallDeps {
  readonly sounds: Sounds;
  readonly takes: Takes;
  readonly faxes: SendFaxDeps;
  readonly clock: Clock;
  /** Language of the tone before recordings. */
  readonly language: string;
  /** A sound begins; whether it is one that was stored. */
  readonly onPlaying?: ((stored: boolean) => void) | undefined;
  /** A fax tone was heard on this call. */
  readonly onFax: (call: EslCall) => void;
}

const causes: Readonly<Record<HangupCause, string>> = {
  normal: 'NORMAL_CLEARING',
  busy: 'USER_BUSY',
  congestion: 'NORMAL_CIRCUIT_CONGESTION',
  unallocated: 'UNALLOCATED_NUMBER',
};

/** A channel of FreeSWITCH as a call of the media port. */
export class EslCall implements Call {
  readonly id: string;
  readonly facts: CallFacts;
  readonly entry: CallEntry;
  readonly started: Date;
  readonly leg: Leg;
  readonly #deps: CallDeps;
  #answered: Date | undefined;
  #confirmed = true;

  constructor({ leg, facts, entry, started, answered }: CallParts, deps: CallDeps) {
    this.id = leg.id;
    this.leg = leg;
    this.facts = facts;
    this.entry = entry;
    this.started = started;
    this.#answered = answered;
    this.#deps = deps;
  }

  /** When the answer was asked for; once the call is gone, only if the switch has confirmed it. */
  get answered(): Date | undefined {
    return this.#confirmed || !this.gone.aborted ? this.#answered : undefined;
  }

  get gone(): AbortSignal {
    return this.leg.gone;
  }

  get released(): boolean {
    return this.leg.end === 'detached';
  }

  get becameFax(): boolean {
    return this.leg.becameFax;
  }

  get hangupCause(): number | undefined {
    return this.leg.hangupCause;
  }

  async answer(): Promise<void> {
    if (this.#answered !== undefined || this.leg.gone.aborted) return;
    this.#answered = this.#deps.clock.now();
    this.#confirmed = false;
    // Not waited for: what is asked next comes after it.
    const answering = this.leg.line.execute('answer').then((event) => {
      if (event !== 'gone') this.#confirmed = true;
    });
    answering.catch((error: unknown) => {
      this.leg.log.error('the switch could not answer the call', { error: String(error) });
      this.leg.line.hangup(causes.congestion);
    });
    if (this.entry.kind === 'incoming')
      watchForFax(this.leg, () => this.#deps.onFax(this)).catch(() => undefined);
  }

  async play(items: readonly PlayItem[], options?: PlayOptions): Promise<PlayResult> {
    const segments = await this.#deps.sounds.segments(items, options?.language ?? this.#deps.language);
    const { until, keepKey, signal, fromMs } = options ?? {};
    const begun = this.#begun(items);
    return playSegments(this.leg, segments, { until, typeAhead: keepKey, signal, fromMs, begun });
  }

  async gather(rule: GatherRule): Promise<GatherResult> {
    const segments = await this.#deps.sounds.segments(rule.items, rule.language);
    const begun = this.#begun(rule.items);
    const play = () => playSegments(this.leg, segments, { typeAhead: true, signal: rule.signal, begun });
    return gather(this.leg, play, rule);
  }

  async record(rule: RecordRule): Promise<RecordResult> {
    const { takes, sounds, language } = this.#deps;
    const beep = rule.beep ? await sounds.clip(language, 'beep') : undefined;
    return record(this.leg, rule, { takes, beep });
  }

  resumeRecording(rule: RecordRule): Promise<RecordResult> {
    return resumeRecording(this.leg, rule, this.#deps.takes);
  }

  bridge(other: Call): Promise<'gone' | 'other-gone'> {
    return bridge(this.leg, other);
  }

  receiveFax(rule: FaxRule): Promise<FaxReceived> {
    return receiveFax(this.leg, rule, this.#deps.takes);
  }

  sendFax(document: Uint8Array, rule: SendFaxRule): Promise<FaxSent> {
    return sendFax(this.leg, document, rule, this.#deps.faxes);
  }

  async hangup(cause: HangupCause = 'normal'): Promise<void> {
    // The end is told by events.
    if (this.leg.end === undefined) this.leg.line.hangup(causes[cause]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.hangup();
    } finally {
      this.leg.tags.clear();
    }
  }

  #begun(items: readonly PlayItem[]): () => void {
    return () => this.#deps.onPlaying?.(items.some(({ kind }) => kind === 'stored'));
  }
}
