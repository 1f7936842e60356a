/** Subscribers: list, make, change, remove. */
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { MailboxId } from '../../../../core/ids.ts';
import type { Mailbox } from '../../../../core/mailbox/mailbox.ts';
import type { Settings } from '../../../../core/profile/settings.ts';
import { HttpProblem } from '../../problem.ts';
import { cursorTo, placeOf } from '../cursor.ts';
import { noteDone } from '../done-by.ts';
import { notFound } from '../guard.ts';
import type { OperatorServices } from '../operator-services.ts';
import { problemsOf } from '../problems-of.ts';
import { madeUuid } from '../repeats.ts';
import { route, type AnyRoute } from '../route.ts';
import { idempotencyKey, ifMatch, mailboxPath } from '../schema/common.ts';
import {
  newSubscriber,
  subscriber,
  subscriberChange,
  subscriberList,
  subscriberQuery,
} from '../schema/subscriber.ts';
import { otherVersion, tagged, versionFrom } from '../versions.ts';
import { subscriberView } from '../views/subscriber.ts';
import type { SubscriberMade } from '../../../../services/directory.ts';
import { Fault } from '../../../../core/errors.ts';

const reading = { access: 'operator', scope: 'subscribers:read', tag: 'subscribers' } as const;
const writing = { ...reading, scope: 'subscribers:write' } as const;

export function subscriberDirectoryRoutes(services: OperatorServices): AnyRoute[] {
  return [listRoute, makeRoute, readRoute, changeRoute, removeRoute].map((one) => one(services));
}

/** @throws HttpProblem 404 */
export async function subscriberOf({ directory }: OperatorServices, id: string): Promise<Mailbox> {
  const found = await directory.byId(id as MailboxId);
  if (found === undefined) throw notFound();
  return found;
}

function listRoute(services: OperatorServices): AnyRoute {
  const { desk, directory } = services;
  return route({
    ...reading,
    method: 'GET',
    url: '/subscribers',
    name: 'listSubscribers',
    summary: 'List subscribers',
    describe: 'A page with `next` may have fewer items than were asked for, or none: others did not match.',
    query: subscriberQuery,
    answers: { 200: subscriberList },
    async handle({ query: { number, cursor, limit, ...filter } }) {
      if (number !== undefined) {
        const found = await directory.get(number);
        return { items: found === undefined ? [] : [subscriberView(services, found)] };
      }
      const list = `subscribers ${JSON.stringify(filter)}`;
      const page = await desk.page(filter, placeOf(list, cursor) as MailboxId | undefined, limit);
      return {
        items: page.items.map((one) => subscriberView(services, one)),
        ...(page.next === undefined ? {} : { next: cursorTo(list, page.next) }),
      };
    },
  });
}

function makeRoute(services: OperatorServices): AnyRoute {
  return route({
    ...writing,
    method: 'POST',
    url: '/subscribers',
    name: 'makeSubscriber',
    summary: 'Make a subscriber',
    describe:
      'A repeat with the same Idempotency-Key makes no other: it answers the subscriber as they are now, and 409 for another number.',
    headers: idempotencyKey,
    body: newSubscriber,
    answers: { 201: subscriber },
    async handle({ request, body }, reply) {
      const { number, aliases, classOfService, status, ...rest } = body;
      const made = done(
        await services.directory.create({
          id: madeUuid(request) as MailboxId,
          number,
          settings: settingsOf(rest),
          ...(aliases === undefined ? {} : { aliases }),
          ...(classOfService === undefined ? {} : { classOfService }),
          ...(status === undefined ? {} : { status }),
        }),
      );
      noteDone(services, request, 'subscriber-added', { mailbox: made.id });
      return tagged(reply, made.version)
        .status(201)
        .header('location', `/v1/subscribers/${made.id}`)
        .send(subscriberView(services, made));
    },
  });
}

type Chosen = Pick<z.output<typeof newSubscriber>, 'name' | 'language' | 'timeZone' | 'email'>;

function settingsOf({ name, language, timeZone, email }: Chosen): Settings {
  return {
    ...(name === undefined ? {} : { name }),
    ...(language === undefined ? {} : { language }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(email === undefined ? {} : { addresses: { email } }),
  };
}

/** @throws HttpProblem for all but what was done */
export function done(result: SubscriberMade): Mailbox {
  switch (result.kind) {
    case 'done':
      return result.mailbox;
    case 'invalid':
      throw problemsOf(result.problems);
    case 'not-found':
      throw notFound();
    case 'other-request':
      throw new HttpProblem(409, 'That Idempotency-Key was used for somebody else.', { code: 'reused-key' });
    case 'other-version':
      throw otherVersion();
  }
}

function readRoute(services: OperatorServices): AnyRoute {
  return route({
    ...reading,
    method: 'GET',
    url: '/subscribers/:id',
    name: 'readSubscriber',
    summary: 'Read a subscriber',
    params: mailboxPath,
    answers: { 200: subscriber },
    async handle({ params }, reply) {
      const found = await subscriberOf(services, params.id);
      const { pin, lockedUntil } = await services.pins.accessOf(found);
      return tagged(reply, found.version).send({
        ...subscriberView(services, found),
        pin,
        ...(lockedUntil === undefined ? {} : { lockedUntil: lockedUntil.toISOString() }),
      });
    },
  });
}

function changeRoute(services: OperatorServices): AnyRoute {
  return route({
    ...writing,
    method: 'PATCH',
    url: '/subscribers/:id',
    name: 'changeSubscriber',
    summary: 'Change class, status or numbers of a subscriber',
    describe: 'The status `suspended` suspends: nothing is taken for the mailbox, and nobody gets in.',
    params: mailboxPath,
    headers: ifMatch,
    body: subscriberChange,
    answers: { 200: subscriber },
    async handle({ request, params, body }, reply) {
      const changed = await change(services, request, await subscriberOf(services, params.id), body);
      return tagged(reply, changed.version).send(subscriberView(services, changed));
    },
  });
}

async function change(
  services: OperatorServices,
  request: FastifyRequest,
  found: Mailbox,
  { aliases, classOfService, status }: z.output<typeof subscriberChange>,
): Promise<Mailbox> {
  const { directory } = services;
  const version = versionFrom(request, found.version);
  let now = found;
  if (classOfService !== undefined || status !== undefined) {
    const given = {
      ...(classOfService === undefined ? {} : { classOfService }),
      ...(status === undefined ? {} : { status }),
    };
    now = done(await directory.update(found.id, given, version));
    noteDone(services, request, outcomeOf(found, now), { mailbox: found.id });
  }
  if (aliases === undefined) return now;
  const kept = new Set(aliases.map((one) => directory.known().plan.parse(one)));
  // New ones first: where one cannot be, none is taken away.
  for (const one of aliases) now = done(await directory.addAlias(found.id, one));
  for (const one of now.aliases.filter((alias) => !kept.has(alias)))
    now = done(await directory.removeAlias(found.id, one));
  noteDone(services, request, 'subscriber-aliases-changed', { mailbox: found.id });
  return now;
}

function outcomeOf(before: Mailbox, after: Mailbox): string {
  if (before.status !== after.status && after.status === 'suspended') return 'subscriber-suspended';
  if (before.status === 'suspended' && after.status !== 'suspended') return 'subscriber-resumed';
  return 'subscriber-changed';
}

function removeRoute(services: OperatorServices): AnyRoute {
  return route({
    ...writing,
    method: 'DELETE',
    url: '/subscribers/:id',
    name: 'removeSubscriber',
    summary: 'Remove a subscriber with all messages, for good',
    describe: '409 where a legal hold keeps the mailbox or a message of it.',
    params: mailboxPath,
    answers: { 204: 'nothing' },
    async handle({ request, params }, reply) {
      const found = await subscriberOf(services, params.id);
      try {
        await services.directory.remove(found.id);
      } catch (error) {
        if (error instanceof Fault && error.code === 'held') throw new HttpProblem(409, error.publicText);
        throw error;
      }
      noteDone(services, request, 'subscriber-removed', { mailbox: found.id, subject: found.number });
      return reply.status(204).send();
    },
  });
}
