/**
 * Work of which there is to be one among several controllers. Whoever does it says so again and again; one who is not heard
 * for a while is dead, and another takes over. Nobody's clock is asked: what counts is that the beat stands still while one
 * looks. Two at once for a moment are possible, and must be harmless.
 */
import type { Log } from '../ports/log.ts';
import type { Lease, ReplicationStore } from '../ports/replication.ts';

export interface LeaseDeps {
  readonly store: { readonly replication: Pick<ReplicationStore, 'lease' | 'takeLease' | 'giveUpLease'> };
  readonly name: string;
  /** This one's own name, another for each process. */
  readonly holder: string;
  /** Between two beats, or two looks, in milliseconds. */
  readonly beatMs: number;
  readonly log: Log;
  /** Settles after so many milliseconds, or at the signal. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Looks at which the beat stood still, or beats that did not get through, until the holder is given up. */
const missed = 4;

/** Works while nobody else does, until the signal; the work ends at its own. Work that fails is told, and begun anew a beat later. */
export async function holdLease(
  deps: LeaseDeps,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  let seen: Lease | undefined;
  let still = 0;
  while (!signal.aborted) {
    try {
      const lease = await deps.store.replication.lease(deps.name);
      still = same(lease, seen) ? still + 1 : 0;
      seen = lease;
      if (lease === undefined || lease.holder === deps.holder || still >= missed) {
        const own = await deps.store.replication.takeLease(deps.name, lease, deps.holder);
        if (own !== undefined) {
          await workWhileHeld(deps, own, signal, work);
          seen = undefined;
        }
      }
    } catch (error) {
      deps.log.debug('a lease could not be looked at', { lease: deps.name, error });
    }
    await deps.wait(deps.beatMs, signal);
  }
}

async function workWhileHeld(
  { store, name, holder, beatMs, log, wait }: LeaseDeps,
  taken: Lease,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  outer.addEventListener('abort', end, { once: true });
  if (outer.aborted) end();
  const { signal } = ending;
  let own: Lease | undefined = taken;
  const beat = async (): Promise<void> => {
    for (let failed = 0; own !== undefined && failed < missed;) {
      await wait(beatMs, signal);
      if (signal.aborted) return;
      try {
        own = await store.replication.takeLease(name, own, holder);
        failed = 0;
      } catch (error) {
        failed += 1;
        log.debug('a lease was not renewed', { lease: name, error });
      }
    }
    end();
  };
  const working = async (): Promise<void> => {
    try {
      await work(signal);
    } catch (error) {
      log.error('work under a lease failed', { lease: name, error });
    } finally {
      end();
    }
  };
  try {
    await Promise.all([working(), beat()]);
  } finally {
    outer.removeEventListener('abort', end);
    if (own !== undefined) await store.replication.giveUpLease(name, own).catch(() => undefined);
  }
}

function same(a: Lease | undefined, b: Lease | undefined): boolean {
  return a?.holder === b?.holder && a?.beat === b?.beat;
}
