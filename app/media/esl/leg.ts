import type { Log } from '../../ports/log.ts';
import type { HeldTags } from '../parts/held-tags.ts';
import { Keys } from '../parts/keys.ts';
import { after } from '../parts/timer.ts';
import type { Line } from './line.ts';
import type { EslEvent } from './wire/event.ts';

/** One for all: making an error with its stack for each call costs. */
const goneReason = new Error('the call is gone');

/** The application and data that mark a fax tone: see `watchForFax`. */
export const faxMark = 'answerback_fax_tone=yes';

/** One channel at the switch as one call: what is known of it and what it is doing. */
export class Leg {
  readonly id: string;
  readonly line: Line;
  readonly keys = new Keys();
  readonly log: Log;
  /** ITU-T Q.850, once the switch has told. */
  hangupCause: number | undefined;
  /** A fax tone was heard: the channel comes anew. */
  becameFax = false;
  /** Names of recordings that belong to this call and are nobody else's yet. */
  readonly tags: HeldTags;
  /** Called when a sound or a recording begins. */
  began: (() => void) | undefined;
  /** Called when a fax tone was heard. */
  heardFax: (() => void) | undefined;
  readonly #gone = new AbortController();
  #end: 'ended' | 'detached' | undefined;

  constructor(line: Line, log: Log, tags: HeldTags) {
    this.tags = tags;
    this.id = line.id;
    this.line = line;
    this.log = log;
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** `ended` = the channel is no more; `detached` = it may live on, this process lets go of it. */
  get end(): 'ended' | 'detached' | undefined {
    return this.#end;
  }

  finish(how: 'ended' | 'detached'): void {
    if (this.#end !== undefined) return;
    this.#end = how;
    this.#gone.abort(goneReason);
  }

  /** Waits so long, or until gone. */
  goneWithin(ms: number): Promise<boolean> {
    if (this.gone.aborted) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.gone.removeEventListener('abort', done);
        resolve(this.gone.aborted);
      };
      const cancel = after(ms, done);
      this.gone.addEventListener('abort', done);
    });
  }

  /** Resolves when the leg is gone. */
  ended(): Promise<void> {
    if (this.gone.aborted) return Promise.resolve();
    return new Promise((resolve) => this.gone.addEventListener('abort', () => resolve(), { once: true }));
  }

  /** What the switch says of the channel. */
  event(event: EslEvent): void {
    switch (event.name) {
      case 'DTMF':
        this.keys.press(event.get('DTMF-Digit') ?? '');
        return;
      case 'PLAYBACK_START':
      case 'RECORD_START':
        this.began?.();
        return;
      case 'CHANNEL_EXECUTE':
        if (event.get('Application') === 'set' && event.get('Application-Data') === faxMark)
          this.heardFax?.();
        return;
      case 'CHANNEL_HANGUP':
        // What was recorded is told right after; the call is gone for everything else.
        this.hangupCause = causeOf(event.get('Hangup-Cause'));
        this.finish('ended');
        return;
      case 'CHANNEL_HANGUP_COMPLETE':
        this.hangupCause = Number(event.variable('hangup_cause_q850') ?? this.hangupCause ?? 16);
        this.finish('ended');
        this.line.leave();
    }
  }
}

/** ITU-T Q.850 causes by FreeSWITCH's names. */
const causes: Readonly<Record<string, number>> = {
  UNALLOCATED_NUMBER: 1,
  NORMAL_CLEARING: 16,
  USER_BUSY: 17,
  NO_USER_RESPONSE: 18,
  NO_ANSWER: 19,
  SUBSCRIBER_ABSENT: 20,
  USER_NOT_REGISTERED: 20,
  CALL_REJECTED: 21,
  NUMBER_CHANGED: 22,
  DESTINATION_OUT_OF_ORDER: 27,
  INVALID_NUMBER_FORMAT: 28,
  NORMAL_UNSPECIFIED: 31,
  NORMAL_CIRCUIT_CONGESTION: 34,
  NETWORK_OUT_OF_ORDER: 38,
  NORMAL_TEMPORARY_FAILURE: 41,
  INVALID_GATEWAY: 127,
  INCOMPATIBLE_DESTINATION: 88,
  ORIGINATOR_CANCEL: 19,
};

export function causeOf(name: string | undefined): number {
  return causes[name ?? ''] ?? 31;
}
