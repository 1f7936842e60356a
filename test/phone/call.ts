import { correlate, type Match } from '../../scripts/audio/correlate.ts';
import { findTone } from '../../scripts/audio/tone.ts';
import { DeadlinePassed, type Changes } from './changes.ts';
import type { Dialog } from './dialog.ts';
import type { Heard, HeardPacket } from './heard.ts';
import type { RtpStream } from './rtp-stream.ts';
import { header, userIn, type SipRequest } from './sip-message.ts';

/** A call that was refused; `status` is the SIP status. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
  readonly status: number;

  constructor(status: number, reason: string) {
    super(`call refused: ${status} ${reason}`);
    this.status = status;
  }
}

/** Times in milliseconds of `performance.now()`, on this side of the wire. */
export interface CallTimes {
  /** INVITE sent, or received for an incoming call. */
  invite: number;
  /** First 18x. */
  ringing?: number;
  /** Final response to the INVITE. */
  final?: number;
  /** ACK sent or received. */
  ack?: number;
  /** BYE or CANCEL sent or received, or refused. */
  ended?: number;
}

export type CallState = 'ringing' | 'up' | 'refused' | 'ended';

export interface CallEnd {
  /** Who ended it. */
  readonly by: 'us' | 'them';
  readonly at: number;
  /** Q.850 cause in a Reason header of the BYE, if any. */
  readonly cause?: number;
}

const defaultWaitMs = 10_000;
/** No sound for so long after a tone is its end, in milliseconds. */
const toneGapMs = 80;
/** One packet of sound. */
const frameBytes = 160;
/** Longest tone that is looked for, in bytes. */
const longestTone = 1000 * 8;
/** So much of a sample's end may be missing: recordings end a few frames early. */
const wholeToleranceMs = 200;

/** One call of a test phone, in either direction. */
export class PhoneCall implements AsyncDisposable {
  readonly times: CallTimes;
  readonly direction: 'out' | 'in';
  readonly #dialog: Dialog;
  readonly #rtp: RtpStream;
  readonly #changes: Changes;
  #hearsFrom = 0;

  constructor(direction: 'out' | 'in', dialog: Dialog, rtp: RtpStream, changes: Changes) {
    this.direction = direction;
    this.times = dialog.times;
    this.#dialog = dialog;
    this.#rtp = rtp;
    this.#changes = changes;
  }

  /** SIP Call-ID. */
  get id(): string {
    return this.#dialog.callId;
  }

  get state(): CallState {
    return this.#dialog.state;
  }

  /** Final status of the INVITE. */
  get status(): number | undefined {
    return this.#dialog.status;
  }

  /** The INVITE of an incoming call. */
  get request(): SipRequest | undefined {
    return this.#dialog.invite;
  }

  /** Number or name in the From header of an incoming call. */
  get from(): string {
    return this.request === undefined ? '' : userIn(header(this.request, 'from'));
  }

  /** Who the INVITE is for: user part of its request URI. */
  get to(): string {
    return this.request === undefined ? '' : userIn(this.request.uri);
  }

  /** All that was received so far. */
  get heard(): Heard {
    return this.#rtp.heard;
  }

  /** Keys that the far side pressed. */
  get keysHeard(): string {
    return this.#rtp.keysHeard;
  }

  /** Arrival of the first sound, and key-up of the last digit sent. */
  get firstSoundAt(): number | undefined {
    return this.heard.firstAt;
  }

  get lastDigitAt(): number | undefined {
    return this.#rtp.lastDigitAt;
  }

  /** Resolves when answered and acknowledged. @throws CallRefused */
  up(withinMs = defaultWaitMs): Promise<this> {
    const find = (): this | undefined => {
      if (this.state === 'refused') throw new CallRefused(this.status ?? 0, this.#dialog.reason);
      if (this.state === 'ended' && this.times.ack === undefined)
        throw new CallRefused(this.status ?? 487, 'ended before the answer');
      return this.times.ack === undefined ? undefined : this;
    };
    return this.#changes.until(find, withinMs, 'answer');
  }

  /** Resolves with the status of the refusal. Rejects if the call is answered. */
  refused(withinMs = defaultWaitMs): Promise<number> {
    const find = (): number | undefined => {
      if (this.state === 'up') throw new Error('call was answered, a refusal was awaited');
      return this.state === 'refused' ? this.status : undefined;
    };
    return this.#changes.until(find, withinMs, 'refusal');
  }

  /** Resolves when the call is over, whoever ended it. */
  ended(withinMs = defaultWaitMs): Promise<CallEnd> {
    return this.#changes.until(
      () => this.#dialog.end,
      withinMs,
      () => `end of the call (heard ${Math.round(this.heard.durationMs)} ms so far)`,
    );
  }

  /** Answers an incoming call. */
  async answer(): Promise<this> {
    this.#dialog.accept();
    return this.up();
  }

  /** Lets an incoming call ring (180). */
  ring(): void {
    this.#dialog.ring();
  }

  /** Refuses an incoming call: 486 busy, 603 declined, 404, 480, … */
  refuse(status = 486): void {
    this.#dialog.refuse(status);
  }

  /** Says µ-law sound; resolves when it is played out or the call is over. */
  say(ulaw: Uint8Array): Promise<void> {
    return this.#rtp.say(ulaw);
  }

  /** Sends silent sound for so long; resolves when it is played out. */
  sayNothing(ms: number): Promise<void> {
    return this.#rtp.say(Buffer.alloc(Math.round(ms * 8), 0xff));
  }

  /** Stops sending RTP while there is nothing to say, as phones with silence suppression do. */
  stopSending(): void {
    this.#rtp.stop();
  }

  resumeSending(): void {
    this.#rtp.resume();
  }

  /** Presses keys (RFC 4733), each for `onMs` with `gapMs` between them; resolves when the last one is up. */
  press(keys: string, options: { readonly onMs?: number; readonly gapMs?: number } = {}): Promise<void> {
    return this.#rtp.press(keys, options.onMs ?? 100, options.gapMs ?? 60);
  }

  /** The first packet of sound at or after a time. */
  soundAfter(at: number, withinMs = defaultWaitMs): Promise<HeardPacket> {
    const find = (): HeardPacket | undefined => {
      const last = this.heard.packets.at(-1);
      return last === undefined || last.at < at
        ? undefined
        : this.heard.packets.find((packet) => packet.at >= at);
    };
    return this.#changes.until(find, withinMs, 'sound');
  }

  /** Resolves when no sound has arrived for so long; with the arrival of the last one before. */
  async quietFor(ms: number, withinMs = defaultWaitMs): Promise<number | undefined> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const since = this.heard.lastAt;
      const arrived = await this.#changes
        .until(() => (this.heard.lastAt === since ? undefined : true), ms, 'sound')
        .catch((error: unknown) =>
          error instanceof DeadlinePassed ? false : Promise.reject(error as Error),
        );
      if (!arrived) return since;
      if (performance.now() > deadline)
        throw new DeadlinePassed(`quiet for ${ms} ms: not within ${withinMs} ms`);
    }
  }

  /**
   * Waits until the sample has been heard whole, after what `hears` found before it. Where it was found counts from
   * the start of `heard`.
   */
  async hears(
    sample: Uint8Array,
    options: { readonly withinMs?: number; readonly minScore?: number } = {},
  ): Promise<Match> {
    const minScore = options.minScore ?? 0.8;
    const stepBytes = Math.max(800, sample.length / 10);
    let searched = this.#hearsFrom;
    let best = 0;
    const search = (): Match | undefined => {
      const sound = this.heard.ulaw;
      // What began earlier has been seen whole already.
      const from = Math.max(this.#hearsFrom, Math.round(searched - sample.length - stepBytes));
      searched = sound.length;
      const match = correlate(sound.subarray(from), sample);
      best = Math.max(best, match.score);
      return match.score >= minScore
        ? { score: match.score, offsetMs: match.offsetMs + from / 8 }
        : undefined;
    };
    const isWhole = (match: Match): boolean =>
      match.offsetMs + sample.length / 8 <=
      this.heard.durationMs + Math.min(wholeToleranceMs, sample.length / 80);
    const find = (): Match | undefined => {
      const over = this.#dialog.end !== undefined;
      if (this.heard.ulaw.length - searched < stepBytes && !over) return undefined;
      const match = search();
      if (match !== undefined && (over || isWhole(match))) return match;
      if (over)
        throw new Error(`the call ended and the sample was not heard (best score ${best.toFixed(2)})`);
      return undefined;
    };
    const what = (): string => `sample heard (best score ${best.toFixed(2)})`;
    const match = await this.#changes
      .until(find, options.withinMs ?? defaultWaitMs, what)
      .catch((error: unknown) => {
        const last = error instanceof DeadlinePassed ? search() : undefined;
        if (last === undefined) throw error;
        return last;
      });
    this.#hearsFrom = Math.max(this.#hearsFrom, Math.round((match.offsetMs + sample.length / 8) * 8));
    return match;
  }

  /**
   * Waits for the end of a tone, as a recording's beep: until something else is heard, or nothing. Resolves with its
   * arrival times.
   */
  async hearsTone(
    hz: number,
    options: { readonly withinMs?: number; readonly after?: number; readonly minMs?: number } = {},
  ): Promise<{ startAt: number; endAt: number }> {
    const after = options.after ?? 0;
    let from = 0;
    let looked = -1;
    const find = (): { startAt: number; endAt: number; goesOn: boolean } | undefined => {
      const { packets, ulaw } = this.heard;
      // Whatever changes on any call of the phone leads here.
      if (ulaw.length === looked) return undefined;
      looked = ulaw.length;
      while (from < packets.length && packets[from]!.at < after) from++;
      const base = packets[from]?.offset;
      if (base === undefined) return undefined;
      const found = findTone(ulaw.subarray(base), hz, options.minMs);
      if (found === undefined) {
        // Looked through; only a tone that still goes on may have begun there.
        while (from < packets.length && ulaw.length - packets[from]!.offset > longestTone) from++;
        return undefined;
      }
      const at = (ms: number): number => this.heard.arrivedAt(base / 8 + ms) ?? this.heard.lastAt ?? 0;
      const goesOn = base + found.endMs * 8 + frameBytes > ulaw.length;
      return { startAt: at(found.startMs), endAt: at(found.endMs), goesOn };
    };
    let found = await this.#changes.until(find, options.withinMs ?? defaultWaitMs, `tone of ${hz} Hz`);
    while (found.goesOn) {
      const longer = await this.#changes.until(find, toneGapMs, 'more').catch(() => undefined);
      if (longer === undefined) break;
      found = longer;
    }
    return found;
  }

  /** Ends the call: BYE, CANCEL or 603. Resolves when the far side has confirmed it; harmless when over. */
  async hangup(): Promise<void> {
    await this.#dialog.hangup();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hangup().catch(() => undefined);
  }
}
