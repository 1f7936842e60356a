import type { CallFacts } from '../../core/address/call-facts.ts';
import type { PlayItem } from '../../core/prompt/play-item.ts';
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
import type { Clock } from '../../ports/clock.ts';
import type { FaxReceived, FaxRule, FaxSent, SendFaxRule } from '../../ports/fax.ts';
import { bridge } from './bridge.ts';
import type { Codec } from './codec.ts';
import { receiveFax, sendFax, type FaxNotes } from './fax.ts';
import { gather } from '../parts/gather.ts';
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
  readonly codec: Codec;
}

export interface CallDeps {
  readonly sounds: Sounds;
  readonly takes: Takes;
  readonly notes: FaxNotes;
  readonly clock: Clock;
  /** Name of our application at the switch. */
  readonly app: string;
  /** Language of the tone before recordings. */
  readonly language: string;
  readonly onPlaying?: ((stored: boolean) => void) | undefined;
}

const reasons: Readonly<Record<HangupCause, string>> = {
  normal: '16',
  busy: '17',
  congestion: '34',
  unallocated: '1',
};

/** A channel of Asterisk as a call of the media port. */
export class AriCall implements Call {
  readonly id: string;
  readonly facts: CallFacts;
  readonly entry: CallEntry;
  readonly started: Date;
  readonly leg: Leg;
  readonly #deps: CallDeps;
  readonly #codec: Codec;
  #answered: Date | undefined;
  #confirmed = true;
  /** The switch was told to hang up. */
  #ended = false;

  constructor(parts: CallParts, deps: CallDeps) {
    this.id = parts.leg.id;
    this.leg = parts.leg;
    this.facts = parts.facts;
    this.entry = parts.entry;
    this.started = parts.started;
    this.#answered = parts.answered;
    this.#codec = parts.codec;
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
    if (this.#answered !== undefined) return;
    if (this.leg.gone.aborted) return;
    // Not waited for: the switch keeps the order.
    const asked = this.#deps.clock.now();
    this.#answered = asked;
    this.#confirmed = false;
    this.leg.command({ method: 'POST', uri: `channels/${this.id}/answer` }).then(
      (result) => {
        if (result === 'ok') this.#confirmed = true;
      },
      (error: unknown) => this.#notAnswered(error),
    );
    // The caller hears ringing until then: it goes out before anything is looked up.
    this.leg.flush();
  }

  /** Nobody may be left waiting at a call that nobody serves. */
  #notAnswered(error: unknown): void {
    if (!this.leg.hungUp)
      this.leg.log.error('the switch could not answer the call', { error: String(error) });
    this.leg.tell('DELETE', `channels/${this.id}`, { reason_code: reasons.congestion });
    this.leg.finish('ended');
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

  #begun(items: readonly PlayItem[]): () => void {
    return () => this.#deps.onPlaying?.(items.some(({ kind }) => kind === 'stored'));
  }

  record(rule: RecordRule): Promise<RecordResult> {
    return record(this.leg, rule, this.#recordDeps());
  }

  resumeRecording(rule: RecordRule): Promise<RecordResult> {
    return resumeRecording(this.leg, rule, this.#recordDeps());
  }

  bridge(other: Call): Promise<'gone' | 'other-gone'> {
    return bridge(this.leg, other, this.#deps.app);
  }

  receiveFax(rule: FaxRule): Promise<FaxReceived> {
    return receiveFax(this.leg, rule, this.#deps);
  }

  sendFax(document: Uint8Array, rule: SendFaxRule): Promise<FaxSent> {
    return sendFax(this.leg, document, rule, this.#deps);
  }

  async hangup(cause: HangupCause = 'normal'): Promise<void> {
    // The end is told by events; without a connection, resuming finds the channel and nobody who wants it.
    if (this.leg.end === undefined && !this.#ended) {
      await this.leg.command({
        method: 'DELETE',
        uri: `channels/${this.id}`,
        query: { reason_code: reasons[cause] },
      });
      // Asked again before it is gone, the switch would take the later cause.
      this.#ended = true;
      this.leg.hangupCause ??= Number(reasons[cause]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.hangup();
    } finally {
      this.leg.tags.clear();
    }
  }

  #recordDeps() {
    const { takes, sounds, language } = this.#deps;
    return { takes, codec: this.#codec, beep: sounds.clip(language, 'beep') };
  }
}
