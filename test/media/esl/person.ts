import type { Step } from '../../../app/media/scripted/steps.ts';
import type { CaseCaller } from '../world.ts';
import { silence, type FaxLine, type Line, type Played } from './double/line.ts';

type Ending = Awaited<CaseCaller['ending']>;

/** What somebody at a telephone can do there. */
export interface Hands {
  press(digit: string): void;
  hangUp(): void;
}

const frameBytes = 160;
/** Between keys, as a quick hand presses them. */
const keyMs = 80;
/** The tone's own end is past, and the recording has begun. */
const quietMs = 120;
const endings: Readonly<Record<string, Ending>> = {
  USER_BUSY: 'busy',
  UNALLOCATED_NUMBER: 'unallocated',
  NORMAL_CIRCUIT_CONGESTION: 'congestion',
};

/** Does the steps of a case at a telephone of the double. */
export class Person implements CaseCaller, Line {
  readonly done: Promise<void>;
  readonly ending: Promise<Ending>;
  readonly fax?: FaxLine;
  readonly #sound: (name: string) => Buffer;
  readonly #steps: readonly Step[];
  readonly #played: Played[] = [];
  #hands!: Hands;
  #begin!: () => void;
  #end!: (ending: Ending) => void;
  #over = false;
  #wasAnswered = false;
  #voice: Uint8Array = new Uint8Array();
  #sending = true;

  constructor(steps: readonly Step[], sound: (name: string) => Buffer, fax?: FaxLine) {
    this.#steps = steps;
    this.#sound = sound;
    if (fax !== undefined) this.fax = fax;
    const begun = new Promise<void>((resolve) => (this.#begin = resolve));
    this.ending = new Promise((resolve) => (this.#end = resolve));
    this.done = begun.then(() => this.#run());
    this.done.catch(() => undefined);
  }

  /** Gives the telephone; a call that is refused or given up is never answered. */
  at(hands: Hands): void {
    this.#hands = hands;
    const soundless = this.#steps.every((step) => step.kind === 'meanwhile' || step.kind === 'hangup');
    if (soundless) this.#begin();
  }

  answered(): void {
    this.#wasAnswered = true;
    this.#begin();
  }

  playing(sound: Played): void {
    this.#played.push(sound);
  }

  ended(cause: string): void {
    this.#over = true;
    this.#end(this.#wasAnswered ? 'hung-up' : (endings[cause] ?? 'hung-up'));
  }

  speaks(): Uint8Array | undefined {
    if (!this.#sending) return undefined;
    if (this.#voice.length === 0) return silence;
    const said = this.#voice.subarray(0, frameBytes);
    this.#voice = this.#voice.subarray(frameBytes);
    if (said.length === frameBytes) return said;
    return Buffer.concat([said, silence.subarray(said.length)]);
  }

  async heard(...names: readonly string[]): Promise<boolean> {
    let from = 0;
    return names.every((name) => {
      const at = this.#played.findIndex(
        (played, i) => i >= from && this.#placeIn(name, played) !== undefined,
      );
      from = at + 1;
      return at >= 0;
    });
  }

  async #run(): Promise<void> {
    for (const step of this.#steps) await this.#step(step);
  }

  async #step(step: Step): Promise<void> {
    switch (step.kind) {
      case 'hear':
        return this.#hear(step.what, step.atMs ?? 0);
      case 'press':
        for (const key of step.keys) {
          this.#hands.press(key);
          await pause(keyMs);
        }
        return;
      case 'speak':
        await this.#quiet();
        this.#voice = step.sound;
        return this.#until(() => this.#voice.length === 0, step.sound.length / 8 + 5000);
      case 'silence':
        return pause(step.ms);
      case 'gap':
        this.#sending = false;
        await pause(step.ms);
        this.#sending = true;
        return;
      case 'meanwhile':
        await step.run();
        return;
      case 'hangup':
        this.#hands.hangUp();
        return;
      case 'fax':
      case 'fax-machine':
        throw new Error('a telephone is no fax machine: see world.fax');
    }
  }

  /** Each sound is waited for anew: what was heard for an earlier step does not count. */
  #heardUpTo = 0;
  async #hear(name: string, atMs: number): Promise<void> {
    await this.#until(() => {
      const at = this.#played.findIndex((played, i) => {
        const place = i >= this.#heardUpTo ? this.#placeIn(name, played) : undefined;
        return place !== undefined && place >= Math.max(frameBytes, atMs * 8);
      });
      if (at < 0) return false;
      this.#heardUpTo = atMs > 0 ? at : at + 1;
      return true;
    }, 15_000);
  }

  /** How far this clip or stored sound has been played, in bytes from its own beginning. */
  #placeIn(name: string, { sound, heard }: Played): number | undefined {
    const whole = this.#sound(name);
    const skipped = whole.length - sound.length;
    if (skipped < 0 || heard === 0) return undefined;
    const begin = whole.subarray(skipped, skipped + 2000);
    return Buffer.compare(begin, Buffer.from(sound.subarray(0, begin.length))) === 0
      ? skipped + heard
      : undefined;
  }

  async #quiet(): Promise<void> {
    await this.#until(() => this.#played.every(({ ended }) => ended), 15_000);
    await pause(quietMs);
  }

  async #until(reached: () => boolean, mostMs: number): Promise<void> {
    const end = performance.now() + mostMs;
    while (!reached()) {
      if (this.#over) throw new Error('the call ended before that');
      if (performance.now() > end) throw new Error('it did not come to that in time');
      await pause(10);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
