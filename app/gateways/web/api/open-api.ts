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
    transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document)),
  });
}

type Described = ReturnType<typeof jsonSchemaTransformObject>;

/** Every schema with a name is there for requests and for answers: what nothing leads to is left out. */
function withoutUnused(described: Described): Described {
  const document = described as { paths?: unknown; components?: { schemas?: Record<string, unknown> } };
  const schemas = document.components?.schemas ?? {};
  const used = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, one] of Object.entries(value)) {
      const name = key === '$ref' && typeof one === 'string' ? one.split('/').at(-1) : undefined;
      if (name === undefined) look(one);
      else if (!used.has(name)) {
        used.add(name);
        look(schemas[name]);
      }
    }
  };
  look(document.paths);
  const kept = Object.entries(schemas)
    .filter(([name]) => used.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...described,
    components: { ...document.components, schemas: Object.fromEntries(kept) },
  } as Described;
}
