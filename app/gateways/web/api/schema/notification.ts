/** What was sent to tell of messages. */
import { z } from 'zod';
import { id, timestamp } from './common.ts';
import { next } from './page.ts';

export const notification = z
  .object({
    id: id.describe('Its id.'),
    message: id.optional().describe('The message that it is about.'),
    kind: z
      .enum(['welcome', 'notice', 'summary', 'reminder', 'hint', 'reply', 'message', 'event'])
      .describe('`message`: what the subscriber sent to somebody else; `event`: what a hook is told.'),
    gateway: z.enum(['sip', 'twilio', 'smpp', 'console', 'email', 'webhook']).describe('By which way.'),
    to: z.string().describe('Number or address.'),
    status: z
      .enum(['pending', 'sending', 'sent', 'delivered', 'failed', 'dead'])
      .describe('`failed`: is tried again; `dead`: given up.'),
    created: timestamp.describe('When it was to go out first.'),
    sentAt: timestamp.optional().describe('When it went out.'),
  })
  .meta({ id: 'Notification', description: 'A text or mail about a message.' });
export type Notification = z.infer<typeof notification>;

export const notificationList = z
  .object({ items: z.array(notification).describe('The newest first.'), next })
  .meta({ id: 'NotificationList', description: 'A page of texts and mails.' });
export type NotificationList = z.infer<typeof notificationList>;
