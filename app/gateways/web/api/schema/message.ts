/** Messages: in a list, whole, and what can be done with them. */
import { z } from 'zod';
import { id, messageKind, messageState, timestamp } from './common.ts';
import { cursor, limit, next } from './page.ts';

export const sender = z
  .object({
    number: z.string().optional().describe('Number in E.164 form, or as the network gave it.'),
    address: z.string().optional().describe('E-mail address.'),
    name: z.string().optional().describe('Name, as the far side gave it or as it is known here.'),
    attestation: z
      .enum(['A', 'B', 'C', 'failed'])
      .optional()
      .describe(
        'What the signature of the caller ID came to (STIR/SHAKEN, RFC 8588): A, B or C, or `failed`: the number may be false. Absent: not known.',
      ),
    private: z.boolean().describe('The caller asked not to be shown.'),
  })
  .meta({ id: 'Sender', description: 'Who a message is from.' });
export type Sender = z.infer<typeof sender>;

export const messageItem = z
  .object({
    id: id.describe('The message’s id.'),
    mailbox: id.describe('The mailbox that it is in.'),
    kind: messageKind,
    from: sender,
    received: timestamp.describe('When it came.'),
    state: messageState,
    urgent: z.boolean().describe('Whether it is urgent.'),
    confidential: z.boolean().describe('The sender asked not to pass it on.'),
    subject: z.string().optional().describe('Its title.'),
    preview: z.string().optional().describe('The first words that were written or understood.'),
    durationMs: z.number().optional().describe('Playing time of all its sound and video in milliseconds.'),
    pages: z.number().int().optional().describe('Pages of all its faxes and documents.'),
    parts: z.number().int().describe('How many parts it has.'),
    archived: z.boolean().describe('It lies in the archive: its parts take a moment to come.'),
    version: z.number().int().describe('Counts its changes; the ETag is made of it.'),
  })
  .meta({ id: 'MessageItem', description: 'A message as lists have it.' });
export type MessageItem = z.infer<typeof messageItem>;

export const part = z
  .object({
    index: z.number().int().describe('Its place in the address, from 0.'),
    contentType: z.string().describe('Media type as it came.'),
    name: z.string().optional().describe('File name that the sender gave it.'),
    bytes: z.number().int().describe('Size as it came.'),
    durationMs: z.number().optional().describe('Playing time in milliseconds.'),
    pages: z.number().int().optional().describe('Pages.'),
    forms: z.array(z.string()).describe('Media types that it can be had in, the first as it came.'),
  })
  .meta({ id: 'Part', description: 'A part of a message; its content has an address of its own.' });
export type Part = z.infer<typeof part>;

export const spokenWord = z
  .object({
    word: z.string().describe('The word, with the signs beside it.'),
    part: z.number().int().describe('Index of the part in which it is said.'),
    startMs: z.number().describe('Where it begins in the part, in milliseconds.'),
    endMs: z.number().describe('Where it ends in the part, in milliseconds.'),
  })
  .meta({ id: 'SpokenWord', description: 'A word and when it is said.' });

export const message = messageItem
  .omit({ parts: true })
  .extend({
    to: z.string().describe('The number that it is for.'),
    network: z.enum(['sip', 'sms', 'email', 'fax', 'web']).describe('By which network it came.'),
    reference: z
      .string()
      .optional()
      .describe('The ten digits that open it on the telephone; not for operators and links.'),
    referenceExpires: timestamp.describe('Until when they do.'),
    expires: timestamp.describe('When it is removed by itself.'),
    heardAt: timestamp.optional().describe('When it was first opened.'),
    deletedAt: timestamp.optional().describe('Since when it lies in the trash.'),
    cut: z.boolean().describe('The recording ended because something broke.'),
    parts: z.array(part).describe('Its parts, in order.'),
    transcript: z.string().optional().describe('What was written, or understood of what was spoken.'),
    words: z
      .array(spokenWord)
      .optional()
      .describe('All words of the transcript, in order, with their times; absent where these are not known.'),
    related: id.optional().describe('The message that it answers or sends on.'),
    omitted: z
      .array(
        z.object({
          why: z
            .enum(['too-large', 'too-many', 'too-deep', 'unsafe', 'unreadable', 'unreachable', 'incomplete'])
            .describe('Why it was not kept.'),
          name: z.string().optional().describe('File name or address as received.'),
          contentType: z.string().optional().describe('Media type.'),
        }),
      )
      .optional()
      .describe('What came with it and was not kept, and why.'),
    fax: z
      .object({
        station: z.string().optional().describe('What the far station calls itself.'),
        rate: z.number().describe('Bits a second.'),
        mode: z.enum(['t38', 'audio']).describe('How it came.'),
      })
      .optional()
      .describe('How a fax came.'),
    canReply: z.boolean().describe('Whether a reply can reach its sender.'),
    canCall: z.boolean().describe('Whether its sender has a number that can be called.'),
  })
  .meta({ id: 'Message', description: 'A message.' });
export type Message = z.infer<typeof message>;

/** Some of a few words, with commas between: `new,heard`. */
function someOf(words: readonly string[]): z.ZodString {
  const one = words.join('|');
  return z
    .string()
    .max(200)
    .regex(new RegExp(`^(${one})(,(${one}))*$`));
}

const yesOrNo = z.enum(['true', 'false']);

export const messageQuery = z.object({
  state: someOf(messageState.options)
    .optional()
    .describe('States, with commas between; absent: all but the deleted.'),
  kind: someOf(messageKind.options).optional().describe('Kinds, with commas between; absent: all.'),
  urgent: yesOrNo.optional().describe('Only urgent ones, or only others.'),
  from: z
    .string()
    .trim()
    .min(1)
    .max(254)
    .optional()
    .describe('Sender: a number, an address or words of the name.'),
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe('Words that are all in it or its sender’s name; one with * after it is the beginning of one.'),
  since: timestamp.optional().describe('Received then or later.'),
  until: timestamp.optional().describe('Received before.'),
  order: z
    .enum(['newest', 'oldest', 'urgent-first'])
    .default('newest')
    .describe('By reception. With q, from, since, until or urgent only `newest`.'),
  total: yesOrNo.optional().describe('Whether to say how many there are in all; takes a little longer.'),
  cursor: cursor.optional(),
  limit,
});
export type MessageQuery = z.infer<typeof messageQuery>;

export const messageList = z
  .object({
    items: z.array(messageItem).describe('The messages of this page.'),
    next,
    total: z
      .number()
      .int()
      .optional()
      .describe(
        'How many there are in all, if it was asked for and the counters know it: not of searches, nor of the trash. A moment late.',
      ),
  })
  .meta({ id: 'MessageList', description: 'A page of messages.' });
export type MessageList = z.infer<typeof messageList>;

export const messagePath = z.object({ id: id.describe('The message’s id.') });

export const messageChange = z
  .strictObject({
    state: messageState
      .optional()
      .describe('`deleted` puts it into the trash; another state brings it back.'),
    urgent: z.boolean().optional().describe('Whether it is urgent.'),
  })
  .meta({ id: 'MessageChange', description: 'What to change; what is not named stays.' });
export type MessageChange = z.infer<typeof messageChange>;

export const newPart = z
  .strictObject({
    contentType: z
      .string()
      .min(3)
      .max(200)
      .regex(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;.*)?$/)
      .describe('Media type.'),
    name: z.string().min(1).max(255).optional().describe('File name.'),
    data: z
      .string()
      .min(4)
      .meta({ contentEncoding: 'base64', description: 'The bytes in base64 (RFC 4648, section 4).' }),
  })
  .meta({ id: 'NewPart', description: 'A part to deposit.' });
export type NewPart = z.infer<typeof newPart>;

const body = z.string().max(100_000);
export const mostParts = 20;

export const newMessage = z
  .strictObject({
    kind: messageKind.optional().describe('Absent: by its parts.'),
    from: z
      .strictObject({
        number: z
          .string()
          .min(1)
          .max(32)
          .optional()
          .describe('Number, as it is dialled here or in E.164 form.'),
        address: z.string().min(3).max(254).optional().describe('E-mail address.'),
        name: z.string().trim().min(1).max(80).optional().describe('Name.'),
      })
      .optional()
      .describe('Who it is from, for keys of the operator; a subscriber’s own are from themselves.'),
    subject: z.string().trim().min(1).max(200).optional().describe('Title.'),
    text: body.optional().describe('Written words; the first part.'),
    urgent: z.boolean().default(false).describe('Whether it is urgent.'),
    parts: z.array(newPart).max(mostParts).default([]).describe('Parts, 20 MB at most in all.'),
  })
  .meta({ id: 'NewMessage', description: 'A message to leave in a mailbox: text, parts or both.' });
export type NewMessage = z.infer<typeof newMessage>;

export const deposited = z
  .object({
    kind: z
      .enum(['stored', 'duplicate', 'spooled'])
      .describe(
        'In the store; there since an earlier request with the same key; safe, and in the store later.',
      ),
    message: id.optional().describe('Its id, once it is in the store.'),
  })
  .meta({ id: 'Deposited', description: 'What became of a deposit.' });
export type Deposited = z.infer<typeof deposited>;

export const reply = z
  .strictObject({
    text: body.optional().describe('Written words.'),
    parts: z
      .array(newPart)
      .max(mostParts)
      .default([])
      .describe('Parts, as a recording; 20 MB at most in all.'),
    urgent: z.boolean().default(false).describe('Whether it is urgent.'),
  })
  .meta({ id: 'Reply', description: 'An answer to the sender of a message: text, parts or both.' });
export type Reply = z.infer<typeof reply>;

export const forward = z
  .strictObject({
    to: z
      .array(z.string().min(1).max(32))
      .min(1)
      .max(100)
      .describe('Numbers of mailboxes here, or keys of distribution lists (1 to 99).'),
    comment: body.optional().describe('Written words that go before it.'),
    parts: z.array(newPart).max(1).default([]).describe('A recording that goes before it.'),
    urgent: z.boolean().default(false).describe('Whether it is urgent.'),
  })
  .meta({ id: 'Forward', description: 'Whom a message is sent on to.' });
export type Forward = z.infer<typeof forward>;

export const sent = z
  .object({
    sent: z.array(z.string()).describe('Numbers or addresses that it went to.'),
    full: z.array(z.string()).describe('Numbers whose mailboxes have no room for it.'),
    failed: z.array(z.string()).describe('Numbers that are not served here, or could not be reached.'),
  })
  .meta({ id: 'Sent', description: 'What came of it, by recipient.' });
export type Sent = z.infer<typeof sent>;

export const callRequest = z
  .strictObject({
    what: z
      .enum(['play', 'sender'])
      .describe(
        '`play`: calls the subscriber and plays the message; `sender`: calls the subscriber and connects them.',
      ),
  })
  .meta({ id: 'CallRequest', description: 'A call to the subscriber.' });
export type CallRequest = z.infer<typeof callRequest>;

export const callAccepted = z
  .object({ to: z.string().describe('The number that is called.') })
  .meta({ id: 'CallAccepted', description: 'A call that is on its way.' });

export const partPath = z.object({
  id: id.describe('The message’s id.'),
  n: z.coerce.number().int().min(0).max(999).describe('Index of the part, from 0.'),
});

export const partQuery = z.object({
  form: z
    .string()
    .max(100)
    .regex(/^[a-z0-9!#$&^.+-]+\/[a-z0-9!#$&^.+-]+$/)
    .optional()
    .describe('Media type to have it in; absent: as it came.'),
  page: z.coerce
    .number()
    .int()
    .min(1)
    .max(999)
    .optional()
    .describe('Of a fax or document as a picture: which page, from 1.'),
  download: yesOrNo.optional().describe('Whether a browser is to save it.'),
});

export const written = z
  .object({
    direction: z.enum(['in', 'out']).describe('`in`: from the sender; `out`: from the subscriber.'),
    at: timestamp.describe('When it came or went out.'),
    text: z.string().optional().describe('What was written.'),
    message: messageItem.optional().describe('Of `in`: the message.'),
    status: z
      .enum(['pending', 'sending', 'sent', 'delivered', 'failed', 'dead'])
      .optional()
      .describe('Of `out`: what became of it.'),
  })
  .meta({ id: 'Written', description: 'A text or mail in a thread.' });

export const thread = z
  .object({
    items: z
      .array(written)
      .describe('The latest texts and mails with the sender, 100 each way, the oldest first.'),
  })
  .meta({ id: 'Thread', description: 'What was written to and fro.' });
export type Thread = z.infer<typeof thread>;
