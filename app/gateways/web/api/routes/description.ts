/** The description of the API itself. */
import { z } from 'zod';
import { route, type AnyRoute } from '../route.ts';

/** @param describe the description as it is at this moment */
export function descriptionRoute(describe: () => unknown): AnyRoute {
  return route({
    method: 'GET',
    url: '/openapi.json',
    access: 'public',
    tag: 'description',
    name: 'describe',
    summary: 'Read the description of the API',
    describe: 'OpenAPI 3.1.',
    answers: { 200: z.record(z.string(), z.any()).describe('The description.') },
    async handle(_asked, reply) {
      return reply.header('cache-control', 'max-age=300').send(describe());
    },
  });
}
