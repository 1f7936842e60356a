/** Other nodes and webhooks: both are configured, and here is how they are doing. */
import type { OperatorServices } from '../operator-services.ts';
import { route, type AnyRoute } from '../route.ts';
import { hookList, nodeList } from '../schema/cluster.ts';

const reading = { access: 'operator', scope: 'operations:read', tag: 'operations', method: 'GET' } as const;

export function clusterRoutes({ nodes, hooks }: OperatorServices): AnyRoute[] {
  return [
    route({
      ...reading,
      url: '/nodes',
      name: 'listNodes',
      summary: 'See other nodes and how far replication is behind',
      answers: { 200: nodeList },
      handle: async () => ({
        self: nodes.self,
        items: (await nodes.list()).map(({ prefixes, ...one }) => ({ ...one, prefixes: [...prefixes] })),
      }),
    }),
    route({
      ...reading,
      url: '/webhooks',
      name: 'listWebhooks',
      summary: 'See programs that are told of events, and how that goes',
      describe: 'They are set up in the configuration alone: see docs/events.md.',
      answers: { 200: hookList },
      async handle() {
        const { items, most } = await hooks.list();
        return {
          most,
          items: items.map(({ events, oldest, delivered, failed, ...one }) => ({
            ...one,
            ...(events === undefined ? {} : { events: [...events] }),
            ...(oldest === undefined ? {} : { oldest: oldest.toISOString() }),
            delivered: momentOf(delivered),
            failed: { ...momentOf(failed), ...(failed.error === undefined ? {} : { error: failed.error }) },
          })),
        };
      },
    }),
  ];
}

function momentOf({ count, last }: { readonly count: number; readonly last?: Date }) {
  return { count, ...(last === undefined ? {} : { last: last.toISOString() }) };
}
