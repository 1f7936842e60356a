/** Puts the API together: who asks, what they may, what they send, and what is answered. */
import type { FastifyInstance } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { holdBodies } from './budget.ts';
import { guardRoutes, type Guard } from './guard.ts';
import { openLimits, type LimitsSlice } from './limits.ts';
import { answerOtherMethods } from './methods.ts';
import { describeApi } from './open-api.ts';
import { schemaOf, type AnyRoute, type RouteFacts } from './route.ts';
import { quickAnswers } from './quick-answers.ts';
import { descriptionRoute } from './routes/description.ts';

export interface ApiSlice {
  readonly limits: LimitsSlice;
  /** Most bytes of large requests that are held at once; absent: 120 MB. */
  readonly heldBytes?: number;
}

export interface ApiParts {
  readonly guard: Guard;
  /** All but the description of them. */
  readonly routes: readonly AnyRoute[];
  /** Ends answers that have no end of their own; called before the server closes. */
  readonly close?: () => void;
}

export const apiPrefix = '/v1';

/** Registers the routes below `/v1`; answers what they say of themselves, with whole addresses. */
export async function serveApi(
  app: FastifyInstance,
  slice: ApiSlice,
  { guard, routes }: ApiParts,
): Promise<readonly RouteFacts[]> {
  await describeApi(app);
  const all = [...routes, descriptionRoute(() => app.swagger())];
  await app.register(
    async (api) => {
      takeBodies(api);
      api.setValidatorCompiler(validatorCompiler);
      api.setSerializerCompiler(quickAnswers(all));
      guardRoutes(api, guard, await openLimits(api, slice.limits));
      holdBodies(api, slice.heldBytes);
      for (const one of all) add(api, one);
      answerOtherMethods(api, all);
    },
    { prefix: apiPrefix },
  );
  return all.map((one) => ({ ...one, url: `${apiPrefix}${one.url}` }));
}

function add(api: FastifyInstance, spec: AnyRoute): void {
  const { method, url, access, scope, content, bodyLimit, handle } = spec;
  api.route({
    method,
    url,
    schema: schemaOf(spec),
    config: { demand: { access, scope, content } },
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
    handler: (request, reply) =>
      handle({ request, params: request.params, query: request.query, body: request.body }, reply),
  });
}

/** JSON, and sound as it comes; a prototype in it is refused, not taken out. */
function takeBodies(api: FastifyInstance): void {
  api.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    api.getDefaultJsonParser('error', 'error'),
  );
  api.addContentTypeParser(/^(audio\/|video\/|text\/csv)/, { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
}
