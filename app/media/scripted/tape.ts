import type { RecordRule } from '../../ports/media.ts';
import type { Sound } from './person.ts';
import { bytesPerMs } from './steps.ts';

/** A recording that is being made, in virtual time. */
export class Tape {
  readonly #parts: Uint8Array[];
  readonly #rule: RecordRule;
  #elapsedMs: number;
  #quietMs = 0;
  /** Milliseconds of the quiet that were written, and may be trimmed. */
  #quietWrittenMs = 0;

  /** @param before what was recorded already */
  constructor(rule: RecordRule, before: Uint8Array = new Uint8Array()) {
    this.#rule = rule;
    this.#parts = [before];
    this.#elapsedMs = before.length / bytesPerMs;
  }

  /** Records as much of a sound as the rule allows; answers how much that was, and whether it is the end. */
  add(sound: Sound): { readonly ms: number; readonly end?: 'limit' | 'silence' } {
    const untilLimit = this.#rule.maxSeconds * 1000 - this.#elapsedMs;
    const untilSilence =
      sound.kind === 'speech' ? Infinity : this.#rule.maxSilenceSeconds * 1000 - this.#quietMs;
    const ms = Math.max(0, Math.min(sound.ms, untilLimit, untilSilence));
    this.#elapsedMs += ms;
    if (sound.kind === 'speech') this.#speech(sound, ms);
    else this.#quiet(sound, ms);
    if (ms >= untilLimit) return { ms, end: 'limit' };
    return ms >= untilSilence ? { ms, end: 'silence' } : { ms };
  }

  /** @param trimmed without the silence at its end */
  bytes(trimmed: boolean): Uint8Array {
    const all = Buffer.concat(this.#parts);
    return trimmed ? all.subarray(0, all.length - this.#quietWrittenMs * bytesPerMs) : all;
  }

  #speech(sound: Sound, ms: number): void {
    this.#quietMs = 0;
    this.#quietWrittenMs = 0;
    this.#parts.push(sound.bytes?.subarray(0, ms * bytesPerMs) ?? new Uint8Array());
  }

  #quiet(sound: Sound, ms: number): void {
    this.#quietMs += ms;
    if (sound.kind === 'gap') return;
    this.#quietWrittenMs += ms;
    this.#parts.push(new Uint8Array(ms * bytesPerMs).fill(0xff));
  }
}
