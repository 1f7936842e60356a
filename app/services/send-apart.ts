import { isFault } from '../core/errors.ts';
import type { Lane, Peer, Replica, ReplicaAnswer } from '../ports/replication.ts';

/** Sends to a peer. One that the peer does not understand, as of another version, holds up no other: it is found by halves, and counts as refused. */
export async function sendApart(
  peer: Peer,
  replicas: readonly Replica[],
  lane: Lane,
): Promise<readonly ReplicaAnswer[]> {
  try {
    return await peer.send(replicas, lane);
  } catch (error) {
    if (!isFault(error, 'gateway-unavailable') || error.temporary) throw error;
    if (replicas.length === 1) return [{ kind: 'refused', why: 'it is not understood there' }];
    const half = replicas.length >> 1;
    const first = await sendApart(peer, replicas.slice(0, half), lane);
    return [...first, ...(await sendApart(peer, replicas.slice(half), lane))];
  }
}
