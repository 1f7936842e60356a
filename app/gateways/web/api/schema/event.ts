/** What happens, as it comes in the stream of events and to webhooks. */
import { z } from 'zod';

export const eventHeaders = z.object({
  'last-event-id': z
    .string()
    .max(64)
    .optional()
    .describe('The place up to which all was read: what came after it is told first.'),
});

export const eventQuery = z.object({
  since: z
    .string()
    .max(64)
    .optional()
    .describe('The same as Last-Event-ID, for programs that cannot send it at first.'),
});
