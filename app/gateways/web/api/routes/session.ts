/** Signing in and out, and who is signed in. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { scopesOfRole, type Principal } from '../../../../core/access/principal.ts';
import type { Clock } from '../../../../ports/clock.ts';
import type { Session as KeptSession } from '../../../../ports/sessions.ts';
import type { Auditor } from '../../../../services/audit.ts';
import type { OperatorSignIn } from '../../../../services/operator-sign-in.ts';
import type { Operators } from '../../../../services/operators.ts';
import type { Sessions } from '../../../../services/sessions.ts';
import type { LinkSignInResult, SignIn, SignInResult } from '../../../../services/sign-in.ts';
import type { WhoIsIn } from '../../../../services/who-is-in.ts';
import { webAskerKey } from '../../../../core/access/web-asker.ts';
import { HttpProblem, tooManyTries } from '../../problem.ts';
import type { Cookies } from '../../sign-in/cookies.ts';
import { sessionOf } from '../../sign-in/guard.ts';
import { principalOf } from '../guard.ts';
import { route, type AnyRoute } from '../route.ts';
import { askCode, operatorSignIn, session, signIn, type Session } from '../schema/session.ts';

export interface SessionRouteDeps {
  readonly signIn: SignIn;
  readonly operatorSignIn: OperatorSignIn;
  readonly sessions: Pick<Sessions, 'end' | 'endAll'>;
  readonly operators: Pick<Operators, 'get'>;
  readonly whoIsIn: WhoIsIn;
  readonly auditor: Auditor;
  readonly cookies: Cookies;
  readonly clock: Clock;
}

const usual = { tag: 'session' } as const;

export function sessionRoutes(deps: SessionRouteDeps): AnyRoute[] {
  return [...subscriberRoutes(deps), operatorRoute(deps), readRoute(deps), endRoute(deps)];
}

function subscriberRoutes(deps: SessionRouteDeps): AnyRoute[] {
  return [
    route({
      ...usual,
      method: 'POST',
      url: '/session',
      access: 'public',
      name: 'signIn',
      summary: 'Sign in with a PIN, a code or a link',
      describe:
        'Sets the cookie of the session. 401 `bad-credentials`: number and PIN or code do not belong together, or there is no such mailbox. 429 `locked`: after wrong tries, here or on the telephone. Of links: 410 `gone`: the message was deleted; 410 `expired`: the link is over.',
      body: signIn,
      answers: { 200: session },
      async handle({ request, body }, reply) {
        const { ip } = request;
        if ('link' in body) return openLink(deps, request, reply, body.link);
        const result =
          'pin' in body
            ? await deps.signIn.byPin(body.number, body.pin, ip)
            : await deps.signIn.byCode(body.number, body.code, ip);
        return letIn(deps, request, reply, judged(deps, result));
      },
    }),
    route({
      ...usual,
      method: 'POST',
      url: '/session/code',
      access: 'public',
      name: 'askForCode',
      summary: 'Send a code as a text',
      describe: 'The answer is the same whether or not the number has a mailbox and a code may go to it.',
      body: askCode,
      answers: { 202: 'nothing' },
      async handle({ request, body }, reply) {
        deps.signIn.sendCode(body.number, request.ip);
        return reply.status(202).send();
      },
    }),
  ];
}

/** Who is signed in already lands on the message and stays who they are. */
async function openLink(
  deps: SessionRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  link: string,
): Promise<Session> {
  const { principal: who, ip } = request;
  const own = who?.kind === 'subscriber' ? who.mailbox : undefined;
  const result = await deps.signIn.byLink(link, ip, own);
  if (result.kind !== 'own') return letIn(deps, request, reply, opened(result));
  return {
    ...(await facts(deps, principalOf(request), sessionOf(request))),
    message: result.message,
  } as Session;
}

function operatorRoute(deps: SessionRouteDeps): AnyRoute {
  return route({
    ...usual,
    method: 'POST',
    url: '/session/operator',
    access: 'public',
    name: 'signInAsOperator',
    summary: 'Sign in as an operator',
    describe: 'A one-time password is good once. 401 `bad-credentials`, 429 `locked` as of subscribers.',
    body: operatorSignIn,
    answers: { 200: session },
    async handle({ request, body }, reply) {
      const { name, password, totp = '' } = body;
      const result = await deps.operatorSignIn.byPassword(name, password, totp, request.ip);
      return letIn(deps, request, reply, judged(deps, result));
    },
  });
}

function readRoute(deps: SessionRouteDeps): AnyRoute {
  return route({
    ...usual,
    method: 'GET',
    url: '/session',
    access: 'link',
    name: 'readSession',
    summary: 'See who is signed in',
    answers: { 200: session },
    async handle({ request }) {
      return facts(deps, principalOf(request), sessionOf(request));
    },
  });
}

function endRoute(deps: SessionRouteDeps): AnyRoute {
  return route({
    ...usual,
    method: 'DELETE',
    url: '/session',
    access: 'link',
    name: 'signOut',
    summary: 'Sign out',
    query: z.object({
      everywhere: z
        .enum(['true', 'false'])
        .default('false')
        .describe('`true`: all sessions of whoever is signed in end, those by links too.'),
    }),
    answers: { 204: 'nothing' },
    async handle({ request, query }, reply) {
      const who = principalOf(request);
      const token = deps.cookies.token(request);
      if (token === undefined) throw new HttpProblem(422, 'A key is no session: it is revoked.');
      await deps.sessions.end(token);
      // Whoever has a link alone does not end what is the subscriber's.
      if (query.everywhere === 'true' && who.kind !== 'link') await endAll(deps, request, who);
      deps.cookies.clearToken(reply);
      return reply.status(204).send();
    },
  });
}

async function endAll(
  { sessions, auditor }: SessionRouteDeps,
  request: FastifyRequest,
  who: Exclude<Principal, { kind: 'link' }>,
): Promise<void> {
  const of = who.kind === 'operator' ? { operator: who.name } : { mailbox: who.mailbox };
  await sessions.endAll(of);
  auditor.note({
    event: 'sign-out',
    outcome: 'everywhere',
    caller: webAskerKey(request.ip),
    ...(who.kind === 'operator' ? { by: who.name } : { mailbox: who.mailbox }),
  });
}

interface In {
  readonly token: string;
  readonly session: KeptSession;
}

/** The session that the browser had before ends: what another put there leads nowhere. */
async function letIn(
  deps: SessionRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { token, session: kept }: In,
): Promise<Session> {
  const before = deps.cookies.token(request);
  if (before !== undefined) await deps.sessions.end(before);
  deps.cookies.setToken(reply, token, kept);
  const { holder, id: credential } = kept;
  const who: Principal =
    holder.kind === 'operator'
      ? { kind: 'operator', name: holder.name, via: 'password', scopes: [], credential }
      : { ...holder, credential };
  return facts(deps, who, kept);
}

function judged({ clock }: SessionRouteDeps, result: SignInResult): In {
  if (result.kind === 'in') return result;
  if (result.kind === 'locked') throw tooManyTries(result.until, clock.now());
  throw new HttpProblem(401, 'What was given does not belong together.', { code: 'bad-credentials' });
}

function opened(result: Exclude<LinkSignInResult, { kind: 'own' }>): In {
  switch (result.kind) {
    case 'in':
      return result;
    case 'gone':
      throw new HttpProblem(410, 'The message was deleted.', { code: 'gone' });
    case 'expired':
      throw new HttpProblem(410, 'The link is over: sign in, or call and type the reference.', {
        code: 'expired',
      });
    case 'suspended':
      throw new HttpProblem(403, 'The mailbox is suspended.', { code: 'suspended' });
    case 'unknown':
      throw new HttpProblem(404, 'There is no such link.');
  }
}

async function facts(
  deps: SessionRouteDeps,
  who: Principal,
  kept: KeptSession | undefined,
): Promise<Session> {
  const until = kept === undefined ? {} : { expires: kept.expires.toISOString() };
  if (who.kind === 'operator') return operatorFacts(deps, who, kept, until);
  const known = await deps.whoIsIn.subscriber(who.mailbox);
  if (known === undefined) throw new HttpProblem(401, 'The mailbox is gone.');
  const { mailbox } = who;
  if (who.kind === 'link')
    return { kind: 'link', message: who.message, mailbox, language: known.language, ...until };
  const mustChangePin = kept?.mustChangePin === true;
  return { kind: 'subscriber', mailbox, ...known, via: who.via, mustChangePin, ...until };
}

async function operatorFacts(
  { operators }: SessionRouteDeps,
  { name, scopes, via }: Extract<Principal, { kind: 'operator' }>,
  kept: KeptSession | undefined,
  until: { readonly expires?: string },
): Promise<Session> {
  const told = kept?.holder.kind === 'operator' ? kept.holder.role : undefined;
  const role = via === 'key' ? undefined : (told ?? (await operators.get(name))?.role);
  const may = role === undefined ? scopes : scopesOfRole(role);
  return {
    kind: 'operator',
    name,
    via,
    ...(role === undefined ? {} : { role }),
    scopes: [...may],
    ...until,
  };
}
