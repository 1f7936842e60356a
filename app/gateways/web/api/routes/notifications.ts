/** What was sent to tell of messages. */
import { badCursor, cursorTo, placeOf } from '../cursor.ts';
import { route, type AnyRoute } from '../route.ts';
import { mailboxPath } from '../schema/common.ts';
import { notificationList, type Notification as View } from '../schema/notification.ts';
import { paging } from '../schema/page.ts';
import type { ApiServices } from '../services.ts';
import { findMailbox } from '../subjects.ts';
import type { Notification } from '../../../../ports/store.ts';

export function notificationRoutes(services: ApiServices): AnyRoute[] {
  return [
    route({
      method: 'GET',
      url: '/mailboxes/:id/notifications',
      access: 'subscriber',
      scope: 'mailboxes:read',
      tag: 'mailboxes',
      name: 'listNotifications',
      summary: 'List what was sent to tell of messages',
      describe: 'What is written in them is not told here.',
      params: mailboxPath,
      query: paging,
      answers: { 200: notificationList },
      async handle({ request, params, query }) {
        const mailbox = await findMailbox(services, request, params.id);
        const list = `notifications ${mailbox.id}`;
        const page = await services.notifications.page(mailbox.id, query.limit, placeOf(list, query.cursor));
        if (page === 'bad-place') throw badCursor();
        const { items, next } = page;
        return {
          items: items.map(view),
          ...(next === undefined ? {} : { next: cursorTo(list, next) }),
        };
      },
    }),
  ];
}

/** Keys of replies and summaries stand in a message's place: they are no messages. */
const ofMessage: ReadonlySet<Notification['kind']> = new Set(['welcome', 'notice', 'hint']);

function view({ id, message, about, kind, gateway, to, status, created, sentAt }: Notification): View {
  const meant = about ?? (ofMessage.has(kind) ? message : undefined);
  return {
    id,
    ...(meant === undefined ? {} : { message: meant }),
    kind,
    gateway,
    to,
    status,
    created: created.toISOString(),
    ...(sentAt === undefined ? {} : { sentAt: sentAt.toISOString() }),
  };
}
