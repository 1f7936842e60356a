/** Messages to one peer in one sending, and what becomes of each. */
import type { Lane, Peer, Replica } from '../ports/replication.ts';
import type { Store } from '../ports/store.ts';
import type { PiecesDeps } from './pieces-of.ts';
import { replicasOf } from './replicas-of.ts';
import { sendApart } from './send-apart.ts';
import type { Item } from './send-lanes.ts';

interface Outcome {
  onRefused(item: Item, why: string): void;
  /** The peer had it, and has removed it for good. Never rejects: it holds up no other. */
  onPurged(item: Item): Promise<void>;
  /** Not taken now. */
  onLeft(item: Item): void;
}

/** What the peer has taken is noted as acknowledged. @throws Fault if that is not known, or the store is away */
export async function sendBatch(
  deps: PiecesDeps & { readonly store: Store },
  peer: Peer,
  batch: readonly Item[],
  lane: Lane,
  outcome: Outcome,
): Promise<void> {
  const made = await replicasOf(
    deps,
    batch.map(({ number, state: { id }, register, whole }) => ({ number, id, register, whole })),
  );
  const sent: Item[] = [];
  const replicas: Replica[] = [];
  for (const item of batch) {
    const replica = made.get(item.state.id);
    // What cannot be read now is found again when its mailbox is compared whole.
    if (replica === undefined || replica === 'gone' || replica === 'away') continue;
    if (replica === 'broken') outcome.onRefused(item, 'parts of it are gone');
    else {
      sent.push(item);
      replicas.push(replica);
    }
  }
  if (replicas.length === 0) return;
  const answers = await sendApart(peer, replicas, lane);
  const taken = sent.filter((_, i) => answers[i]?.kind === 'taken');
  await deps.store.replication.acknowledge(
    peer.name,
    taken.map(({ state, register, epoch }) => ({ seen: state, register, epoch })),
  );
  for (const [i, item] of sent.entries()) {
    const answer = answers[i];
    if (answer?.kind === 'refused') outcome.onRefused(item, answer.why);
    if (answer?.kind === 'purged') await outcome.onPurged(item);
    else if (answer?.kind !== 'taken') outcome.onLeft(item);
  }
  const unknown = sent.filter((item, i) => answers[i]?.kind === 'unknown' && !item.whole);
  if (unknown.length > 0)
    await sendBatch(
      deps,
      peer,
      unknown.map((item) => ({ ...item, whole: true })),
      lane,
      outcome,
    );
}
