/** Replication with other nodes, until the signal. */
import type { FlowDeps } from '../flows/flow.ts';
import type { Events } from '../services/events.ts';
import { createOutbox } from '../services/replicate.ts';
import { createNumberPlan } from '../core/address/number-plan.ts';
import type { Registration } from '../ports/media.ts';
import { createNodeWatch, type NodeWatch } from '../services/watch-nodes.ts';
import { createRoaming, type Roaming } from '../services/roaming.ts';
import type { Messaging } from './messaging.ts';
import type { Rooms } from './rooms.ts';
import type { Running } from './running.ts';
import type { Shared } from './shared.ts';

/** Longest wait for a node that cannot be reached, in milliseconds. */
const mostRetryMs = 10_000;
/** Homes that could not be told of a visitor are told again so often, in milliseconds. */
const againMs = 5_000;

export interface Replicating {
  /** What dialogues tell of. */
  readonly flow: Pick<FlowDeps, 'onArrival'>;
  /** Somebody's phone is registered here. */
  readonly registered: (registration: Registration) => void;
  /** Who is where; absent: no other nodes are configured. */
  readonly roaming?: Roaming;
  /** Lets other nodes in, and sends them what they do not have. Never rejects: calls go on without them. */
  run(signal: AbortSignal): Promise<void>;
  /** How other nodes are doing. */
  readonly nodes: NodeWatch;
}

/** Nothing, if no other nodes are configured. */
export function createReplicating(
  rooms: Rooms,
  shared: Shared,
  { lamps, auditor }: Messaging,
  running: Running,
  events: Pick<Events, 'onOwn'>,
): Replicating {
  const { sync, config, digest, metrics, log } = rooms;
  if (sync === undefined || config.sync === undefined)
    return {
      flow: {},
      registered: () => undefined,
      run: async () => undefined,
      nodes: createNodeWatch(shared, [], new Map()),
    };
  const { everyMs, wholeSeconds, mostMegabytes } = config.sync;
  const mostBytes = Object.fromEntries(
    Object.entries(mostMegabytes).map(([name, megabytes]) => [name, megabytes * 1e6]),
  );
  const rule = { everyMs, wholeMs: wholeSeconds * 1000, mostRetryMs };
  const outboxes = new Map(
    sync.peers
      .filter(({ byFile }) => byFile !== true)
      .map((peer) => [
        peer.name,
        createOutbox({ ...shared, digest, domains: sync.peers, lamps, mostBytes, rule }, peer),
      ]),
  );
  // What has just happened here goes first; of other controllers' changes the next look tells.
  events.onOwn(({ events: happened }) => {
    for (const event of happened)
      if (event.type === 'message.new' || event.type === 'message.changed')
        for (const [node, outbox] of outboxes)
          if (node !== event.from) outbox.noticed(event.mailbox, event.id);
  });
  metrics.gauges(() =>
    Array.from(outboxes, ([node, outbox]) => [
      { name: 'answerback_sync_lag_seconds', labels: { node }, value: outbox.lag() } as const,
      { name: 'answerback_sync_waiting', labels: { node }, value: outbox.waiting } as const,
    ]).flat(),
  );
  const onDue = (node: string): void => outboxes.get(node)?.wake();
  const roaming = createRoaming({
    ...shared,
    digest,
    node: config.node,
    peers: sync.peers,
    lamps,
    auditor,
    onDue,
  });
  const plan = createNumberPlan(config.numbers);
  return {
    nodes: createNodeWatch(shared, sync.peers, outboxes),
    flow: { onArrival: (number) => running.watch(roaming.seen(number)) },
    roaming,
    registered({ number: raw, fresh }) {
      const number = plan.parse(raw);
      if (number !== undefined) running.watch(roaming.seen(number, fresh ? 'came' : 'stays'));
    },
    async run(signal) {
      const again = setInterval(() => running.watch(roaming.tellAgain()), againMs);
      try {
        const { port } = await sync.listen(roaming);
        log.info('other nodes are let in', { port });
        await Promise.all(Array.from(outboxes.values(), (outbox) => outbox.run(signal)));
      } catch (error) {
        log.error('replication has ended', { error });
      } finally {
        clearInterval(again);
      }
    },
  };
}
