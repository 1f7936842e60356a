/** All routes about a subscriber's mailbox and messages. */
import type { AnyRoute } from '../route.ts';
import type { ApiServices } from '../services.ts';
import { answerRoutes } from './answers.ts';
import { deviceRoutes } from './devices.ts';
import { greetingRoutes } from './greetings.ts';
import { mailboxRoutes } from './mailboxes.ts';
import { messageListRoutes } from './message-list.ts';
import { messageRoutes } from './messages.ts';
import { notificationRoutes } from './notifications.ts';
import { partRoutes } from './parts.ts';
import { referenceRoutes } from './references.ts';

export function subscriberRoutes(services: ApiServices): AnyRoute[] {
  return [
    mailboxRoutes,
    greetingRoutes,
    messageListRoutes,
    messageRoutes,
    partRoutes,
    answerRoutes,
    referenceRoutes,
    notificationRoutes,
    deviceRoutes,
  ].flatMap((routes) => routes(services));
}
