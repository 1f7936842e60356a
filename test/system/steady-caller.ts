/** A caller who leaves one message whatever happens to the controller meanwhile, and knows when the message was finished. */
import type { E164 } from '../../app/core/ids.ts';
import { toneShare } from '../../scripts/audio/tone.ts';
import type { PhoneCall } from '../phone/call.ts';
import { DeadlinePassed } from '../phone/changes.ts';
import type { Phone } from '../phone/phone.ts';
import type { Chance } from './chance.ts';

export const stages = ['greeting', 'tone', 'recording', 'key', 'storing', 'notifying', 'over'] as const;
export type Stage = (typeof stages)[number];

export interface SteadyPlan {
  readonly from: string;
  readonly to: string;
  readonly sound: Buffer;
  /** Hangs up at once, presses `#` and hangs up in the review, or sends with 1. */
  readonly end: 'hang-up' | 'key' | 'send';
}

/** Longest wait for an answer, and longest silence of the dialogue, over an end and a start of the controller. */
const answerMs = 40_000;
const silenceMs = 25_000;
/** After so long without a tone a caller who has no patience for greetings presses # again. */
const patienceMs = 4000;
/** From the end of the call: so long the message is stored, and then the subscriber told, in milliseconds. */
export const storingMs = 80;
const notifyingMs = 400;
const restOfToneMs = 500;
const toneHz = 1000;
/** Ours has 300 ms, that of the dialplan 400. */
const longestToneMs = 500;
const packetMs = 20;
/** Sound that is not silence for so long means that the dialogue has begun anew. */
const spokenToMs = 200;

export class SteadyCaller {
  readonly from: string;
  readonly to: E164;
  readonly sound: Buffer;
  /** Milliseconds from the end of the tone to the end of the recording; set when it was finished. */
  spokeMs: number | undefined;
  /** Milliseconds of its sound that it spoke into the tone, which came in pieces and seemed over; nobody records that. */
  intoToneMs = 0;
  /** Milliseconds from the end of the tone to the hang-up: a key that finds no controller ends no recording. */
  stayedMs = 0;
  onStage: (stage: Stage) => void = () => undefined;
  readonly #plan: SteadyPlan;
  #stage: Stage = 'greeting';
  /** Silence counts from here for who has heard nothing yet. */
  #upAt = 0;
  #endedAt = 0;

  constructor(plan: SteadyPlan) {
    this.#plan = plan;
    this.from = plan.from;
    this.to = plan.to as E164;
    this.sound = plan.sound;
  }

  /** Where the call is now. */
  get stage(): Stage {
    if (this.#endedAt === 0) return this.#stage;
    const ago = performance.now() - this.#endedAt;
    if (ago < storingMs) return 'storing';
    return ago < notifyingMs ? 'notifying' : 'over';
  }

  /** @throws Error if the caller is left in silence */
  async call(phone: Phone, chance: Chance): Promise<void> {
    const call = await phone.call(this.to, { fromUser: this.from });
    try {
      await this.#talk(call, chance);
    } catch (error) {
      await call.hangup();
      throw new Error(
        `${this.from} in ${this.#stage}, ${call.state}, heard sound ${JSON.stringify(spoken(call))}`,
        { cause: error },
      );
    }
  }

  async #talk(call: PhoneCall, chance: Chance): Promise<void> {
    await call.up(answerMs);
    this.#upAt = performance.now();
    this.#enter('greeting');
    await call.sayNothing(chance.between(100, 900));
    await call.press('#');
    this.#enter('tone');
    const toneEnd = await this.#speak(call);
    if (toneEnd === undefined) return;
    if (this.#plan.end !== 'hang-up') {
      this.#enter('key');
      await call.press('#');
    }
    this.spokeMs = performance.now() - toneEnd;
    if (this.#plan.end === 'send') {
      await call.sayNothing(chance.between(100, 700));
      await call.press('1');
    }
    if (this.#plan.end !== 'hang-up') await call.sayNothing(chance.between(0, 900));
    const hungUp = call.hangup();
    this.#endedAt = performance.now();
    this.stayedMs = this.#endedAt - toneEnd;
    this.onStage('storing');
    this.onStage('notifying');
    await hungUp;
  }

  /**
   * Waits for the tone and speaks; again, if meanwhile the dialogue began anew. Answers when the tone had ended,
   * or `undefined` if the controller ended the call: its patience with keys in the place of words is short.
   */
  async #speak(call: PhoneCall): Promise<number | undefined> {
    for (let after = 0; ;) {
      const tone = await this.#tone(call, after);
      if (tone === undefined) return undefined;
      this.#enter('recording');
      this.intoToneMs = 0;
      const began = performance.now();
      await call.say(this.sound);
      this.intoToneMs = toneSince(call, tone, began);
      if (!wasSpokenTo(call, tone.endAt)) return tone.endAt;
      after = tone.endAt;
    }
  }

  /** The next tone. Who is greeted anew after an interruption presses # anew. */
  async #tone(call: PhoneCall, after: number): Promise<{ startAt: number; endAt: number } | undefined> {
    for (;;) {
      try {
        return await call.hearsTone(toneHz, { after, withinMs: patienceMs });
      } catch (error) {
        const inSilence = performance.now() - (call.heard.lastAt ?? this.#upAt) > silenceMs;
        if (!(error instanceof DeadlinePassed) || inSilence) throw error;
        if (call.state !== 'up') return undefined;
        await call.press('#');
      }
    }
  }

  #enter(stage: Stage): void {
    this.#stage = stage;
    this.onStage(stage);
  }
}

/** For how long that tone was still coming, in milliseconds: not another one after it. */
function toneSince({ heard }: PhoneCall, { startAt }: { readonly startAt: number }, began: number): number {
  const { packets, ulaw } = heard;
  const its = packets.filter(
    ({ at, offset, length }) =>
      at >= startAt &&
      at < began + longestToneMs &&
      toneShare(ulaw.subarray(offset, offset + length), toneHz) > 0.8,
  );
  const last = its.at(-1)?.at ?? 0;
  return last < began || its.length * packetMs > longestToneMs ? 0 : last - began + packetMs;
}

function wasSpokenTo(call: PhoneCall, since: number): boolean {
  // On a busy machine the tone itself may come in pieces.
  const heard = call.heard.since(since + restOfToneMs);
  return heard.filter((byte) => (byte & 0x7f) < 0x60).length > spokenToMs * 8 * 0.3;
}

/** Stretches of sound, in seconds of the call: for what a failure says. */
function spoken(call: PhoneCall): string[] {
  const stretches: { from: number; to: number }[] = [];
  const start = call.times.ack ?? call.times.invite;
  for (const packet of call.heard.packets) {
    const sound = call.heard.ulaw.subarray(packet.offset, packet.offset + packet.length);
    if (!sound.some((byte) => (byte & 0x7f) < 0x60)) continue;
    const last = stretches.at(-1);
    if (last !== undefined && packet.at - last.to < 400) last.to = packet.at;
    else stretches.push({ from: packet.at, to: packet.at });
  }
  const seconds = (at: number): string => ((at - start) / 1000).toFixed(1);
  return stretches.map(({ from, to }) => `${seconds(from)}-${seconds(to)}`);
}
