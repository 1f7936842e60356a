/** An SMSC that got no answer delivers a text again, and gives it no id: the same words may also be a new text. */
import { randomUUID } from 'node:crypto';
import type { Wire } from './wire.ts';

/** An answer written so shortly before the connection broke may not have arrived; in milliseconds. */
const uncertainMs = 5000;
/** An SMSC waits for an answer at least so long before it delivers again on the same connection, in milliseconds. */
const patienceMs = 4000;
/** After so long it is a new text, in milliseconds. */
const forgottenMs = 900_000;
const mostKept = 10_000;

interface Seen {
  readonly id: string;
  readonly wire: Pick<Wire, 'ended'>;
  readonly begun: number;
  state: 'working' | 'failed' | 'answered';
  answered: number;
}

export class Repeats {
  readonly #seen = new Map<string, Seen>();

  /** The id of a text: that of the first delivery, if this is one of a text whose answer did not arrive. */
  begin(key: string, wire: Pick<Wire, 'ended'>): string {
    const before = this.#seen.get(key);
    const now = performance.now();
    const id = before !== undefined && isRepeat(before, wire, now) ? before.id : randomUUID();
    this.#seen.delete(key);
    this.#seen.set(key, { id, wire, begun: now, state: 'working', answered: 0 });
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > mostKept && oldest !== undefined) this.#seen.delete(oldest);
    return id;
  }

  end(key: string, id: string, safe: boolean): void {
    const seen = this.#seen.get(key);
    if (seen?.id !== id) return;
    seen.state = safe ? 'answered' : 'failed';
    seen.answered = performance.now();
  }
}

function isRepeat(before: Seen, wire: Seen['wire'], now: number): boolean {
  if (now - before.begun > forgottenMs) return false;
  if (before.state === 'failed') return true;
  if (before.state === 'working') return before.wire !== wire || now - before.begun > patienceMs;
  return before.wire.ended !== undefined && before.wire.ended - before.answered < uncertainMs;
}
