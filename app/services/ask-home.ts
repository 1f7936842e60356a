import type { E164 } from '../core/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Peer, ReplicationStore } from '../ports/replication.ts';

interface AskDeps {
  readonly store: { readonly replication: Pick<ReplicationStore, 'profile' | 'putProfile'> };
  readonly clock: Clock;
}

/** A visitor whose home says nothing of them has left, or was never here. */
export async function askHome({ store, clock }: AskDeps, home: Peer, number: E164): Promise<void> {
  if ((await home.tell('still', [number])).includes(number)) return;
  const seen = await store.replication.profile(number);
  const next = { register: {}, acked: {}, ...seen, leaving: clock.now() };
  await store.replication.putProfile(number, seen, next);
}
