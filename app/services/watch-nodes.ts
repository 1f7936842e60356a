/** How other nodes are doing, as this controller sees it. */
import type { Peer } from '../ports/replication.ts';
import type { Store } from '../ports/store.ts';
import type { Outbox } from './replicate.ts';

export interface NodeState {
  readonly name: string;
  readonly prefixes: readonly string[];
  /** `away`: it cannot be reached, or the store cannot. */
  readonly state: 'even' | 'behind' | 'away';
  /** Messages that it does not have yet. */
  readonly waiting: number;
  /** How long the oldest of them has waited, in seconds. */
  readonly lagSeconds: number;
  /** Subscribers of this node who are there. */
  readonly visitors: number;
}

export interface NodeWatch {
  list(): Promise<readonly NodeState[]>;
}

export function createNodeWatch(
  { store }: { readonly store: Pick<Store, 'replication'> },
  peers: readonly Pick<Peer, 'name' | 'prefixes'>[],
  outboxes: ReadonlyMap<string, Pick<Outbox, 'lag' | 'waiting' | 'failing'>>,
): NodeWatch {
  return {
    list: () =>
      Promise.all(
        peers.map(async ({ name, prefixes }): Promise<NodeState> => {
          const visits = await store.replication.visits(name);
          const outbox = outboxes.get(name);
          const waiting = outbox?.waiting ?? 0;
          return {
            name,
            prefixes,
            state: outbox?.failing === true ? 'away' : waiting > 0 ? 'behind' : 'even',
            waiting,
            lagSeconds: outbox?.lag() ?? 0,
            visitors: visits.filter(({ ending }) => ending === undefined).length,
          };
        }),
      ),
  };
}
