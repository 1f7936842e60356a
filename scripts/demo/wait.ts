/** Waiting for what other programs do, always with a deadline and an end from outside. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StepFailure } from './failure.ts';

export interface Wait {
  /** What is waited for, in the words of the report. */
  readonly expected: string;
  /** Longest wait, in milliseconds. */
  readonly ms: number;
  readonly signal: AbortSignal;
}

/**
 * Looks again and again until there is something.
 * @param got says, at the deadline, what there was instead
 * @throws StepFailure at the deadline, the signal's reason when it is aborted
 */
export async function until<T>(
  look: () => T | undefined | Promise<T | undefined>,
  wait: Wait & { readonly everyMs?: number; readonly got?: () => string },
): Promise<T> {
  const deadline = performance.now() + wait.ms;
  for (;;) {
    wait.signal.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline)
      throw new StepFailure(wait.expected, wait.got?.() ?? `nothing within ${wait.ms / 1000} s`);
    await pause(wait.everyMs ?? 50, wait.signal);
  }
}

/** For what takes real time, as speaking does. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
}

/** Things that arrive one after another, kept until somebody takes them. */
export class Inbox<T> {
  readonly #items: T[] = [];
  readonly #waiting = new Set<() => void>();

  add(item: T): void {
    this.#items.push(item);
    for (const look of this.#waiting) look();
  }

  /** Forgets what nobody took. */
  clear(): void {
    this.#items.length = 0;
  }

  /** Takes the first wanted thing, waiting for it if need be. Throws as `until` does. */
  async take(wanted: (item: T) => boolean, wait: Wait): Promise<T> {
    wait.signal.throwIfAborted();
    return this.#find(wanted) ?? this.#await(wanted, wait);
  }

  #find(wanted: (item: T) => boolean): T | undefined {
    const at = this.#items.findIndex(wanted);
    return at < 0 ? undefined : this.#items.splice(at, 1)[0];
  }

  async #await(wanted: (item: T) => boolean, wait: Wait): Promise<T> {
    let end = (): void => undefined;
    const arrived = new Promise<T>((settle, fail) => {
      const look = (): void => {
        const item = this.#find(wanted);
        if (item !== undefined) settle(item);
      };
      const stop = (): void => fail(wait.signal.reason as Error);
      const late = setTimeout(
        () => fail(new StepFailure(wait.expected, `nothing within ${wait.ms / 1000} s`)),
        wait.ms,
      );
      this.#waiting.add(look);
      wait.signal.addEventListener('abort', stop, { once: true });
      end = () => {
        clearTimeout(late);
        this.#waiting.delete(look);
        wait.signal.removeEventListener('abort', stop);
      };
    });
    return arrived.finally(end);
  }
}
