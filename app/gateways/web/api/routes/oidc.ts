/** Operators sign in at a provider: the browser goes there and comes back. */
import { z } from 'zod';
import type { OperatorSignIn } from '../../../../services/operator-sign-in.ts';
import type { Log } from '../../../../ports/log.ts';
import type { Sessions } from '../../../../services/sessions.ts';
import { HttpProblem } from '../../problem.ts';
import type { Cookies } from '../../sign-in/cookies.ts';
import type { Oidc } from '../../sign-in/oidc.ts';
import { route, type AnyRoute } from '../route.ts';

export interface OidcRouteDeps {
  /** Absent: none is configured. */
  readonly oidc: Oidc | undefined;
  readonly operatorSignIn: OperatorSignIn;
  readonly sessions: Pick<Sessions, 'end'>;
  readonly cookies: Cookies;
  readonly log: Log;
}

/** Where the browser goes afterwards. */
const page = '/operator';

export function oidcRoutes({ oidc, operatorSignIn, sessions, cookies, log }: OidcRouteDeps): AnyRoute[] {
  if (oidc === undefined) return [];
  const usual = { method: 'GET', access: 'public', tag: 'session' } as const;
  return [
    route({
      ...usual,
      url: '/session/oidc',
      name: 'signInAtProvider',
      summary: 'Go to the provider to sign in as an operator',
      answers: { 302: 'nothing' },
      async handle(_asked, reply) {
        const begun = await oidc.begin().catch((error: unknown) => {
          log.warn('the provider that operators sign in at does not answer', { error });
          throw new HttpProblem(503, 'The provider does not answer.', { retryAfter: 10 });
        });
        cookies.setRound(reply, begun.round);
        return reply.redirect(begun.url, 302);
      },
    }),
    route({
      ...usual,
      url: '/session/oidc/callback',
      name: 'comeFromProvider',
      summary: 'Come back from the provider',
      describe: `Leads on to \`${page}\`, with \`?sign-in=refused\` or \`failed\` if nobody is signed in by that.`,
      query: z.object({}).catchall(z.any()),
      answers: { 302: 'nothing' },
      async handle({ request }, reply) {
        const { ip } = request;
        const result = await oidc.finish(request.url, cookies.round(request));
        cookies.clearRound(reply);
        if (result.kind !== 'known') {
          operatorSignIn.refused(result.kind === 'no-role' ? result.name : undefined, ip);
          return reply.redirect(`${page}?sign-in=${result.kind === 'no-role' ? 'refused' : 'failed'}`, 302);
        }
        const { token, session } = await operatorSignIn.byProvider(result.name, result.role, ip);
        const before = cookies.token(request);
        if (before !== undefined) await sessions.end(before);
        cookies.setToken(reply, token, session);
        return reply.redirect(page, 302);
      },
    }),
  ];
}
