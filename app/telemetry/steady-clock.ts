/**
 * The machine's clock, as far as it can be believed. Clocks are set while we run: by hand, by a time server that has gone wrong, by a
 * machine that was asleep. Small corrections hold at once. A jump holds only when the store's clock has gone the same way; until then
 * time goes on from what it was, by the clock that counts from the start of the machine and that nobody sets.
 */
import { chooseTime } from '../core/time/choose-time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

export interface SteadyClock extends Clock, AsyncDisposable {
  machine(): Date;
  /** The store's time as it was told a moment ago. */
  hear(serverTime: Date): void;
  /** Compares with this clock from now on. Settles when it was asked once, or did not answer in time. Never rejects. */
  follow(serverTime: () => Promise<Date>): Promise<void>;
}

export interface SteadyClockDeps {
  readonly log: Log;
  /** In milliseconds: of the machine, and since any moment by a clock that nobody sets. */
  readonly machine?: () => number;
  readonly elapsed?: () => number;
}

/** Less is no jump, in milliseconds. */
const jumpMs = 1000;
/** How often the store is asked while the clocks differ or it has never answered, and how often otherwise, in milliseconds. */
const doubtMs = 5000;
const calmMs = 60_000;
/** Longest wait for its first answer, in milliseconds. */
const firstMs = 1500;

export function createSteadyClock(deps: SteadyClockDeps): SteadyClock {
  const { log, machine = () => Date.now(), elapsed = () => performance.now() } = deps;
  /** The time is this and what has passed since. */
  let base = machine();
  let since = elapsed();
  let ask: (() => Promise<Date>) | undefined;
  let answered = false;
  let asking: Promise<void> | undefined;
  let askedAt = -Infinity;
  let told = '';

  const set = (time: number): void => {
    base = time;
    since = elapsed();
  };
  const kept = (): number => base + elapsed() - since;
  const tell = (text: string, apartMs: number): void => {
    if (told === text) return;
    told = text;
    log.warn(text, { seconds: Math.round(apartMs / 1000) });
  };
  const judge = (store: number): void => {
    const times = { machine: machine(), kept: kept(), store, first: !answered };
    answered = true;
    const right = chooseTime(times);
    const jump = times.machine - times.kept;
    if (right !== 'kept') set(times[right]);
    if (right === 'machine') {
      if (Math.abs(jump) >= jumpMs)
        log.warn('the clock of this machine was set', { seconds: Math.round(jump / 1000) });
      told = '';
    } else if (right === 'kept' && Math.abs(jump) < jumpMs)
      tell('the clock of the store differs from this machine’s', store - times.machine);
    else tell('the clock of this machine is wrong; time goes on without it', jump);
  };
  const compare = async (from: () => Promise<Date>): Promise<void> => {
    const before = elapsed();
    const there = (await from()).getTime();
    // Its clock was read half a round ago.
    judge(there + (elapsed() - before) / 2);
  };
  const look = (everyMs: number): void => {
    if (ask === undefined || asking !== undefined || elapsed() - askedAt < everyMs) return;
    askedAt = elapsed();
    // A store that is away is asked again.
    asking = compare(ask)
      .catch(() => undefined)
      .finally(() => {
        asking = undefined;
      });
  };
  const now = (): Date => {
    const [own, time] = [machine(), kept()];
    if (Math.abs(own - time) < jumpMs) {
      set(own);
      return new Date(own);
    }
    look(doubtMs);
    return new Date(time);
  };
  const timer = setInterval(() => {
    now();
    look(answered ? calmMs : doubtMs);
  }, doubtMs);
  timer.unref();
  return {
    now,
    machine: () => new Date(machine()),
    hear: (serverTime) => judge(serverTime.getTime()),
    async follow(serverTime) {
      ask = serverTime;
      look(0);
      let late: NodeJS.Timeout | undefined;
      await Promise.race([asking, new Promise((resolve) => (late = setTimeout(resolve, firstMs)))]);
      clearTimeout(late);
    },
    [Symbol.asyncDispose]: async () => clearInterval(timer),
  };
}
