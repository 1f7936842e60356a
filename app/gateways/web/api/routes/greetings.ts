/** What callers hear: read, recorded, removed. */
import type { Mailbox } from '../../../../core/mailbox/mailbox.ts';
import { HttpProblem } from '../../problem.ts';
import { notFound } from '../guard.ts';
import { sendBytes } from '../ranges.ts';
import { route, type AnyRoute } from '../route.ts';
import { ifMatch, mailboxPath } from '../schema/common.ts';
import { announcement, greetingForm, greetingPath, greetings, greetingUntil } from '../schema/greeting.ts';
import type { ApiServices } from '../services.ts';
import { findMailbox } from '../subjects.ts';
import { otherVersion, tagged, versionFrom } from '../versions.ts';
import { greetingsView } from '../views/greetings.ts';

/** An hour in the codec of telephones. */
const mostBytes = 30_000_000;

const common = { access: 'subscriber', tag: 'greetings' } as const;

export function greetingRoutes(services: ApiServices): AnyRoute[] {
  return [
    listRoute(services),
    activeRoute(services),
    readRoute(services),
    putRoute(services),
    removeRoute(services),
  ];
}

function view({ clock }: ApiServices, found: Mailbox) {
  return greetingsView(found, clock.now());
}

function listRoute(services: ApiServices): AnyRoute {
  return route({
    ...common,
    method: 'GET',
    url: '/mailboxes/:id/greetings',
    scope: 'mailboxes:read',
    name: 'listGreetings',
    summary: 'List the greetings of a mailbox',
    params: mailboxPath,
    answers: { 200: greetings },
    async handle({ request, params }, reply) {
      const found = await findMailbox(services, request, params.id);
      return tagged(reply, found.version).send(view(services, found));
    },
  });
}

function activeRoute(services: ApiServices): AnyRoute {
  return route({
    ...common,
    method: 'POST',
    url: '/mailboxes/:id/greetings/active',
    scope: 'mailboxes:write',
    name: 'setAnnouncementOnly',
    summary: 'Choose whether callers may leave messages',
    params: mailboxPath,
    headers: ifMatch,
    body: announcement,
    answers: { 200: greetings },
    async handle({ request, params, body }, reply) {
      const found = await findMailbox(services, request, params.id);
      const version = versionFrom(request, found.version);
      const change = { greetings: { announcementOnly: body.announcementOnly ? true : null } };
      const result = await services.directory.changeSettings(found.id, change, version);
      if (result.kind === 'other-version') throw otherVersion();
      if (result.kind !== 'done') throw notFound();
      return tagged(reply, result.mailbox.version).send(view(services, result.mailbox));
    },
  });
}

function readRoute(services: ApiServices): AnyRoute {
  return route({
    ...common,
    method: 'GET',
    url: '/mailboxes/:id/greetings/:kind',
    scope: 'mailboxes:read',
    name: 'readGreeting',
    summary: 'Listen to a greeting',
    describe: 'Ranges of it may be asked for (RFC 9110, section 14).',
    params: greetingPath,
    query: greetingForm,
    answers: {
      200: { types: ['audio/mpeg', 'audio/wav', 'audio/ogg', 'audio/*'], describe: 'The sound.' },
      206: { types: ['audio/*'], describe: 'A range of it.' },
      304: 'nothing',
    },
    async handle({ request, params, query }, reply) {
      const found = await findMailbox(services, request, params.id);
      const recorded = found.settings.greetings?.[params.kind];
      if (recorded === undefined) throw notFound();
      const content = await services.uploads.get(found, params.kind, query.form);
      if (content === undefined)
        throw new HttpProblem(422, 'It cannot be had in that form.', { code: 'no-such-form' });
      return sendBytes(request, reply, {
        ...content,
        tag: `"${Buffer.from(`${recorded.media}>${query.form ?? ''}`).toString('base64url')}"`,
        name: `greeting-${params.kind}`,
        download: false,
      });
    },
  });
}

function putRoute(services: ApiServices): AnyRoute {
  return route({
    ...common,
    method: 'PUT',
    url: '/mailboxes/:id/greetings/:kind',
    scope: 'mailboxes:write',
    name: 'recordGreeting',
    summary: 'Put a recording in the place of a greeting',
    params: greetingPath,
    query: greetingUntil,
    headers: ifMatch,
    raw: { types: ['audio/*', 'video/*'], describe: 'The sound, in any format that this system reads.' },
    bodyLimit: mostBytes,
    answers: { 200: greetings },
    async handle({ request, params, query, body }, reply) {
      const found = await findMailbox(services, request, params.id);
      versionFrom(request, found.version);
      if (!Buffer.isBuffer(body) || body.length === 0)
        throw new HttpProblem(415, 'Send sound, with its media type.');
      const until =
        params.kind === 'temporary' && query.until !== undefined ? new Date(query.until) : undefined;
      const sound = { contentType: request.headers['content-type'] ?? '', bytes: body };
      const result = await services.uploads.put(found, params.kind, sound, until);
      if (result.kind !== 'kept') throw new HttpProblem(422, refusals[result.kind], { code: 'refused' });
      return tagged(reply, result.mailbox.version).send(view(services, result.mailbox));
    },
  });
}

const refusals = {
  'not-sound': 'It is no sound that is known here.',
  'too-long': 'It is longer than a message may be.',
  'too-short': 'There is nothing to hear in it.',
} as const;

function removeRoute(services: ApiServices): AnyRoute {
  return route({
    ...common,
    method: 'DELETE',
    url: '/mailboxes/:id/greetings/:kind',
    scope: 'mailboxes:write',
    name: 'removeGreeting',
    summary: 'Remove a greeting',
    params: greetingPath,
    headers: ifMatch,
    answers: { 200: greetings },
    async handle({ request, params }, reply) {
      const found = await findMailbox(services, request, params.id);
      versionFrom(request, found.version);
      if (found.settings.greetings?.[params.kind] === undefined) throw notFound();
      const after = await services.greetings.remove(found, params.kind);
      return tagged(reply, after.version).send(view(services, after));
    },
  });
}
