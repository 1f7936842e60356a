/** A subscriber's visit to their mailbox: what the switch is told to play leads the keys. */
import type { PhoneCall } from '../phone/call.ts';
import type { Phone } from '../phone/phone.ts';
import { access, type System } from './system.ts';
import { Told, type Playing } from './told.ts';

/** A key that is pressed as soon as this is being played; `record`: speaks after the tone, and ends it with `#`. */
export type Step = readonly [after: string, keys: string] | { readonly record: Uint8Array };

export class OwnMailbox implements AsyncDisposable {
  readonly call: PhoneCall;
  readonly told: Told;

  private constructor(call: PhoneCall, told: Told) {
    this.call = call;
    this.told = told;
  }

  /** Calls the access number from the subscriber's own phone and goes in; no PIN is chosen. */
  static async enter(system: System, phone: Phone): Promise<OwnMailbox> {
    const told = new Told(system);
    const call = await phone.call(access);
    await call.up();
    await call.press('#');
    const { name } = await told.plays(
      (one) => one.name === 'offer-pin' || one.name === 'menu-main-new',
      20_000,
    );
    if (name === 'offer-pin') {
      await call.press('0');
      await told.plays('menu-main-new');
    }
    return new OwnMailbox(call, told);
  }

  /** Does these, from the main menu on. */
  async does(...steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if ('record' in step) await this.record(step.record);
      else {
        await this.plays(step[0]);
        if (step[1] !== '') await this.call.press(step[1]);
      }
    }
  }

  /** Waits until this is played; `stored`: any sound that is no prompt. */
  async plays(what: string): Promise<void> {
    const stored = ({ name }: Playing): boolean => /^test-|^[0-9a-f]{64}$/.test(name);
    await this.told.plays(what === 'stored' ? stored : what, 15_000);
  }

  /** Presses in the main menu, which is being told already. */
  async chooses(key: string): Promise<void> {
    await this.call.press(key);
  }

  async record(sound: Uint8Array): Promise<void> {
    await this.speaks(sound);
    await this.call.press('#');
  }

  /** Up to the end of what is said, while it is recorded still. */
  async speaks(sound: Uint8Array): Promise<void> {
    const after = performance.now();
    await this.call.hearsTone(1000, { after, withinMs: 20_000 });
    await this.call.say(sound);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.call.hangup();
  }
}
