/** A message by the ten digits of its reference. */
import type { SubscriberPrincipal } from '../../../../core/access/principal.ts';
import { HttpProblem } from '../../problem.ts';
import { notFound, principalOf } from '../guard.ts';
import { route, type AnyRoute } from '../route.ts';
import { message } from '../schema/message.ts';
import { referencePath } from '../schema/reference.ts';
import type { ApiServices } from '../services.ts';
import { findMailbox } from '../subjects.ts';
import { tagged } from '../versions.ts';
import { messageView } from '../views/message.ts';

export function referenceRoutes(services: ApiServices): AnyRoute[] {
  return [
    route({
      method: 'GET',
      url: '/references/:reference',
      access: 'subscriber',
      scope: 'messages:read',
      content: true,
      tag: 'references',
      name: 'openReference',
      summary: 'Open a message by its reference',
      describe: 'Wrong ones count as on the telephone: after some, none is judged for a while (429).',
      params: referencePath,
      answers: { 200: message },
      async handle({ request, params }, reply) {
        const who = principalOf(request);
        if (who.kind !== 'subscriber') throw new HttpProblem(403, 'Only subscribers have references.');
        const mailbox = await findMailbox(services, request, (who satisfies SubscriberPrincipal).mailbox);
        const opened = await services.references.open(params.reference, mailbox);
        switch (opened.kind) {
          case 'open':
            return tagged(reply, opened.message.version).send(messageView(services, opened.message, who));
          case 'wrong':
            throw notFound();
          case 'expired':
            throw new HttpProblem(410, 'The reference is over.');
          case 'deleted':
            throw new HttpProblem(410, 'The message was deleted.');
          case 'suspended':
            throw new HttpProblem(403, 'The mailbox is suspended.');
          case 'locked':
            throw new HttpProblem(429, 'There were too many wrong references.', {
              code: 'locked',
              retryAfter: opened.seconds,
            });
        }
      },
    }),
  ];
}
