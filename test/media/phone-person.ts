import { setTimeout as pause } from 'node:timers/promises';
import type { Step } from '../../app/media/scripted/steps.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import type { PhoneCall } from '../phone/call.ts';
import type { NoisePrompts } from './noise-prompts.ts';
import type { CaseCaller } from './world.ts';

/** Follows the steps of a script with a real telephone. */
export class PhonePerson implements CaseCaller {
  readonly done: Promise<void>;
  readonly #call: PhoneCall;
  readonly #prompts: NoisePrompts;

  constructor(call: PhoneCall, steps: readonly Step[], prompts: NoisePrompts) {
    this.#call = call;
    this.#prompts = prompts;
    this.done = this.#follow(steps);
    this.done.catch(() => undefined);
  }

  get ending(): CaseCaller['ending'] {
    return this.#call.ended().then(() => {
      const refusals: Readonly<Record<number, Awaited<CaseCaller['ending']>>> = {
        486: 'busy',
        404: 'unallocated',
        503: 'congestion',
      };
      if (this.#call.state !== 'refused') return 'hung-up';
      const kind = refusals[this.#call.status ?? 0];
      if (kind === undefined) throw new Error(`refused with ${this.#call.status}`);
      return kind;
    });
  }

  async heard(...names: readonly string[]): Promise<boolean> {
    let from = 0;
    for (const name of names) {
      const sample = this.#prompts.beginning(name);
      const match = correlate(this.#call.heard.ulaw.subarray(from), sample);
      if (match.score < 0.8) return false;
      from += Math.max(0, Math.round(match.offsetMs * 8)) + sample.length;
    }
    return true;
  }

  async #follow(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (step.kind !== 'meanwhile' && step.kind !== 'hangup') await this.#call.up();
      await this.#do(step);
    }
  }

  async #do(step: Step): Promise<unknown> {
    const call = this.#call;
    switch (step.kind) {
      case 'hear':
        return call.hears(this.#prompts.beginning(step.what));
      case 'press':
        return call.press(step.keys);
      case 'speak':
        return call.say(step.sound);
      case 'silence':
        return call.sayNothing(step.ms);
      case 'gap':
        call.stopSending();
        // The gap itself is a length of time.
        return pause(step.ms);
      case 'meanwhile':
        return step.run();
      case 'hangup':
        return call.hangup();
    }
  }
}
