/**
 * The calls of all controllers of a store. What this one has is written down a moment after it changed, at most every other
 * second, so that no call waits for it and many cost no more than a few.
 */
import type { Clock, Random } from '../ports/clock.ts';
import type { LiveCallStore } from '../ports/live-calls.ts';
import type { Log } from '../ports/log.ts';
import type { CallInProgress, CallsInProgress } from './calls-in-progress.ts';

/** What happens to a call at its beginning is written together, in milliseconds. */
const gatherMs = 250;
/** Least time from one write to the next, and more for each call that is in it, in milliseconds. */
const leastMs = 2000;
const perCallMs = 4;
/** Without changes it is written again after so long, in milliseconds. */
const renewMs = 15_000;
/** Calls of a controller that wrote nothing for so long are not shown any more, in milliseconds. */
const expiresMs = 45_000;

export interface SeenCall extends CallInProgress {
  /** Name of the node that has it. */
  readonly node: string;
}

export interface LiveCalls {
  /** Those of this controller. */
  readonly here: CallsInProgress;
  /** All of the store, the oldest first. `whole`: false while the store does not say which others there are. */
  list(): Promise<{ readonly calls: readonly SeenCall[]; readonly whole: boolean }>;
  /** Takes back what was written, and writes no more. */
  stop(): Promise<void>;
}

export interface LiveCallDeps {
  readonly here: CallsInProgress;
  readonly store: { readonly liveCalls: LiveCallStore };
  readonly node: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export function createLiveCalls(deps: LiveCallDeps): LiveCalls {
  const { here, store, node, clock, log } = deps;
  const controller = deps.random.uuid();
  const writer = createWriter(deps, controller);
  here.watch(() => writer.changed());
  return {
    here,
    async list() {
      let whole = true;
      const told = await store.liveCalls.list(clock.now()).catch((error: unknown) => {
        log.debug('calls of other controllers are not known', { error });
        whole = false;
        return [];
      });
      const others = told.filter((one) => one.controller !== controller);
      const all = [...others, { node, calls: here.list() }].flatMap((one) =>
        one.calls.map((call): [string, SeenCall] => [callKey(call), { ...call, node: one.node }]),
      );
      // A call that has come here from another is in both for a moment.
      const calls = [...new Map(all).values()];
      return { calls: calls.toSorted((a, b) => a.started.getTime() - b.started.getTime()), whole };
    },
    stop: () => writer.stop(),
  };
}

/** Ids of two switches may be the same: Asterisk counts calls of each second. When one began, by which way and for whom tells them apart. */
function callKey({ id, started, trunk, to }: CallInProgress): string {
  return JSON.stringify([id, started.getTime(), trunk, to]);
}

function createWriter({ here, store, node, clock, log }: LiveCallDeps, controller: string) {
  let isThere = false;
  let isStale = false;
  let stopped = false;
  let notBefore = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    isStale = false;
    const calls = here.list();
    notBefore = performance.now() + Math.max(leastMs, calls.length * perCallMs);
    if (calls.length === 0 && !isThere) return;
    try {
      if (calls.length === 0) await store.liveCalls.remove(controller);
      else {
        const expires = new Date(clock.now().getTime() + expiresMs);
        await store.liveCalls.put({ controller, node, calls, expires });
      }
      isThere = calls.length > 0;
    } catch (error) {
      log.debug('the calls of this controller are not written down', { error });
      // It may have been written all the same.
      [isStale, isThere] = [true, true];
    }
  };
  const plan = (ms: number): void => {
    clearTimeout(timer);
    timer = stopped ? undefined : setTimeout(() => void (writing = run()), ms);
  };
  const run = async (): Promise<void> => {
    await write();
    writing = undefined;
    if (isStale) plan(soon());
    else if (isThere) plan(renewMs);
  };
  const soon = (): number => Math.max(gatherMs, notBefore - performance.now());
  return {
    changed(): void {
      const isPlanned = isStale;
      isStale = true;
      if (!isPlanned && writing === undefined) plan(soon());
    },
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await writing;
      clearTimeout(timer);
      if (!isThere) return;
      await store.liveCalls
        .remove(controller)
        .catch((error: unknown) =>
          log.debug('the calls of this controller are over by themselves', { error }),
        );
    },
  };
}
