/** A mailbox: what is in it, what it takes, what its subscriber has chosen. */
import { z } from 'zod';
import { id, language, messageKind, number, timestamp } from './common.ts';

export const counts = z
  .object({
    new: z.number().int().describe('Messages that are new.'),
    old: z.number().int().describe('Messages that were heard or saved.'),
    urgent: z.number().int().describe('Urgent ones among the new.'),
  })
  .meta({ id: 'Counts', description: 'How many messages; deleted ones count nowhere (RFC 3842).' });

const used = z.object({
  used: z.number().describe('What its messages take now.'),
  limit: z.number().optional().describe('What they may take; absent: no limit.'),
});

export const usage = z
  .object({
    percent: z.number().int().describe('How full it is: the largest share counts. May go over 100.'),
    measure: z.enum(['messages', 'bytes', 'seconds']).describe('Which share that is.'),
    messages: used.describe('Messages outside the archive.'),
    bytes: used.describe('Bytes in the store itself.'),
    seconds: used.describe('Seconds of sound and video.'),
    archived: z.number().int().describe('Messages in the archive: they count nothing of the above.'),
    memory: used.describe('Bytes against the allocation above which messages go to the archive.'),
    urgentReservePercent: z.number().describe('Share above the limits that urgent messages may take.'),
  })
  .meta({ id: 'Usage', description: 'What a mailbox takes of what it may.' });
export type Usage = z.infer<typeof usage>;

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
  .describe('A time of day in the mailbox’s zone, as 22:00.');

export const quietHours = z.strictObject({ from: timeOfDay, to: timeOfDay }).meta({
  id: 'QuietHours',
  description: 'When nobody is disturbed but by urgent messages; may go over midnight.',
});

export const notificationRule = z
  .strictObject({
    gateway: z.enum(['sip', 'twilio', 'smpp', 'console', 'email', 'webhook']).describe('By which way.'),
    to: z
      .string()
      .min(1)
      .max(512)
      .describe(
        '`subscriber`, or a number in E.164 form, or for `email` an address, for `webhook` one that begins with https://.',
      ),
    events: z
      .array(z.enum(['message', 'nearly-full', 'full', 'expiring', 'unread', 'pin-not-set', 'fax-sent']))
      .max(7)
      .optional()
      .describe('Of what; absent: of all.'),
    kinds: z.array(messageKind).max(6).optional().describe('Of which messages; absent: of all.'),
    attach: z
      .enum(['attach', 'none'])
      .optional()
      .describe('Whether mails carry the message; absent: they do.'),
  })
  .meta({ id: 'NotificationRule', description: 'Whom to tell, of what, and by which way.' });
export type NotificationRule = z.infer<typeof notificationRule>;

export const distributionList = z
  .strictObject({
    name: z.string().max(80).optional().describe('What it is called.'),
    members: z.array(number).max(100).describe('Who gets what is sent to it.'),
  })
  .meta({ id: 'DistributionList', description: 'Numbers that a message is sent to at once.' });

const lists = z.record(z.string().regex(/^[1-9]\d?$/), distributionList);

export const settings = z
  .object({
    name: z.string().optional().describe('Written name; absent: none.'),
    language: language.describe('Language of prompts, texts and mails.'),
    timeZone: z.string().describe('IANA zone, as Europe/Madrid.'),
    email: z.string().optional().describe('Address for mails; absent: none.'),
    sms: number.optional().describe('Number for texts, where it is not the mailbox’s own.'),
    notify: z.array(notificationRule).describe('Whom to tell of what.'),
    quietHours: quietHours.optional().describe('Absent: never quiet.'),
    deliverByCall: z.boolean().describe('New messages are brought by a call.'),
    texts: z.boolean().describe('Texts about messages are wanted; false is what STOP does.'),
    announcementOnly: z.boolean().describe('Callers only hear the greeting and can leave no message.'),
    lists: lists.describe('Distribution lists by their key on the telephone, 1 to 99.'),
    own: z
      .array(z.enum(['language', 'timeZone', 'notify', 'quietHours', 'deliverByCall']))
      .describe('Which of these the subscriber chose; the others are as the class of service says.'),
  })
  .meta({ id: 'Settings', description: 'What holds for a mailbox.' });
export type Settings = z.infer<typeof settings>;

/** `null` = as the class of service says, or none. */
export const mailboxChange = z
  .strictObject({
    name: z.string().trim().min(1).max(80).nullable().optional().describe('Written name; null: none.'),
    language: language
      .nullable()
      .optional()
      .describe('One of the mailbox’s `languages`; null: as the class says.'),
    timeZone: z.string().min(1).max(64).nullable().optional().describe('IANA zone; null: as the class says.'),
    email: z.string().min(3).max(254).nullable().optional().describe('Address for mails; null: none.'),
    sms: number.nullable().optional().describe('Number for texts; null: the mailbox’s own.'),
    notify: z
      .array(notificationRule)
      .max(20)
      .nullable()
      .optional()
      .describe('Whom to tell of what, all rules; null: as the class says.'),
    quietHours: quietHours.nullable().optional().describe('Null: as the class says.'),
    deliverByCall: z
      .boolean()
      .nullable()
      .optional()
      .describe('Bring new messages by a call; null: as the class says.'),
    texts: z.boolean().optional().describe('Whether texts about messages are wanted.'),
    announcementOnly: z.boolean().optional().describe('Whether callers only hear the greeting.'),
    lists: z
      .record(z.string().regex(/^[1-9]\d?$/), distributionList.nullable())
      .optional()
      .describe('Distribution lists to set, by their key; null removes one. Those not named stay.'),
  })
  .meta({ id: 'MailboxChange', description: 'What to change; what is not named stays.' });
export type MailboxChange = z.infer<typeof mailboxChange>;

export const mailbox = z
  .object({
    id: id.describe('Its id.'),
    number: number.describe('Its number.'),
    aliases: z.array(number).describe('Other numbers that lead to it.'),
    status: z
      .enum(['provisional', 'active', 'suspended'])
      .describe('Provisional until its subscriber acts; suspended: nothing is taken for it.'),
    classOfService: z.string().describe('Name of its class of service.'),
    created: timestamp.describe('When it came into being.'),
    counts,
    byKind: z
      .partialRecord(messageKind, counts)
      .describe('The same by kind; one that it never had is absent.'),
    usage,
    hasPin: z.boolean().describe('Whether there is a PIN.'),
    hold: z.boolean().describe('A legal hold stands: nothing is removed for good.'),
    maxMessageSeconds: z.number().describe('Longest voice message, in seconds.'),
    retentionDays: z.number().describe('How long messages are kept, in days.'),
    trashDays: z.number().describe('How long a deleted message can be brought back, in days.'),
    languages: z.array(z.string()).describe('Languages there are, BCP 47.'),
    settings,
    version: z.number().int().describe('Counts changes of settings and numbers; the ETag is made of it.'),
  })
  .meta({ id: 'Mailbox', description: 'A mailbox.' });
export type Mailbox = z.infer<typeof mailbox>;

export const pinChange = z
  .strictObject({
    old: z.string().max(20).optional().describe('The present PIN; absent where there is none yet.'),
    new: z.string().min(1).max(32).describe('The new one: 6 to 20 digits that are not easy to guess.'),
  })
  .meta({ id: 'PinChange', description: 'A new PIN in place of the old.' });
export type PinChange = z.infer<typeof pinChange>;
