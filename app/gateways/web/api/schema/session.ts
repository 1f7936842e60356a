/** Who is signed in. */
import { z } from 'zod';
import { id, language, number, timestamp } from './common.ts';

const untilGiven = { expires: timestamp.optional().describe('When the session ends by itself.') };

export const subscriberSession = z
  .object({
    kind: z.literal('subscriber').describe('A subscriber in their own mailbox.'),
    mailbox: id.describe('The mailbox’s id.'),
    number: number.describe('The mailbox’s number.'),
    language,
    via: z.enum(['pin', 'code', 'key']).describe('What they signed in with.'),
    message: id
      .optional()
      .describe('Of a link that somebody opens who is signed in: its message, in their own mailbox.'),
    mustChangePin: z
      .boolean()
      .describe('The PIN was chosen by somebody else: another is to be chosen first.'),
    ...untilGiven,
  })
  .meta({ id: 'SubscriberSession', description: 'A subscriber’s session.' });

export const linkSession = z
  .object({
    kind: z.literal('link').describe('Whoever has the link of a notice.'),
    message: id.describe('The one message that it opens.'),
    mailbox: id.describe('The mailbox that it is in.'),
    language,
    ...untilGiven,
  })
  .meta({ id: 'LinkSession', description: 'The link of a notice: opens its message alone.' });

export const operatorSession = z
  .object({
    kind: z.literal('operator').describe('An operator, or one of its programs.'),
    name: z.string().describe('Name of the operator or the key.'),
    role: z.enum(['admin', 'support', 'billing']).optional().describe('Absent of keys.'),
    via: z
      .enum(['password', 'oidc', 'key'])
      .describe('What they signed in with: at a provider (`oidc`), or a program’s key.'),
    scopes: z.array(z.string()).describe('What they may.'),
    ...untilGiven,
  })
  .meta({ id: 'OperatorSession', description: 'An operator’s session.' });

export const session = z
  .discriminatedUnion('kind', [subscriberSession, linkSession, operatorSession])
  .meta({ id: 'Session', description: 'Who is signed in.' });
export type Session = z.infer<typeof session>;

const digits = z.string().regex(/^\d{1,20}$/);
const typed = z
  .string()
  .min(1)
  .max(32)
  .describe('The mailbox’s number, as it is dialled here or in E.164 form.');

/** One of three ways in. */
export const signIn = z
  .union([
    z.strictObject({ number: typed, pin: digits.describe('The mailbox’s PIN.') }),
    z.strictObject({ number: typed, code: digits.describe('The code that was sent as a text.') }),
    z.strictObject({ link: z.string().min(1).max(200).describe('The token of a notice’s link.') }),
  ])
  .meta({ id: 'SignIn', description: 'A number with its PIN or a code, or the token of a link.' });
export type SignIn = z.infer<typeof signIn>;

export const askCode = z
  .strictObject({ number: typed })
  .meta({ id: 'AskCode', description: 'Whose phone a code is sent to.' });
export type AskCode = z.infer<typeof askCode>;

export const operatorSignIn = z
  .strictObject({
    name: z.string().min(1).max(80).describe('The operator’s name.'),
    password: z.string().min(1).max(200).describe('The password.'),
    totp: z
      .string()
      .regex(/^\d{6}$/)
      .optional()
      .describe('The code of the authenticator (RFC 6238).'),
  })
  .meta({ id: 'OperatorSignIn', description: 'An operator’s name, password and code.' });
export type OperatorSignIn = z.infer<typeof operatorSignIn>;
