/** Replication with other nodes, from now on until the signal. */
import { createOutbox } from '../services/replicate.ts';
import { createRoaming, type Roaming } from '../services/roaming.ts';
import type { Messaging } from './messaging.ts';
import type { Rooms } from './rooms.ts';
import type { Shared } from './shared.ts';

export interface Replicating {
  readonly roaming: Roaming;
  run(signal: AbortSignal): Promise<void>;
}

export function createReplicating(
  rooms: Rooms,
  shared: Shared,
  { lamps, auditor }: Messaging,
): Replicating | undefined {
  const { sync, config, digest, metrics, log } = rooms;
  if (sync === undefined || config.sync === undefined) return undefined;
  const { everyMs, wholeSeconds, mostMegabytes } = config.sync;
  const mostBytes = Object.fromEntries(
    Object.entries(mostMegabytes).map(([name, megabytes]) => [name, megabytes * 1e6]),
  );
  const rule = { everyMs, wholeMs: wholeSeconds * 1000 };
  const outboxes = new Map(
    sync.peers.map((peer) => [peer.name, createOutbox({ ...shared, digest, mostBytes, rule }, peer)]),
  );
  metrics.gauges(() =>
    Array.from(outboxes, ([node, outbox]) => [
      { name: 'answerback_sync_lag_seconds', labels: { node }, value: outbox.lag() } as const,
      { name: 'answerback_sync_waiting', labels: { node }, value: outbox.waiting } as const,
    ]).flat(),
  );
  const onDue = (node: string): void => outboxes.get(node)?.wake();
  const roaming = createRoaming({ ...shared, digest, peers: sync.peers, lamps, auditor, onDue });
  return {
    roaming,
    async run(signal) {
      const { port } = await sync.listen(roaming);
      log.info('other nodes are let in', { port });
      await Promise.all(Array.from(outboxes.values(), (outbox) => outbox.run(signal)));
    },
  };
}
