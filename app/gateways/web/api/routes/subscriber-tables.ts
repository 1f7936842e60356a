/** Whole tables of subscribers, in and out; PINs, waits and holds of one. */
import { Readable } from 'node:stream';
import { HttpProblem } from '../../problem.ts';
import { noteDone } from '../done-by.ts';
import { notFound } from '../guard.ts';
import type { OperatorServices } from '../operator-services.ts';
import { route, type AnyRoute } from '../route.ts';
import { untilGone } from '../until-gone.ts';
import { mailboxPath } from '../schema/common.ts';
import { firstPin, holdBody, importQuery, importReport } from '../schema/subscriber.ts';
import { subscriberOf } from './subscribers.ts';

const usual = { access: 'operator', scope: 'subscribers:write', tag: 'subscribers' } as const;
const csv = 'text/csv; charset=utf-8; header=present';
/** Of a table that is sent; larger ones are for the command `answerback subscriber import`. */
const tableBytes = 32_000_000;

export function subscriberTableRoutes(services: OperatorServices): AnyRoute[] {
  return [exportRoute, importRoute, pinRoute, unlockRoute, holdRoute, releaseRoute].map((one) =>
    one(services),
  );
}

function exportRoute(services: OperatorServices): AnyRoute {
  return route({
    ...usual,
    method: 'GET',
    url: '/subscribers.csv',
    scope: 'subscribers:read',
    name: 'exportSubscribers',
    summary: 'Read all subscribers as a table',
    answers: { 200: { types: ['text/csv'], describe: 'Comma-separated values (RFC 4180).' } },
    async handle({ request }, reply) {
      noteDone(services, request, 'subscribers-exported');
      return reply
        .type(csv)
        .header('content-disposition', 'attachment; filename="subscribers.csv"')
        .send(Readable.from(services.desk.export()));
    },
  });
}

function importRoute(services: OperatorServices): AnyRoute {
  return route({
    ...usual,
    method: 'POST',
    url: '/subscribers/import',
    name: 'importSubscribers',
    summary: 'Take a table of subscribers in',
    describe:
      'Each line makes or changes one. Bad lines are reported and left out; a line that says what is so already changes nothing, so that a table may be sent again.',
    query: importQuery,
    raw: { types: ['text/csv'], describe: 'Comma-separated values with a header, in UTF-8.' },
    bodyLimit: tableBytes,
    answers: { 200: importReport },
    async handle({ request, query, body }, reply) {
      const dryRun = query.dryRun === 'true';
      const signal = untilGone(reply);
      if (!Buffer.isBuffer(body)) throw new HttpProblem(415, 'A table comes as text/csv.');
      const report = await services.desk.import(body, { dryRun, signal });
      if (!report.table)
        throw new HttpProblem(422, 'This is no table of subscribers: its header is wrong.', {
          code: 'invalid',
        });
      const { lines, created, changed, same, bad, problems } = report;
      if (!dryRun && created + changed > 0)
        noteDone(services, request, 'subscribers-imported', {
          subject: `${created} made, ${changed} changed`,
        });
      return { dryRun, lines, created, changed, same, bad, problems };
    },
  });
}

function pinRoute(services: OperatorServices): AnyRoute {
  return route({
    ...usual,
    method: 'POST',
    url: '/subscribers/:id/first-pin',
    name: 'makeFirstPin',
    summary: 'Give a subscriber a PIN',
    describe: 'An earlier one is over, and all sessions; another must be chosen at the first login.',
    params: mailboxPath,
    answers: { 200: firstPin },
    async handle({ request, params }) {
      const mailbox = await subscriberOf(services, params.id);
      const pin = await services.pins.firstPin(mailbox);
      noteDone(services, request, 'first-pin', { mailbox: mailbox.id });
      return { pin };
    },
  });
}

function unlockRoute(services: OperatorServices): AnyRoute {
  return route({
    ...usual,
    method: 'POST',
    url: '/subscribers/:id/unlock',
    name: 'unlockSubscriber',
    summary: 'End all waits after wrong PINs',
    params: mailboxPath,
    answers: { 204: 'nothing' },
    async handle({ request, params }, reply) {
      const mailbox = await subscriberOf(services, params.id);
      await services.pins.unlock(mailbox);
      noteDone(services, request, 'unlock', { mailbox: mailbox.id });
      return reply.status(204).send();
    },
  });
}

function holdRoute(services: OperatorServices): AnyRoute {
  return route({
    ...usual,
    method: 'PUT',
    url: '/mailboxes/:id/hold',
    scope: 'mailboxes:write',
    name: 'holdMailbox',
    summary: 'Place a legal hold on a mailbox',
    describe: 'Nothing of it is purged, whoever deletes it.',
    params: mailboxPath,
    body: holdBody,
    answers: { 204: 'nothing' },
    async handle({ request, params, body }, reply) {
      const mailbox = await subscriberOf(services, params.id);
      if (!(await services.holds.holdMailbox(mailbox.id, body.why))) throw notFound();
      noteDone(services, request, 'mailbox-held', {
        mailbox: mailbox.id,
        ...(body.why === undefined ? {} : { subject: body.why }),
      });
      return reply.status(204).send();
    },
  });
}

function releaseRoute(services: OperatorServices): AnyRoute {
  return route({
    ...usual,
    method: 'DELETE',
    url: '/mailboxes/:id/hold',
    scope: 'mailboxes:write',
    name: 'releaseMailbox',
    summary: 'End a legal hold',
    describe: 'What it kept is purged when its time has come.',
    params: mailboxPath,
    answers: { 204: 'nothing' },
    async handle({ request, params }, reply) {
      const mailbox = await subscriberOf(services, params.id);
      if (mailbox.hold === undefined) throw new HttpProblem(409, 'There is no hold on it.');
      await services.holds.releaseMailbox(mailbox.id);
      noteDone(services, request, 'mailbox-released', { mailbox: mailbox.id });
      return reply.status(204).send();
    },
  });
}
