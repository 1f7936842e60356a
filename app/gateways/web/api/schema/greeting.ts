/** What callers hear. */
import { z } from 'zod';
import { id, timestamp } from './common.ts';

export const greetingKind = z.enum(['name', 'unavailable', 'busy', 'temporary']).meta({
  id: 'GreetingKind',
  description:
    'The spoken name; the greeting; the one while the subscriber is on the phone; the one that goes before all until its time.',
});
export type GreetingKind = z.infer<typeof greetingKind>;

export const greeting = z
  .object({
    kind: greetingKind,
    durationMs: z.number().describe('Playing time in milliseconds.'),
    contentType: z.string().describe('Media type as it is kept.'),
    until: timestamp.optional().describe('Of the temporary one: when it ends; absent: when it is removed.'),
    playing: z.boolean().describe('Whether this is what a caller hears now who got no answer.'),
  })
  .meta({ id: 'Greeting', description: 'A recorded greeting.' });
export type Greeting = z.infer<typeof greeting>;

export const greetings = z
  .object({
    items: z.array(greeting).describe('Those that were recorded; without any the system’s own is played.'),
    announcementOnly: z.boolean().describe('After the greeting the call ends: no message is taken.'),
    playing: greetingKind.or(z.literal('system')).describe('What a caller hears now who got no answer.'),
  })
  .meta({ id: 'Greetings', description: 'What callers of a mailbox hear.' });
export type Greetings = z.infer<typeof greetings>;

export const greetingPath = z.object({
  id: id.describe('The mailbox’s id.'),
  kind: greetingKind,
});

export const greetingForm = z.object({
  form: z
    .enum(['audio/mpeg', 'audio/wav', 'audio/ogg'])
    .optional()
    .describe('In which form; absent: as it is kept.'),
});

export const greetingUntil = z.object({
  until: timestamp.optional().describe('Of the temporary one: when it ends.'),
});

export const announcement = z
  .strictObject({ announcementOnly: z.boolean().describe('Whether callers only hear the greeting.') })
  .meta({ id: 'Announcement', description: 'Whether callers may leave messages.' });
