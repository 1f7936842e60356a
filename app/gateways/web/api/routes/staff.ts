/** Keys of programs, and operators. Nobody gives what is not theirs. */
import type { FastifyRequest } from 'fastify';
import { scopesOfRole, type OperatorRole, type Scope } from '../../../../core/access/principal.ts';
import type { MailboxId } from '../../../../core/ids.ts';
import type { ApiKey } from '../../../../ports/api-keys.ts';
import type { OperatorEnded, OperatorFacts } from '../../../../services/operators.ts';
import { HttpProblem, tooManyTries } from '../../problem.ts';
import { cursorTo, placeOf } from '../cursor.ts';
import { nameOf } from '../done-by.ts';
import { notFound, principalOf } from '../guard.ts';
import type { OperatorServices } from '../operator-services.ts';
import { madeId } from '../repeats.ts';
import { route, type AnyRoute } from '../route.ts';
import { idempotencyKey } from '../schema/common.ts';
import { paging } from '../schema/page.ts';
import {
  apiKey,
  apiKeyList,
  changedOperator,
  keyPath,
  madeApiKey,
  madeOperator,
  newApiKey,
  newOperator,
  operatorChange,
  operatorList,
  operatorPath,
} from '../schema/staff.ts';
import { subscriberOf } from './subscribers.ts';

const usual = { access: 'operator', scope: 'keys:write' } as const;
const ofKeys = { ...usual, tag: 'keys' } as const;
const ofOperators = { ...usual, tag: 'operators' } as const;

const needsPassword =
  'Whoever has signed in by password gives it too: without it, or with a wrong one, 422 with the field `current`; 429 `locked` after wrong tries.';

export function staffRoutes(services: OperatorServices): AnyRoute[] {
  return [
    ...keyRoutes(services),
    ...[listOperators, addOperator, changeOperator, removeOperator].map((one) => one(services)),
  ];
}

/** @throws HttpProblem 403 where somebody would have more than whoever asks */
function onlyWhatIsTheirs(request: FastifyRequest, wanted: readonly Scope[]): void {
  const who = principalOf(request);
  const own = who.kind === 'operator' ? who.scopes : [];
  if (wanted.some((scope) => !own.includes(scope)))
    throw new HttpProblem(403, 'You cannot give, or take, more than you may yourself.', { code: 'no-scope' });
}

function keyRoutes(services: OperatorServices): AnyRoute[] {
  const { keys } = services;
  return [
    route({
      ...ofKeys,
      method: 'GET',
      url: '/keys',
      name: 'listKeys',
      summary: 'List keys of programs',
      query: paging,
      answers: { 200: apiKeyList },
      async handle({ query: { cursor, limit } }) {
        const found = await keys.list(placeOf('keys', cursor), limit);
        const last = found.length < limit ? undefined : found.at(-1)?.id;
        return { items: found.map(keyView), ...(last === undefined ? {} : { next: cursorTo('keys', last) }) };
      },
    }),
    route({
      ...ofKeys,
      method: 'POST',
      url: '/keys',
      name: 'makeKey',
      summary: 'Make a key for a program',
      describe: `A repeat with the same Idempotency-Key makes no other: as the first answer may have been lost, it gives the key another secret, and 409 once it has been used. ${needsPassword}`,
      headers: idempotencyKey,
      body: newApiKey,
      answers: { 201: madeApiKey },
      async handle({ request, body }, reply) {
        const { name, scopes, mailbox, expires, current } = body;
        onlyWhatIsTheirs(request, scopes);
        await assured(services, request, current);
        if (mailbox !== undefined) await subscriberOf(services, mailbox);
        const fresh = {
          name,
          scopes: [...new Set(scopes)],
          ...(mailbox === undefined ? {} : { mailbox: mailbox as MailboxId }),
          ...(expires === undefined ? {} : { expires: new Date(expires) }),
        };
        const made = await keys.add(fresh, nameOf(request), madeId(request));
        if (made === undefined)
          throw new HttpProblem(409, 'That Idempotency-Key made another key, or one that is used.', {
            code: 'reused-key',
          });
        return reply.status(201).send({ ...keyView(made.key), key: made.secret });
      },
    }),
    route({
      ...ofKeys,
      method: 'DELETE',
      url: '/keys/:id',
      name: 'revokeKey',
      summary: 'Revoke a key',
      params: keyPath,
      answers: { 200: apiKey },
      async handle({ request, params }) {
        const found = await keys.get(params.id);
        if (found === undefined) throw notFound();
        onlyWhatIsTheirs(request, found.scopes);
        const revoked = await keys.revoke(params.id, nameOf(request));
        if (revoked === undefined) throw notFound();
        return keyView(revoked);
      },
    }),
  ];
}

function keyView({ hash: _hash, created, lastUsed, expires, revoked, scopes, ...rest }: ApiKey) {
  return {
    ...rest,
    scopes: [...scopes],
    created: created.toISOString(),
    ...(lastUsed === undefined ? {} : { lastUsed: lastUsed.toISOString() }),
    ...(expires === undefined ? {} : { expires: expires.toISOString() }),
    ...(revoked === undefined ? {} : { revoked: revoked.toISOString() }),
  };
}

function listOperators({ operators }: OperatorServices): AnyRoute {
  return route({
    ...ofOperators,
    method: 'GET',
    url: '/operators',
    name: 'listOperators',
    summary: 'List operators',
    query: paging,
    answers: { 200: operatorList },
    async handle({ query: { cursor, limit } }) {
      const found = await operators.list(placeOf('operators', cursor), limit);
      const last = found.length < limit ? undefined : found.at(-1)?.name;
      return {
        items: found.map(operatorView),
        ...(last === undefined ? {} : { next: cursorTo('operators', last) }),
      };
    },
  });
}

function operatorView({ name, role, created, set, lastSignIn }: OperatorFacts) {
  return {
    name,
    role,
    created: created.toISOString(),
    set: set.toISOString(),
    ...(lastSignIn === undefined ? {} : { lastSignIn: lastSignIn.toISOString() }),
  };
}

function addOperator(services: OperatorServices): AnyRoute {
  return route({
    ...ofOperators,
    method: 'POST',
    url: '/operators',
    name: 'makeOperator',
    summary: 'Make an operator',
    describe: needsPassword,
    body: newOperator,
    answers: { 201: madeOperator },
    async handle({ request, body: { name, role, password, current } }, reply) {
      onlyWhatIsTheirs(request, scopesOfRole(role));
      await assured(services, request, current);
      const made = await services.operators.add(name, role, password, nameOf(request));
      switch (made.kind) {
        case 'made':
          return reply.status(201).send({ name, role, totp: made.url });
        case 'taken':
          throw new HttpProblem(409, 'There is an operator of that name.');
        case 'name':
          throw refusedField('name', 'bad-value', 'That is no name for an operator.');
        case 'password':
          throw refusedField('password', made.why, 'That password is too weak.');
      }
    },
  });
}

function refusedField(field: string, code: string, detail: string): HttpProblem {
  return new HttpProblem(422, detail, { code: 'invalid', fields: [{ field, code }] });
}

/** @throws HttpProblem 404; 403 where they may more than whoever asks */
async function theirs(
  { operators }: OperatorServices,
  request: FastifyRequest,
  name: string,
): Promise<OperatorRole> {
  const found = await operators.get(name);
  if (found === undefined) throw notFound();
  onlyWhatIsTheirs(request, scopesOfRole(found.role));
  return found.role;
}

/** @throws HttpProblem for all but what was done */
function ended(result: OperatorEnded): void {
  if (result === 'unknown') throw notFound();
  if (result === 'last-admin')
    throw new HttpProblem(422, 'The last administrator stays: make another one first.', { code: 'refused' });
}

/**
 * Whoever sits down at an open browser gets no lasting way in: what makes or gives one needs the password of whoever signed in with
 * one. Programs, and those whom a provider vouches for, have none here.
 * @throws HttpProblem 422 without it or with a wrong one, 429 after wrong tries
 */
async function assured(
  { operators, clock }: OperatorServices,
  request: FastifyRequest,
  current: string | undefined,
): Promise<void> {
  const who = principalOf(request);
  if (who.kind !== 'operator' || who.via !== 'password') return;
  if (current === undefined) throw refusedField('current', 'missing', 'Your present password is needed.');
  const proof = await operators.prove(who.name, current, request.ip);
  if (proof.kind === 'locked') throw tooManyTries(proof.until, clock.now());
  if (proof.kind === 'wrong') throw refusedField('current', 'wrong', 'That is not your present password.');
}

function changeOperator(services: OperatorServices): AnyRoute {
  const { operators } = services;
  return route({
    ...ofOperators,
    method: 'PATCH',
    url: '/operators/:name',
    name: 'changeOperator',
    summary: 'Change an operator’s role, password or authenticator',
    describe: `Their sessions end. ${needsPassword}`,
    params: operatorPath,
    body: operatorChange,
    answers: { 200: changedOperator },
    async handle({ request, params: { name }, body: { role, password, current, totp } }) {
      await theirs(services, request, name);
      const by = nameOf(request);
      if (role !== undefined) {
        if (by === name)
          throw new HttpProblem(422, 'Another operator changes your role.', { code: 'refused' });
        onlyWhatIsTheirs(request, scopesOfRole(role));
      }
      await assured(services, request, current);
      if (role !== undefined) ended(await operators.setRole(name, role, by));
      if (password === undefined && totp === undefined) return { name };
      const what = {
        ...(password === undefined ? {} : { password }),
        ...(totp === undefined ? {} : { totp }),
      };
      const reset = await operators.reset(name, what, by);
      if (reset.kind === 'unknown') throw notFound();
      if (reset.kind === 'password') throw refusedField('password', reset.why, 'That password is too weak.');
      return { name, ...(reset.url === undefined ? {} : { totp: reset.url }) };
    },
  });
}

function removeOperator(services: OperatorServices): AnyRoute {
  return route({
    ...ofOperators,
    method: 'DELETE',
    url: '/operators/:name',
    name: 'removeOperator',
    summary: 'Remove an operator',
    params: operatorPath,
    answers: { 204: 'nothing' },
    async handle({ request, params: { name } }, reply) {
      await theirs(services, request, name);
      const by = nameOf(request);
      if (by === name) throw new HttpProblem(422, 'Another operator removes you.', { code: 'refused' });
      ended(await services.operators.remove(name, by));
      return reply.status(204).send();
    },
  });
}
