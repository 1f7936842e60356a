import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { holdLease, type LeaseDeps } from '../../app/services/hold-lease.ts';
import type { Lease } from '../../app/ports/replication.ts';
import { keptLog } from '../telemetry/kept-log.ts';

/** One lease in memory, and time that goes on beat by beat, as the test says. */
function world() {
  let lease: Lease | undefined;
  let [now, n] = [0, 0];
  const waiting = new Set<() => void>();
  const log = keptLog();
  const replication: LeaseDeps['store']['replication'] = {
    lease: async () => lease,
    takeLease: async (_name, seen, holder) => {
      if (lease !== undefined && (lease.holder !== seen?.holder || lease.beat !== seen.beat))
        return undefined;
      n += 1;
      lease = { holder, beat: n } as unknown as Lease;
      return lease;
    },
    giveUpLease: async (_name, own) => {
      if (lease === own) lease = undefined;
    },
  };
  return {
    log,
    get now() {
      return now;
    },
    hold(holder: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
      const wait: LeaseDeps['wait'] = (_ms, over) =>
        new Promise((resolve) => {
          const go = (): void => {
            waiting.delete(go);
            resolve();
          };
          waiting.add(go);
          over.addEventListener('abort', go, { once: true });
          if (over.aborted) go();
        });
      return holdLease(
        { store: { replication }, name: 'to-away', holder, beatMs: 1000, log, wait },
        signal,
        work,
      );
    },
    async beat(times: number): Promise<void> {
      for (let i = 0; i < times; i += 1) {
        for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
        now += 1;
        for (const go of waiting) go();
      }
      for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

describe('work that one of several controllers does', () => {
  it('goes over to another when its holder is not heard of any more, and when it gives up', async () => {
    const one = world();
    const [first, second] = [new AbortController(), new AbortController()];
    const began: string[] = [];
    const working = (name: string) => (signal: AbortSignal) => {
      began.push(name);
      return untilAborted(signal);
    };
    const holding = one.hold('first', first.signal, working('first'));
    await one.beat(1);
    const looking = one.hold('second', second.signal, working('second'));
    await one.beat(20);
    assert.deepEqual(began, ['first'], 'while it beats it is alone');
    first.abort();
    await holding;
    await one.beat(2);
    assert.deepEqual(began, ['first', 'second']);
    second.abort();
    await looking;
  });

  it('that fails is told, each time, and begun anew a beat later: no sooner', async () => {
    const one = world();
    const over = new AbortController();
    setMaxListeners(0, over.signal);
    const beats: number[] = [];
    const holding = one.hold('first', over.signal, async () => {
      beats.push(one.now);
      throw new Error('broke');
    });
    await one.beat(5);
    over.abort();
    await holding;
    assert.deepEqual(beats, [0, 1, 2, 3, 4, 5]);
    const told = one.log.lines.filter(({ level }) => level === 'error');
    assert.equal(told.length, beats.length);
  });
});
