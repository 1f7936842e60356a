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
  id: string;
  readonly wire: Pick<Wire, 'ended'>;
  readonly begun: number;
  state: 'working' | 'failed' | 'answered';
  answered: number;
  /** Settles when the journal knows of its end. */
  ended: Promise<void>;
}

/** What outlives this process: a text that was never answered is the same when another process gets it. */
export interface Journal {
  /** The id and first time of these words: those given, or those of an earlier process that did not end. */
  begin(key: string, id: string): Promise<{ readonly id: string; readonly received: Date }>;
  end(key: string, id: string): Promise<void>;
}

export interface Begun {
  readonly id: string;
  /** When it first came, if that was before. */
  readonly received?: Date;
}

export class Repeats {
  readonly #seen = new Map<string, Seen>();
  readonly #journal: Journal | undefined;

  constructor(journal?: Journal) {
    this.#journal = journal;
  }

  /** The id of a text: that of the first delivery, if this is one of a text whose answer did not arrive. */
  async begin(key: string, wire: Pick<Wire, 'ended'>): Promise<Begun> {
    const before = this.#seen.get(key);
    const now = performance.now();
    const repeat = before !== undefined && isRepeat(before, wire, now);
    const seen: Seen = {
      id: repeat ? before.id : randomUUID(),
      wire,
      begun: now,
      state: 'working',
      answered: 0,
      ended: before?.ended ?? Promise.resolve(),
    };
    this.#seen.delete(key);
    this.#seen.set(key, seen);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > mostKept && oldest !== undefined) this.#seen.delete(oldest);
    // The same words said twice at once: the journal has room for one of them.
    if (repeat || before?.state === 'working' || this.#journal === undefined) return { id: seen.id };
    try {
      await seen.ended;
      const { id, received } = await this.#journal.begin(key, seen.id);
      seen.id = id;
      return { id, received };
    } catch {
      // A store that is away hinders nothing.
      return { id: seen.id };
    }
  }

  /** Whether it is safe is known. */
  end(key: string, id: string, safe: boolean): void {
    const seen = this.#seen.get(key);
    if (seen?.id !== id) return;
    seen.state = safe ? 'answered' : 'failed';
    seen.answered = performance.now();
    if (safe) seen.ended = this.#journal?.end(key, id).catch(() => undefined) ?? Promise.resolve();
  }
}

function isRepeat(before: Seen, wire: Seen['wire'], now: number): boolean {
  if (now - before.begun > forgottenMs) return false;
  if (before.state === 'failed') return true;
  if (before.state === 'working') return before.wire !== wire || now - before.begun > patienceMs;
  return before.wire.ended !== undefined && before.wire.ended - before.answered < uncertainMs;
}
