/** Puts long texts together from their parts. */
import { randomUUID } from 'node:crypto';
import type { Log } from '../../ports/log.ts';
import type { InboundText } from '../../ports/media.ts';

/** Parts are answered after so long though others lack, as an SMSC may wait for it before it sends them; in milliseconds. */
const holdMs = 1000;
/** So long after the last part a text is handed on as far as it came, in milliseconds. */
export const incompleteMs = 300_000;
const mostTexts = 500;
const mostCharacters = 2_000_000;
const mostOfPart = 1000;

export interface Part {
  /** Same in all parts of one text. */
  readonly key: string;
  readonly total: number;
  /** From 1. */
  readonly number: number;
  readonly text: string;
  readonly route: Route;
}

/** Trunk and addresses of a text, as the services get them. */
export type Route = Pick<InboundText, 'trunk' | 'from' | 'to'>;

export interface Whole {
  /** Same each time that it is handed on. */
  readonly id: string;
  readonly route: Route;
  readonly text: string;
  /** Parts are missing. */
  readonly cut: boolean;
}

export interface PartsDeps {
  readonly log: Log;
  /** Takes a whole text, or what came of it; resolved = safe. */
  readonly onWhole: (whole: Whole) => Promise<void>;
  readonly incompleteMs?: number;
  readonly holdMs?: number;
}

interface Gathering {
  readonly id: string;
  readonly route: Route;
  readonly total: number;
  readonly parts: Map<number, string>;
  /** It has been handed on; kept so that repeats of its parts are known. */
  done: boolean;
  timer: NodeJS.Timeout | undefined;
  /** Handing on now. */
  handing?: Promise<void> | undefined;
  readonly settled: ((safe: boolean) => void)[];
}

export class Parts {
  readonly #deps: PartsDeps;
  readonly #texts = new Map<string, Gathering>();
  #characters = 0;

  constructor(deps: PartsDeps) {
    this.#deps = deps;
  }

  /** Resolves when the part may be answered: true if it is taken, false if it must come again. */
  async take(part: Part): Promise<boolean> {
    const text = part.text.slice(0, mostOfPart);
    const known = this.#texts.get(part.key);
    const before = known?.parts.get(part.number);
    if (known?.done && before === text) return true;
    // The number of an older text is used again.
    if (known !== undefined && (known.done || (before !== undefined && before !== text))) {
      this.#texts.delete(part.key);
      if (known.done) this.#forget(part.key, known);
      else {
        // Kept under a key of its own until it is safe.
        const key = `${part.key}/${known.id}`;
        this.#texts.set(key, known);
        void this.#hand(key, known);
      }
    }
    const gathering = this.#texts.get(part.key) ?? this.#begin(part);
    if (!gathering.parts.has(part.number)) this.#characters += text.length;
    gathering.parts.set(part.number, text);
    this.#expire(part.key, gathering, this.#deps.incompleteMs ?? incompleteMs);
    const safe = new Promise<boolean>((resolve) => {
      gathering.settled.push(resolve);
      if (gathering.parts.size < gathering.total)
        setTimeout(() => resolve(true), this.#deps.holdMs ?? holdMs).unref();
    });
    if (gathering.parts.size === gathering.total) await this.#hand(part.key, gathering);
    return safe;
  }

  /** Hands on what there is of texts that lack parts. */
  async close(): Promise<void> {
    const open = [...this.#texts].filter(([, one]) => !one.done);
    await Promise.all(open.map(([key, one]) => this.#hand(key, one)));
    for (const [key, one] of this.#texts) this.#forget(key, one);
  }

  #begin({ key, total, route }: Part): Gathering {
    for (const [oldest, one] of this.#texts) {
      if (this.#texts.size < mostTexts && this.#characters < mostCharacters) break;
      this.#texts.delete(oldest);
      void this.#drop(oldest, one);
    }
    const gathering: Gathering = {
      id: randomUUID(),
      route,
      total,
      parts: new Map(),
      done: false,
      timer: undefined,
      settled: [],
    };
    this.#texts.set(key, gathering);
    return gathering;
  }

  /** Makes room: handed on as far as it came, and forgotten also where that fails. */
  async #drop(key: string, gathering: Gathering): Promise<void> {
    if (!gathering.done) await this.#hand(key, gathering);
    this.#forget(key, gathering);
  }

  #expire(key: string, gathering: Gathering, afterMs: number): void {
    clearTimeout(gathering.timer);
    gathering.timer = setTimeout(() => {
      if (gathering.done) this.#forget(key, gathering);
      else void this.#hand(key, gathering);
    }, afterMs).unref();
  }

  #hand(key: string, gathering: Gathering): Promise<void> {
    gathering.handing ??= this.#handNow(key, gathering).finally(() => {
      gathering.handing = undefined;
    });
    return gathering.handing;
  }

  async #handNow(key: string, gathering: Gathering): Promise<void> {
    const { id, route } = gathering;
    const { text, cut } = joined(gathering);
    let safe = false;
    try {
      await this.#deps.onWhole({ id, route, text, cut });
      safe = true;
      gathering.done = true;
      if (cut)
        this.#deps.log.warn('parts of a text did not come', {
          total: gathering.total,
          came: gathering.parts.size,
        });
    } catch (error) {
      this.#deps.log.warn('a text in parts waits', { error });
    }
    for (const settle of gathering.settled.splice(0)) settle(safe);
    // Kept for repeats of its parts; what could not be handed on is tried again.
    this.#expire(key, gathering, this.#deps.incompleteMs ?? incompleteMs);
  }

  #forget(key: string, gathering: Gathering): void {
    clearTimeout(gathering.timer);
    for (const text of gathering.parts.values()) this.#characters -= text.length;
    gathering.parts.clear();
    if (this.#texts.get(key) === gathering) this.#texts.delete(key);
  }
}

function joined({ parts, total }: Gathering): { text: string; cut: boolean } {
  let text = '';
  let gap = false;
  for (let number = 1; number <= total; number += 1) {
    const part = parts.get(number);
    if (part === undefined && !gap) text += ' ... ';
    text += part ?? '';
    gap = part === undefined;
  }
  return { text, cut: parts.size < total };
}
