import type { Step } from '../../../app/media/scripted/steps.ts';
import { correlate } from '../../../scripts/audio/correlate.ts';
import { CallRefused } from '../../phone/call.ts';
import type { PhoneCall } from '../../phone/call.ts';
import type { CaseCaller } from '../world.ts';

type Ending = Awaited<CaseCaller['ending']>;

/** So much of a clip tells that it has begun. */
const startBytes = 250 * 8;
const minScore = 0.7;

/** Does the steps of a case on a real telephone. */
export class Person implements CaseCaller {
  readonly done: Promise<void>;
  readonly ending: Promise<Ending>;
  readonly #phone: PhoneCall;
  readonly #sound: (name: string) => Buffer;

  constructor(phone: PhoneCall, steps: readonly Step[], sound: (name: string) => Buffer) {
    this.#phone = phone;
    this.#sound = sound;
    this.ending = this.#end();
    this.done = this.#run(steps);
    this.ending.catch(() => undefined);
    this.done.catch(() => undefined);
  }

  async heard(...names: readonly string[]): Promise<boolean> {
    // The last packets may still be on their way.
    for (let tries = 0; ; tries++) {
      let from = 0;
      const all = names.every((name) => {
        const start = this.#sound(name).subarray(0, startBytes);
        const match = correlate(this.#phone.heard.ulaw.subarray(from), start);
        from += Math.max(0, Math.round(match.offsetMs * 8)) + start.length;
        return match.score >= minScore;
      });
      if (all || tries === 10) return all;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #run(steps: readonly Step[]): Promise<void> {
    // A call that is refused or given up before the answer has no sound.
    const soundless = steps.every((step) => step.kind === 'meanwhile' || step.kind === 'hangup');
    if (!soundless) await this.#phone.up(15_000);
    for (const step of steps) await this.#step(step);
  }

  async #step(step: Step): Promise<void> {
    const phone = this.#phone;
    switch (step.kind) {
      case 'hear':
        await phone.hears(this.#part(step), { minScore, withinMs: 15_000 });
        return;
      case 'press':
        return phone.press(step.keys);
      case 'speak':
        // The tone's own end is still in the switch's queue when its start has been heard.
        await phone.quietFor(100, 1000).catch(() => undefined);
        return phone.say(step.sound);
      case 'silence':
        return phone.sayNothing(step.ms);
      case 'gap':
        phone.stopSending();
        await new Promise((resolve) => setTimeout(resolve, step.ms));
        return phone.resumeSending();
      case 'meanwhile':
        await step.run();
        return;
      case 'fax':
      case 'fax-machine':
        throw new Error('a telephone is no fax machine: see world.fax');
      case 'hangup':
        return phone.hangup();
    }
  }

  /** The start of a clip, or what tells that so much of it has been played. */
  #part({ what, atMs }: Extract<Step, { kind: 'hear' }>): Buffer {
    const end = atMs === undefined ? startBytes : atMs * 8;
    return this.#sound(what).subarray(Math.max(0, end - startBytes), end);
  }

  async #end(): Promise<Ending> {
    try {
      await this.#phone.up(60_000);
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error;
      const endings: Readonly<Record<number, Ending>> = {
        486: 'busy',
        600: 'busy',
        404: 'unallocated',
        503: 'congestion',
      };
      return endings[error.status] ?? 'hung-up';
    }
    await this.#phone.ended(60_000);
    return 'hung-up';
  }
}
