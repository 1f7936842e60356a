/** What a subscriber does about a message: answers it, sends it on, calls. */
import { HttpProblem } from '../../problem.ts';
import { decodeParts, orRefused, partsBodyLimit } from '../bodies.ts';
import { principalOf } from '../guard.ts';
import { madeId } from '../repeats.ts';
import { route, type AnyRoute } from '../route.ts';
import { idempotencyKey } from '../schema/common.ts';
import {
  callAccepted,
  callRequest,
  forward,
  messagePath,
  reply as replySchema,
  sent,
} from '../schema/message.ts';
import type { ApiServices, Subject } from '../services.ts';
import { findSubject } from '../subjects.ts';
import { kindOf, textPart } from '../../../../services/deposit-by-web.ts';
import type { AnswerResult } from '../../../../services/answer-sender.ts';
import type { FastifyRequest } from 'fastify';

const common = {
  method: 'POST',
  access: 'subscriber',
  scope: 'messages:write',
  content: true,
  tag: 'messages',
  params: messagePath,
  headers: idempotencyKey,
} as const;

export function answerRoutes(services: ApiServices): AnyRoute[] {
  return [replyRoute(services), forwardRoute(services), callRoute(services)];
}

/** Nobody else speaks in a subscriber’s name. */
async function ownSubject(services: ApiServices, request: FastifyRequest, id: string): Promise<Subject> {
  if (principalOf(request).kind !== 'subscriber')
    throw new HttpProblem(403, 'Only subscribers themselves do this.');
  return findSubject(services, request, id);
}

function replyRoute(services: ApiServices): AnyRoute {
  return route({
    ...common,
    url: '/messages/:id/reply',
    name: 'replyToMessage',
    summary: 'Answer the sender of a message',
    describe:
      'Into their mailbox if they have one here, by mail to an address, by text to a number: a text has words alone, and costs as a call does.',
    body: replySchema,
    bodyLimit: partsBodyLimit,
    answers: { 202: sent },
    async handle({ request, params, body }, reply) {
      const { message, mailbox } = await ownSubject(services, request, params.id);
      const words = (body.text ?? '').trim();
      if (words === '' && body.parts.length === 0)
        throw new HttpProblem(422, 'There is nothing in it: neither words nor parts.', { code: 'refused' });
      const parts = await orRefused(services.measure(decodeParts(body.parts)));
      const result = await services.answers.send({
        id: madeId(request),
        words,
        parts,
        whole: words === '' ? parts : [textPart(words), ...parts],
        kind: kindOf({ text: words, parts }),
        network: 'web',
        urgent: body.urgent,
        message,
        mailbox,
      });
      if (result.kind !== 'sent') throw notAnswered(result.kind);
      return reply.status(202).send({ sent: [result.to], full: [], failed: [] });
    },
  });
}

function notAnswered(why: Exclude<AnswerResult['kind'], 'sent'>): HttpProblem {
  switch (why) {
    case 'no-sender':
      return new HttpProblem(422, 'The sender is not known.', { code: 'nobody-to-answer' });
    case 'full':
      return new HttpProblem(422, 'The sender’s mailbox has no room for it.', { code: 'mailbox-full' });
    case 'daily-limit':
      return new HttpProblem(422, 'There were enough texts and calls today.', {
        code: 'not-allowed-by-toll-rules',
      });
    case 'not-sent':
      return new HttpProblem(422, 'It cannot be sent there.', { code: 'nobody-to-answer' });
  }
}

function forwardRoute(services: ApiServices): AnyRoute {
  return route({
    ...common,
    url: '/messages/:id/forward',
    name: 'forwardMessage',
    summary: 'Send a message on to mailboxes here',
    body: forward,
    bodyLimit: partsBodyLimit,
    answers: { 202: sent },
    async handle({ request, params, body }, reply) {
      const { message, mailbox } = await ownSubject(services, request, params.id);
      const result = await orRefused(
        services.forwards.send({
          id: madeId(request),
          message,
          mailbox,
          to: body.to,
          words: body.comment,
          parts: decodeParts(body.parts),
          urgent: body.urgent,
        }),
      );
      switch (result.kind) {
        case 'sent':
          return reply.status(202).send({
            sent: [...result.sent],
            full: [...result.full],
            failed: [...result.failed],
          });
        case 'confidential':
          throw new HttpProblem(422, 'The sender asked not to pass it on.', { code: 'refused' });
        case 'gone':
          throw new HttpProblem(410, 'Its content is lost.');
        case 'nobody':
          throw new HttpProblem(422, 'There is nobody of that number here.', { code: 'not-served' });
      }
    },
  });
}

function callRoute(services: ApiServices): AnyRoute {
  return route({
    ...common,
    url: '/messages/:id/call',
    name: 'callAboutMessage',
    summary: 'Call the subscriber: to play a message, or to speak with its sender',
    body: callRequest,
    answers: { 202: callAccepted },
    async handle({ request, params, body }, reply) {
      const { message, mailbox } = await ownSubject(services, request, params.id);
      const result = await services.calls.ask(madeId(request), body.what, message, mailbox);
      switch (result.kind) {
        case 'asked':
          return reply.status(202).send({ to: result.to });
        case 'no-number':
          throw new HttpProblem(422, 'The sender has no number that can be called.', {
            code: 'nobody-to-answer',
          });
        case 'refused':
          throw new HttpProblem(422, 'That number may not be called, or not any more today.', {
            code: 'not-allowed-by-toll-rules',
          });
      }
    },
  });
}
