/** The description of the API (OpenAPI 3.1), made of the routes themselves. */
import { fastifySwagger } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

export const apiVersion = '1.0.0';

const about = `Messages of all kinds, mailboxes and what belongs to them.

Ask with a key (\`Authorization: Bearer ab_…\`) or, from a browser, with the cookie of a session. What is not yours is answered
as if it were not there (404). Errors are problems (RFC 9457) with a \`code\`. Lists come in pages with a cursor. What you change can be
made conditional with \`If-Match\`; what you make can be repeated safely with \`Idempotency-Key\`. Those who ask too often are
told when to come back (429, \`Retry-After\`).`;

export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Answerback',
        version: apiVersion,
        description: about,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'This server' }],
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'A key, as `ab_<id>_<secret>`.' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'answerback',
            description: 'A session; over TLS the cookie is `__Host-answerback`.',
          },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
}
