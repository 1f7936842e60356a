/** What many schemas are made of. */
import { z } from 'zod';

export const timestamp = z.iso
  .datetime({ offset: true })
  .describe('Date and time, RFC 3339; answers are in UTC, as 2026-11-28T07:30:00.000Z.');

export const number = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/)
  .describe('A number in E.164 form, as +12025550123.');

export const id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w-]+$/);

export const language = z.string().min(2).max(35).describe('A language, BCP 47, as en or es-MX.');

export const mailboxPath = z.object({ id: id.describe('The mailbox’s id.') });

export const messageKind = z
  .enum(['voice', 'fax', 'text', 'email', 'image', 'video'])
  .meta({ id: 'MessageKind', description: 'What a message is, by the contexts of RFC 3458.' });
export type MessageKind = z.infer<typeof messageKind>;

export const messageState = z
  .enum(['new', 'heard', 'saved', 'deleted'])
  .meta({ id: 'MessageState', description: 'What became of a message; deleted ones lie in the trash.' });
export type MessageState = z.infer<typeof messageState>;

export const ifMatch = z.looseObject({
  'if-match': z
    .string()
    .max(200)
    .optional()
    .describe(
      'The ETag that the change is made from (RFC 9110, section 13.1.1); 412 if it is another by now.',
    ),
});

export const idempotencyKey = z.looseObject({
  'idempotency-key': z
    .string()
    .min(1)
    .max(128)
    .regex(/^[\x21-\x7e]+$/)
    .optional()
    .describe(
      'Your own name for this request, new for each, as a UUID: a repeat with it makes nothing twice and answers as the first.',
    ),
});
