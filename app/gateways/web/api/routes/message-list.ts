/** The messages of a mailbox: listed, found, and left there over the web. */
import type { Mailbox } from '../../../../core/mailbox/mailbox.ts';
import type { Sender } from '../../../../core/message/message.ts';
import { addressPattern } from '../../../../core/mail/address.ts';
import { HttpProblem } from '../../problem.ts';
import { decodeParts, orRefused, partsBodyLimit } from '../bodies.ts';
import { badCursor, cursorTo, placeOf } from '../cursor.ts';
import { notFound, principalOf } from '../guard.ts';
import { madeId } from '../repeats.ts';
import { route, type AnyRoute } from '../route.ts';
import { idempotencyKey, mailboxPath } from '../schema/common.ts';
import {
  deposited,
  messageList,
  messageQuery,
  newMessage,
  type MessageQuery,
  type NewMessage,
} from '../schema/message.ts';
import type { ApiServices } from '../services.ts';
import { findMailbox, mailboxId, noteReading } from '../subjects.ts';
import { itemView } from '../views/message.ts';
import type { PageRequest, PageResult } from '../../../../services/message-pages.ts';

export function messageListRoutes(services: ApiServices): AnyRoute[] {
  return [listRoute(services), depositRoute(services)];
}

function listRoute(services: ApiServices): AnyRoute {
  return route({
    method: 'GET',
    url: '/mailboxes/:id/messages',
    access: 'subscriber',
    scope: 'messages:read',
    content: true,
    tag: 'messages',
    name: 'listMessages',
    summary: 'List and find the messages of a mailbox',
    params: mailboxPath,
    query: messageQuery,
    quick: true,
    answers: { 200: messageList },
    async handle({ request, params, query }) {
      const mailbox = mailboxId(request, params.id);
      const list = listName(params.id, query);
      const place = placeOf(list, query.cursor);
      const page = await services.pages.page(mailbox, { ...asked(query), place });
      if (page.kind === 'no-mailbox') throw notFound();
      if (page.kind === 'refused') throw refused(page.why);
      noteReading(services, request, 'messages-listed', { mailbox });
      const { items, next, total } = page;
      return {
        items: items.map(itemView),
        ...(next === undefined ? {} : { next: cursorTo(list, next) }),
        ...(total === undefined ? {} : { total }),
      };
    },
  });
}

/** Another filter is another list; how many are on a page makes no difference. */
function listName(
  id: string,
  { cursor: _cursor, limit: _limit, total: _total, ...filter }: MessageQuery,
): string {
  return JSON.stringify(['messages', id, Object.entries(filter)]);
}

function asked({
  state,
  kind,
  urgent,
  from,
  q,
  since,
  until,
  order,
  limit,
  total,
}: MessageQuery): PageRequest {
  const some = <T>(text: string | undefined, key: string) =>
    text === undefined ? {} : { [key]: [...new Set(text.split(','))] as T[] };
  return {
    ...some(state, 'states'),
    ...some(kind, 'kinds'),
    ...(urgent === undefined ? {} : { urgent: urgent === 'true' }),
    ...(from === undefined ? {} : { from }),
    ...(q === undefined ? {} : { words: q }),
    ...(since === undefined ? {} : { since: new Date(since) }),
    ...(until === undefined ? {} : { until: new Date(until) }),
    order,
    limit,
    total: total === 'true',
  };
}

function refused(why: Extract<PageResult, { kind: 'refused' }>['why']): HttpProblem {
  switch (why) {
    case 'bad-cursor':
      return badCursor();
    case 'no-order':
      return new HttpProblem(422, 'What is searched for comes the newest first.', {
        code: 'invalid',
        fields: [{ field: 'query.order', code: 'no-order' }],
      });
    case 'no-words':
      return new HttpProblem(422, 'There is no word in it that can be looked for.', { code: 'search-words' });
    case 'too-long':
      return new HttpProblem(422, 'That is too much to look for.', { code: 'search-words' });
    case 'bad-time':
    case 'bad-limit':
      return new HttpProblem(400, 'What was sent is not as it is to be.', { code: 'invalid' });
  }
}

function depositRoute(services: ApiServices): AnyRoute {
  return route({
    method: 'POST',
    url: '/mailboxes/:id/messages',
    access: 'subscriber',
    scope: 'messages:write',
    content: true,
    tag: 'messages',
    name: 'depositMessage',
    summary: 'Leave a message in a mailbox',
    describe:
      'It is a message like any other: the subscriber is told of it, and it counts against the quota.',
    params: mailboxPath,
    headers: idempotencyKey,
    body: newMessage,
    bodyLimit: partsBodyLimit,
    answers: { 200: deposited, 201: deposited, 202: deposited },
    async handle({ request, params, body }, reply) {
      const mailbox = await findMailbox(services, request, params.id);
      const forOthers = principalOf(request).kind === 'operator';
      const result = await orRefused(
        services.deposits.take({
          id: madeId(request),
          mailbox,
          kind: body.kind,
          from: senderOf(services, forOthers, mailbox, body.from),
          own: !forOthers,
          subject: body.subject,
          text: body.text,
          parts: decodeParts(body.parts),
          urgent: body.urgent,
        }),
      );
      switch (result.kind) {
        case 'stored':
          return reply
            .status(201)
            .header('location', `/v1/messages/${result.message.id}`)
            .send({ kind: 'stored', message: result.message.id });
        case 'duplicate':
          return reply.status(200).send({ kind: 'duplicate', message: result.message.id });
        case 'spooled':
          return reply.status(202).send({ kind: 'spooled' });
        case 'too-many':
          throw new HttpProblem(429, 'Too many messages were left in a short time.', {
            code: 'rate-limited',
            retryAfter: result.retrySeconds,
          });
        case 'full':
          throw new HttpProblem(422, 'The mailbox has no room for it.', { code: 'mailbox-full' });
        case 'too-large':
          throw new HttpProblem(422, 'It is larger than the mailbox may be.', { code: 'message-too-large' });
        case 'suspended':
          throw new HttpProblem(422, 'The mailbox is suspended: nothing is taken for it.', {
            code: 'suspended',
          });
        case 'empty':
          throw new HttpProblem(422, 'There is nothing in it: neither words nor parts.', { code: 'refused' });
        case 'other-content':
          throw new HttpProblem(409, 'That Idempotency-Key was used for something else.', {
            code: 'reused-key',
          });
      }
    },
  });
}

/** Only the operator’s programs may speak for others: subscribers leave notes to themselves. */
function senderOf(
  { plan }: ApiServices,
  forOthers: boolean,
  mailbox: Mailbox,
  from: NewMessage['from'],
): Sender {
  const { number, settings } = mailbox;
  if (!forOthers || from === undefined)
    return forOthers
      ? { private: false }
      : { number, ...(settings.name === undefined ? {} : { name: settings.name }), private: false };
  if (from.address !== undefined && !addressPattern.test(from.address))
    throw new HttpProblem(422, 'That is no e-mail address.', {
      code: 'invalid',
      fields: [{ field: 'from.address', code: 'bad-value' }],
    });
  return {
    ...(from.number === undefined ? {} : { number: plan.parse(from.number) ?? from.number }),
    ...(from.address === undefined ? {} : { address: from.address }),
    ...(from.name === undefined ? {} : { name: from.name }),
    private: false,
  };
}
