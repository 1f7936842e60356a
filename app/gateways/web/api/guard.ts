/** Who asks, and whether a route is for them: judged before anything of the request is read but its head. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { mayEnter, maySee, type Demand, type Principal, type Thing } from '../../../core/access/principal.ts';
import { HttpProblem } from '../problem.ts';
import type { Limits } from './limits.ts';

/** Knows people by what their requests carry: a session's cookie, a key. */
export interface Guard {
  /**
   * `undefined`: the request carries nothing of that kind.
   * @throws HttpProblem 401 for what is not, or not any more, good; 403 for what another site made a browser send
   * @throws Fault if the store is away
   */
  whoIs(request: FastifyRequest): Promise<Principal | undefined>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of each route of the API. */
    demand?: Demand;
  }
  interface FastifyRequest {
    /** Once it is known. */
    principal: Principal | undefined;
  }
}

export function guardRoutes(app: FastifyInstance, guard: Guard, limits: Limits): void {
  app.decorateRequest('principal', undefined);
  app.addHook('onRoute', ({ config, url }) => {
    if (config?.demand === undefined) throw new RangeError(`${url} does not say who may use it`);
  });
  app.addHook('onRequest', async (request) => {
    await limits.address(request);
    request.principal = await guard.whoIs(request);
    await limits.principal(request);
    const { demand } = request.routeOptions.config;
    if (demand !== undefined) refuse(mayEnter(request.principal, demand));
  });
}

function refuse(entry: ReturnType<typeof mayEnter>): void {
  switch (entry) {
    case 'in':
      return;
    case 'nobody':
      throw new HttpProblem(401, 'Sign in first, or send a key.', {
        headers: { 'www-authenticate': 'Bearer realm="answerback"' },
      });
    case 'refused':
      throw new HttpProblem(403, 'This is not for those who are signed in as you are.');
    case 'no-scope':
      throw new HttpProblem(403, 'The key does not include this.', {
        code: 'no-scope',
        headers: { 'www-authenticate': 'Bearer realm="answerback", error="insufficient_scope"' },
      });
  }
}

/** Whoever is past the guard. */
export function principalOf({ principal }: FastifyRequest): Principal {
  if (principal === undefined) throw new HttpProblem(401, 'Sign in first, or send a key.');
  return principal;
}

/** The answer about what is not there, and about what is not theirs. */
export function notFound(): HttpProblem {
  return new HttpProblem(404, 'There is nothing of that kind here.');
}

/** @throws HttpProblem 404 if it is not there for whoever asks */
export function seen<T>(request: FastifyRequest, found: T | undefined, thing: (found: T) => Thing): T {
  if (found === undefined || !maySee(request.principal, thing(found))) throw notFound();
  return found;
}
