import { Fault } from '../core/errors.ts';
import { mostApartMs } from '../core/time/choose-time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

/**
 * Makes sure that nothing is removed for good by a clock that has gone wrong: a machine that believes to be in next year finds
 * everything expired. The machine's own clock counts here, also where time goes on without it: of two clocks that differ it is not known
 * which one is right. Where both are of one machine they agree, right or wrong.
 * @throws Fault (temporary) if this clock and the store's are more than five minutes apart, or the store is away
 */
export async function assertRightClock({
  store,
  clock,
}: {
  readonly store: Pick<Store, 'retention'>;
  readonly clock: Clock;
}): Promise<void> {
  const machine = (): number => (clock.machine?.() ?? clock.now()).getTime();
  const before = machine();
  const there = (await store.retention.serverTime()).getTime();
  const apart = Math.max(before - there, there - machine());
  if (apart <= mostApartMs) return;
  const text = `The clocks of this machine and of the store are ${Math.round(apart / 1000)} s apart: nothing is purged, archived or compressed.`;
  throw new Fault('invalid', text, { temporary: true, publicText: text });
}
