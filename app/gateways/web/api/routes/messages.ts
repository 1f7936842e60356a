/** A message: read, changed, thrown away; what was written with its sender; its envelope. */
import { HttpProblem } from '../../problem.ts';
import { notFound, principalOf } from '../guard.ts';
import { route, type AnyRoute } from '../route.ts';
import { ifMatch } from '../schema/common.ts';
import { message, messageChange, messagePath, thread, type Thread } from '../schema/message.ts';
import type { ApiServices } from '../services.ts';
import { findMessage, noteReading } from '../subjects.ts';
import { otherVersion, tagged, versionFrom } from '../versions.ts';
import { itemView, messageView } from '../views/message.ts';
import type { Written } from '../../../../services/thread.ts';

const common = { tag: 'messages', content: true } as const;
/** Of each way. */
const mostOfThread = 100;

export function messageRoutes(services: ApiServices): AnyRoute[] {
  return [
    readRoute(services),
    changeRoute(services),
    removeRoute(services),
    envelopeRoute(services),
    threadRoute(services),
  ];
}

function readRoute(services: ApiServices): AnyRoute {
  return route({
    ...common,
    method: 'GET',
    url: '/messages/:id',
    access: 'link',
    scope: 'messages:read',
    name: 'readMessage',
    summary: 'Read a message',
    describe: 'This makes a new message no heard one: change its state for that.',
    params: messagePath,
    answers: { 200: message },
    async handle({ request, params }, reply) {
      const found = await findMessage(services, request, params.id);
      noteReading(services, request, 'message-read', { mailbox: found.mailbox, message: found.id });
      return tagged(reply, found.version).send(messageView(services, found, request.principal));
    },
  });
}

function changeRoute(services: ApiServices): AnyRoute {
  return route({
    ...common,
    method: 'PATCH',
    url: '/messages/:id',
    access: 'link',
    scope: 'messages:write',
    name: 'changeMessage',
    summary: 'Change the state of a message, or whether it is urgent',
    params: messagePath,
    headers: ifMatch,
    body: messageChange,
    answers: { 200: message },
    async handle({ request, params, body }, reply) {
      const found = await findMessage(services, request, params.id);
      const version = versionFrom(request, found.version);
      if (principalOf(request).kind === 'link' && body.urgent !== undefined)
        throw new HttpProblem(403, 'A link may save and delete its message, and no more.');
      const result = await services.changes.change(found, body, version);
      if (result.kind === 'gone') throw notFound();
      if (result.kind === 'other-version') throw otherVersion(result.version);
      noteReading(services, request, 'message-changed', { mailbox: found.mailbox, message: found.id });
      return tagged(reply, result.message.version).send(
        messageView(services, result.message, request.principal),
      );
    },
  });
}

function removeRoute(services: ApiServices): AnyRoute {
  return route({
    ...common,
    method: 'DELETE',
    url: '/messages/:id',
    access: 'link',
    scope: 'messages:write',
    name: 'removeMessage',
    summary: 'Put a message into the trash',
    describe: 'Another state brings it back, as long as it lies there.',
    params: messagePath,
    headers: ifMatch,
    answers: { 204: 'nothing' },
    async handle({ request, params }, reply) {
      const found = await findMessage(services, request, params.id);
      const version = versionFrom(request, found.version);
      const result = await services.changes.change(found, { state: 'deleted' }, version);
      if (result.kind === 'gone') throw notFound();
      if (result.kind === 'other-version') throw otherVersion(result.version);
      noteReading(services, request, 'message-deleted', { mailbox: found.mailbox, message: found.id });
      return tagged(reply, result.message.version).status(204).send();
    },
  });
}

function envelopeRoute(services: ApiServices): AnyRoute {
  return route({
    ...common,
    method: 'GET',
    url: '/messages/:id/envelope',
    access: 'subscriber',
    scope: 'messages:read',
    name: 'readEnvelope',
    summary: 'Read the envelope of a message',
    describe: 'As it was written when the message came, in XML; see the schema `envelope.xsd`.',
    params: messagePath,
    answers: { 200: { types: ['application/xml'], describe: 'The envelope.' } },
    async handle({ request, params }, reply) {
      const found = await findMessage(services, request, params.id);
      const xml = await services.parts.envelope(found);
      if (xml === undefined) throw notFound();
      noteReading(services, request, 'message-read', { mailbox: found.mailbox, message: found.id });
      return reply.type('application/xml; charset=utf-8').send(xml);
    },
  });
}

function threadRoute(services: ApiServices): AnyRoute {
  return route({
    ...common,
    method: 'GET',
    url: '/messages/:id/thread',
    access: 'subscriber',
    scope: 'messages:read',
    name: 'readThread',
    summary: 'Read what was written to and fro with the sender of a message',
    params: messagePath,
    answers: { 200: thread },
    async handle({ request, params }) {
      const found = await findMessage(services, request, params.id);
      noteReading(services, request, 'message-read', { mailbox: found.mailbox, message: found.id });
      return { items: (await services.threads.of(found, mostOfThread)).map(writtenView) };
    },
  });
}

function writtenView(one: Written): Thread['items'][number] {
  const at = one.at.toISOString();
  if (one.kind === 'out') {
    const { body, status } = one.sent;
    return { direction: 'out', at, ...(body === undefined ? {} : { text: body }), status };
  }
  const { transcript } = one.message;
  const text = transcript === undefined ? {} : { text: transcript };
  return { direction: 'in', at, ...text, message: itemView(one.message) };
}
