/** One call of a phone: what is heard in it, and what can be done with it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { correlate } from '../audio/correlate.ts';
import { findTone, type ToneFound } from '../audio/tone.ts';
import type { Baresip } from './baresip.ts';
import { pause, until } from './wait.ts';
import { readWav, toUlaw, writeWav } from './wav.ts';

/** Silence sent after something said, so that the sound never ends during a call, in seconds. */
const silenceSeconds = 60;
/** From this score on, what was heard is what was said. */
const sameSound = 0.8;
/** Below this score it is something else. */
export const otherSound = 0.4;

/** Only so much of what was heard before is looked at again, in milliseconds: comparing takes time that the call needs. */
const lookBackMs = 3000;

export interface Heard {
  readonly score: number;
  /** Everything heard so far, µ-law. */
  readonly all: Uint8Array;
}

export class PhoneCall {
  /** SIP address of the other side. */
  peer = '';
  readonly #phone: Baresip;
  readonly #file: string;

  constructor(phone: Baresip, file: string) {
    this.#phone = phone;
    this.#file = file;
  }

  /** Everything heard so far, µ-law at 8 kHz; baresip writes it down every quarter of a second. */
  async heard(): Promise<Uint8Array> {
    return toUlaw(readWav(await readFile(this.#file).catch(() => Buffer.alloc(0))));
  }

  /** Waits for the whole of a sound. @throws StepFailure with the best score if it is not heard in time. */
  async hears(sound: Uint8Array, expected: string, ms: number): Promise<Heard> {
    let best = 0;
    return until(
      async () => {
        const all = await this.heard();
        if (all.length < sound.length) return undefined;
        const begin = Math.max(0, all.length - sound.length - lookBackMs * 8);
        const { score, offsetMs } = correlate(all.subarray(begin), sound);
        best = Math.max(best, score);
        const whole = begin / 8 + offsetMs + sound.length / 8 <= all.length / 8;
        return score >= sameSound && whole ? { score, all } : undefined;
      },
      {
        expected: `${expected} (a match of ${sameSound} or more)`,
        got: () => `a match of ${best.toFixed(2)} after ${ms / 1000} s`,
        ms,
        everyMs: 500,
        signal: this.#phone.signal,
      },
    );
  }

  /** Waits for a tone and its end. */
  async hearsTone(hertz: number, ms: number): Promise<ToneFound & { readonly all: Uint8Array }> {
    let all: Uint8Array = new Uint8Array(0);
    return until(
      async () => {
        all = await this.heard();
        const found = findTone(all.subarray(-lookBackMs * 8), hertz);
        const over = found !== undefined && found.endMs < Math.min(all.length / 8, lookBackMs) - 40;
        return over ? { ...found, all } : undefined;
      },
      {
        expected: `a tone of ${hertz} Hz`,
        got: () => `${(all.length / 8000).toFixed(1)} s of other sound`,
        ms,
        everyMs: 100,
        signal: this.#phone.signal,
      },
    );
  }

  /** Speaks; settles when all is said. */
  async say(samples: Int16Array): Promise<void> {
    await writeFile(join(this.#phone.directory, 'speech.wav'), writeWav(samples, silenceSeconds));
    await this.#phone.command('ausrc', 'aufile,speech.wav');
    await pause(samples.length / 8, this.#phone.signal);
  }

  /** Dials digits by RFC 4733 events, about four a second. */
  async dial(digits: string): Promise<void> {
    await this.#phone.command('sndcode', digits);
  }

  /** Ends the call; settles when it has ended. */
  async hangUp(): Promise<void> {
    await this.#phone.command('hangup');
    await this.#phone.events.take((event) => event.type === 'CALL_CLOSED', {
      expected: 'the end of the call',
      ms: 5000,
      signal: this.#phone.signal,
    });
  }
}
