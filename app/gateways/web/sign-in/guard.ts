/** Knows people by the cookie of their session, programs by their key. */
import type { FastifyRequest } from 'fastify';
import { scopesOfRole, type Principal } from '../../../core/access/principal.ts';
import type { ApiKey } from '../../../ports/api-keys.ts';
import type { Session } from '../../../ports/sessions.ts';
import type { ApiKeys } from '../../../services/api-keys.ts';
import type { Operators } from '../../../services/operators.ts';
import type { Standing } from '../../../services/standing.ts';
import type { Sessions } from '../../../services/sessions.ts';
import type { Guard } from '../api/guard.ts';
import { HttpProblem } from '../problem.ts';
import type { Cookies } from './cookies.ts';
import { isFromOwnSite } from './own-site.ts';

export interface GuardDeps {
  readonly sessions: Pick<Sessions, 'find'>;
  readonly keys: Pick<ApiKeys, 'find'>;
  readonly operators: Pick<Operators, 'get'>;
  readonly standing: Standing;
  readonly cookies: Cookies;
  /** Origin of the page. */
  readonly publicUrl: string | undefined;
}

const sessions = new WeakMap<FastifyRequest, Session>();

/** The session that a request came with; `undefined` of a key. */
export function sessionOf(request: FastifyRequest): Session | undefined {
  return sessions.get(request);
}

export function createGuard(deps: GuardDeps): Guard {
  return {
    async whoIs(request) {
      const { authorization } = request.headers;
      // A page of another site cannot make a browser send one.
      if (authorization !== undefined) return served(deps, await byKey(deps, authorization));
      const token = deps.cookies.token(request);
      if (!isFromOwnSite(request, deps.publicUrl, token !== undefined))
        throw new HttpProblem(403, 'Another site made this request.');
      return token === undefined ? undefined : served(deps, await bySession(deps, request, token));
    },
  };
}

/** Whoever comes into a mailbox does so while it is served. */
async function served({ standing }: GuardDeps, who: Principal | undefined): Promise<Principal | undefined> {
  if (who === undefined || who.kind === 'operator') return who;
  switch (await standing.of(who.mailbox)) {
    case 'served':
      return who;
    case 'suspended':
      throw new HttpProblem(403, 'The mailbox is suspended.', { code: 'suspended' });
    case 'gone':
      return undefined;
  }
}

async function byKey({ keys }: GuardDeps, authorization: string): Promise<Principal> {
  const [, secret] = /^Bearer +(\S{1,200})$/i.exec(authorization) ?? [];
  const key = secret === undefined ? undefined : await keys.find(secret);
  if (key === undefined)
    throw new HttpProblem(401, 'The key is not, or not any more, good.', {
      code: 'bad-credentials',
      headers: { 'www-authenticate': 'Bearer realm="answerback", error="invalid_token"' },
    });
  return principalOfKey(key);
}

function principalOfKey({ id, name, scopes, mailbox }: ApiKey): Principal {
  const credential = `key-${id}`;
  return mailbox === undefined
    ? // A key's name is anybody's choice: none is taken for an operator.
      { kind: 'operator', name: `key:${name}`, via: 'key', scopes, credential }
    : { kind: 'subscriber', mailbox, via: 'key', scopes, credential };
}

async function bySession(
  { sessions: known, operators }: GuardDeps,
  request: FastifyRequest,
  token: string,
): Promise<Principal | undefined> {
  const session = await known.find(token);
  // One that is over is nobody's: whoever has it may sign in again.
  if (session === undefined) return undefined;
  const { holder, id: credential } = session;
  if (session.mustChangePin === true) onlyToChangePin(request);
  sessions.set(request, session);
  switch (holder.kind) {
    case 'subscriber':
      return { ...holder, credential };
    case 'link':
      return { ...holder, credential };
    case 'operator': {
      const { name } = holder;
      // As it is now: a role that was taken away is gone at once.
      const role = holder.role ?? (await operators.get(name))?.role;
      if (role === undefined) return undefined;
      const via = holder.role === undefined ? 'password' : 'oidc';
      return { kind: 'operator', name, via, scopes: scopesOfRole(role), credential };
    }
  }
}

/** What may be done before another PIN is chosen. */
const beforeChange: ReadonlySet<string> = new Set([
  '/v1/session',
  '/v1/mailboxes/:id/pin',
  '/v1/openapi.json',
]);

function onlyToChangePin({ routeOptions }: FastifyRequest): void {
  if (!beforeChange.has(routeOptions.url ?? ''))
    throw new HttpProblem(403, 'Choose another PIN first: this one was chosen by somebody else.', {
      code: 'pin-must-change',
    });
}
