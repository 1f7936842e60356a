/** Subscribers as operators keep them. */
import { z } from 'zod';
import { id, language, number, timestamp } from './common.ts';
import { next, paging } from './page.ts';

const status = z
  .enum(['provisional', 'active', 'suspended'])
  .describe('Provisional until its subscriber acts; suspended: nothing is taken for it and nobody gets in.');

const typed = z.string().min(1).max(32).describe('A number, as it is dialled here or in E.164 form.');
const className = z.string().min(1).max(64).describe('A class of service.');
const name = z.string().max(80).describe('The subscriber’s name.');

export const subscriber = z
  .object({
    id: id.describe('The mailbox’s id.'),
    number,
    aliases: z.array(number).describe('Other numbers that lead to the mailbox.'),
    name: name.optional(),
    status,
    origin: z.enum(['dynamic', 'provisioned']).describe('Made by a message, or by an operator.'),
    classOfService: className,
    language,
    email: z.string().optional().describe('The subscriber’s e-mail address.'),
    textsStopped: timestamp.optional().describe('When the subscriber stopped texts.'),
    hold: z
      .object({ since: timestamp, why: z.string().optional().describe('Case number or reason.') })
      .optional()
      .describe('A legal hold: nothing of the mailbox is purged.'),
    messages: z
      .object({
        new: z.number().int().describe('New ones.'),
        old: z.number().int().describe('Heard or saved ones.'),
        urgent: z.number().int().describe('Urgent ones among the new.'),
      })
      .describe('How many there are.'),
    pin: z
      .enum(['none', 'first', 'chosen'])
      .optional()
      .describe(
        '`first`: an operator’s, to be changed at the first login. Told where one subscriber is read.',
      ),
    lockedUntil: timestamp
      .optional()
      .describe(
        'Somebody is kept out until then after wrong PINs: one caller, or all strangers. Told where one subscriber is read.',
      ),
    bytes: z.number().optional().describe('What its messages take; absent: not counted yet.'),
    created: timestamp,
    version: z.number().int().describe('For If-Match.'),
  })
  .meta({ id: 'Subscriber', description: 'A subscriber with their mailbox.' });
export type Subscriber = z.infer<typeof subscriber>;

export const subscriberList = z
  .object({ items: z.array(subscriber).describe('In no particular order.'), next })
  .meta({ id: 'SubscriberList', description: 'Subscribers.' });

export const subscriberQuery = paging.extend({
  number: typed.optional().describe('Only the one whose number or alias this is.'),
  classOfService: className.optional().describe('Only those of this class.'),
  status: status.optional().describe('Only these.'),
  prefix: z
    .string()
    .regex(/^\+\d{1,15}$/)
    .optional()
    .describe('Only those whose own number begins so.'),
});

export const newSubscriber = z
  .strictObject({
    number: typed,
    aliases: z.array(typed).max(50).optional().describe('Other numbers.'),
    name: name.optional(),
    classOfService: className.optional().describe('Absent: that of the number’s range.'),
    status: status.optional().describe('Absent: active.'),
    language: language.optional(),
    timeZone: z.string().max(64).optional().describe('IANA zone.'),
    email: z.string().max(254).optional().describe('The subscriber’s e-mail address.'),
  })
  .meta({ id: 'NewSubscriber', description: 'A subscriber to be.' });

export const subscriberChange = z
  .strictObject({
    classOfService: className.optional(),
    status: status.optional(),
    aliases: z.array(typed).max(50).optional().describe('All of them, in place of those before.'),
  })
  .meta({
    id: 'SubscriberChange',
    description: 'What changes; the subscriber’s own choice is at mailboxes.',
  });

export const importQuery = z.object({
  dryRun: z.enum(['true', 'false']).default('false').describe('`true`: only say what would be done.'),
});

export const importReport = z
  .object({
    dryRun: z.boolean().describe('Whether nothing was done.'),
    lines: z.number().int().describe('Lines read, without header and empty ones.'),
    created: z.number().int().describe('Subscribers made.'),
    changed: z.number().int().describe('Subscribers changed.'),
    same: z.number().int().describe('Were as their line says.'),
    bad: z.number().int().describe('Lines with a problem; the others are done.'),
    problems: z
      .array(
        z.object({
          line: z.number().int().describe('From 1; the header is one.'),
          column: z.string().describe('Empty: the line as a whole.'),
          code: z.string().describe('What is wrong, for programs.'),
          found: z.string().describe('What was found.'),
          allowed: z.string().describe('What is allowed.'),
        }),
      )
      .describe('The first 200.'),
  })
  .meta({ id: 'ImportReport', description: 'What became of a table.' });

export const firstPin = z
  .object({ pin: z.string().describe('Shown this once; must be changed at the first login.') })
  .meta({ id: 'FirstPin', description: 'A PIN for a subscriber.' });

export const holdBody = z
  .strictObject({ why: z.string().max(200).optional().describe('Case number or reason.') })
  .meta({ id: 'Hold', description: 'Why something is kept.' });
