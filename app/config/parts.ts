/** Pieces of the configuration's schema. */
import { z } from 'zod';
import { addressPattern } from '../core/mail/address.ts';
import { isHookTarget } from '../core/notification/hook.ts';
import {
  attachments,
  gatewayNames,
  messageKinds,
  notificationEvents,
} from '../core/profile/class-of-service.ts';

export const e164 = z
  .string()
  .regex(/^\+[1-9]\d{4,14}$/, 'a number in E.164 form with its plus, as +12025550123');
export const storeUrlForm = 'a mongodb:// or mongodb+srv:// address';
export const storeUrl = z.string().regex(/^mongodb(\+srv)?:\/\//, storeUrlForm);
export const port = z.int().min(1).max(65535);
export const emailAddress = z.string().max(254).regex(addressPattern, 'an e-mail address');

export const notificationRule = z.strictObject({
  gateway: z.enum(gatewayNames).describe('How the text goes out.'),
  to: z
    .union([
      z.literal('subscriber'),
      e164,
      emailAddress,
      z.string().refine(isHookTarget, 'an https:// address, or hook: and the name of a hook'),
    ])
    .default('subscriber')
    .describe(
      "`subscriber` is the mailbox's own number, or for `email` the subscriber's address: without one there is no mail. For `webhook` an https:// address, or `hook:` and the name of a hook (docs/events.md).",
    ),
  events: z.array(z.enum(notificationEvents)).optional().describe('What is told of; all if absent.'),
  kinds: z
    .array(z.enum(messageKinds))
    .optional()
    .describe('Kinds of message that it is about; all if absent.'),
  attach: z
    .enum(attachments)
    .optional()
    .describe('Of mails: `attach` the message itself (if absent), or `none`.'),
});

/** Certificates are read anew when their files change. */
export const certificateFiles = z.strictObject({
  key: z.string().min(1).describe('File of the private key, PEM.'),
  cert: z.string().min(1).describe('File of the certificate and those above it, PEM.'),
});
