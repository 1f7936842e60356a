/** Follows whether the parts that this controller needs do their work, and since when. */
import type { Clock } from '../ports/clock.ts';
import { partNames, type PartName, type PartState, type Readiness } from '../ports/health.ts';
import type { MediaServer } from '../ports/media.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Spool } from '../ports/spool.ts';
import type { Store } from '../ports/store.ts';

export interface HealthDeps {
  readonly store: Pick<Store, 'ping'>;
  readonly media: Pick<MediaServer, 'healthy'>;
  readonly spool: Pick<Spool, 'size' | 'freeBytes'>;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'gauges'>;
  /** How often all are looked at though nobody asks, in milliseconds; 5,000 if absent. */
  readonly everyMs?: number;
}

export interface Health extends Disposable {
  /** Looks now. Those who ask at the same time get the same. */
  ready(): Promise<Readiness>;
  /** What this process does: `starting` at first. */
  now(state: 'running' | 'draining'): void;
}

/** A few long messages must find room on the disk, or it counts as full. */
const leastFreeBytes = 64 * 1024 * 1024;

type State = PartState['state'];
const good: ReadonlySet<State> = new Set(['up', 'empty', 'filling', 'running']);

export function createHealth(deps: HealthDeps): Health {
  const seen = new Map<PartName, { readonly state: State; readonly since: Date }>();
  const see = (part: PartName, state: State): void => {
    if (seen.get(part)?.state !== state) seen.set(part, { state, since: deps.clock.now() });
  };
  see('controller', 'starting');
  const look = async (): Promise<Readiness> => {
    const [store, spool] = await Promise.all([storeState(deps), spoolState(deps)]);
    see('store', store);
    see('spool', spool);
    see('switch', deps.media.healthy ? 'up' : 'away');
    return told(seen);
  };
  let looking: Promise<Readiness> | undefined;
  const ready = (): Promise<Readiness> =>
    (looking ??= look().finally(() => {
      looking = undefined;
    }));
  const timer = setInterval(() => void ready(), deps.everyMs ?? 5_000);
  timer.unref();
  deps.metrics.gauges(() =>
    Object.entries(told(seen).parts).map(([part, { ok }]) => ({
      name: 'answerback_part_up' as const,
      labels: { part: part as PartName },
      value: ok ? 1 : 0,
    })),
  );
  return {
    ready,
    now: (state) => see('controller', state),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function told(seen: ReadonlyMap<PartName, { readonly state: State; readonly since: Date }>): Readiness {
  const parts = Object.fromEntries(
    partNames.flatMap((part) => {
      const one = seen.get(part);
      if (one === undefined) return [];
      const { state, since } = one;
      return [[part, { ok: good.has(state), state, since: since.toISOString() } satisfies PartState]];
    }),
  ) as Readiness['parts'];
  const ok = (['store', 'switch', 'controller'] as const).every((part) => parts[part]?.ok === true);
  return { ok, parts };
}

function storeState({ store }: HealthDeps): Promise<State> {
  return store.ping().then(
    () => 'up',
    () => 'away',
  );
}

async function spoolState({ spool }: HealthDeps): Promise<State> {
  const free = await spool.freeBytes().catch(() => 0);
  if (free < leastFreeBytes) return 'full';
  return spool.size > 0 ? 'filling' : 'empty';
}
