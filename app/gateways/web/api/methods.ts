/** What else may be asked of an address: OPTIONS says which methods it has, any other one is answered with the same (RFC 9110). */
import type { FastifyInstance } from 'fastify';
import { answer } from '../problem.ts';
import type { AnyRoute } from './route.ts';

const all = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'] as const;

/** After all routes: what is allowed of each address. */
export function answerOtherMethods(app: FastifyInstance, routes: readonly AnyRoute[]): void {
  for (const url of new Set(routes.map((one) => one.url))) {
    const own = routes.filter((one) => one.url === url).map(({ method }) => method as string);
    const has = all.filter(
      (method) => method === 'OPTIONS' || own.includes(method) || (method === 'HEAD' && own.includes('GET')),
    );
    const allow = has.join(', ');
    const config = { demand: { access: 'public' } } as const;
    const schema = { hide: true };
    app.options(url, { config, schema }, (_request, reply) =>
      reply.header('allow', allow).status(204).send(),
    );
    app.route({
      method: all.filter((method) => !has.includes(method)),
      url,
      config,
      schema,
      // Before the body is read: nobody is to send one.
      onRequest: (_request, reply) => {
        answer(reply.header('allow', allow), 405, `Here one may ask for: ${allow}.`);
      },
      handler: async () => undefined,
    });
  }
}
