/** What happens, as it happens. */
import type { OutgoingHttpHeaders } from 'node:http';
import { placeOf } from '../../../../core/event/place.ts';
import type { Auditor } from '../../../../services/audit.ts';
import { noteDone } from '../done-by.ts';
import { principalOf } from '../guard.ts';
import { route, type AnyRoute } from '../route.ts';
import { eventHeaders, eventQuery } from '../schema/event.ts';
import type { Streams } from '../stream/streams.ts';

export interface EventServices {
  readonly streams: Pick<Streams, 'open'>;
  readonly auditor: Pick<Auditor, 'note'>;
}

const types = ['text/event-stream'];

export function eventRoutes(services: EventServices): AnyRoute[] {
  return [
    route({
      method: 'GET',
      url: '/events',
      access: 'subscriber',
      tag: 'events',
      name: 'followEvents',
      summary: 'Follow what happens',
      describe:
        'Server-sent events, see docs/events.md: to a subscriber of their own mailbox, to operators of all, as their scopes ' +
        'include it. With Last-Event-ID all that came after it comes first; `reset`: that is not known any more.',
      headers: eventHeaders,
      query: eventQuery,
      answers: { 200: { types, describe: 'Events, without end.' } },
      async handle({ request, query }, reply) {
        const who = principalOf(request);
        const headers = {
          ...(reply.getHeaders() as OutgoingHttpHeaders),
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store, no-transform',
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cross-origin-resource-policy': 'same-origin',
          // Once it is over nothing more is asked here: a server that closes does not wait for it.
          connection: 'close',
          // Proxies are not to gather it.
          'x-accel-buffering': 'no',
        };
        if (request.method === 'HEAD') return reply.headers(headers).send('');
        const last = request.headers['last-event-id'];
        const given = typeof last === 'string' ? last : query.since;
        const from = given === undefined ? undefined : (placeOf(given) ?? { batch: 1e15 - 1, index: 0 });
        await services.streams.open(who, from, () => {
          reply.hijack();
          reply.raw.writeHead(200, headers);
          return reply.raw;
        });
        if (who.kind === 'operator' && who.scopes.includes('messages:read'))
          noteDone(services, request, 'events-followed');
        return reply;
      },
    }),
  ];
}
