/** What those who run the system see and do. */
import { z } from 'zod';
import { id, timestamp } from './common.ts';
import { limit, next, paging } from './page.ts';

const reading = z.object({
  count: z.number().int().describe('Entries that are due; `most` = that many or more.'),
  oldest: timestamp.optional().describe('Since when the oldest has been due.'),
});

export const queues = z
  .object({
    due: z.record(z.string(), reading).describe('By queue.'),
    deadLetters: z.number().int().describe('Texts and mails that were given up.'),
    most: z.number().int().describe('No more are counted.'),
  })
  .meta({ id: 'Queues', description: 'What waits to be done.' });

export const letter = z
  .object({
    id: id.describe('Its id.'),
    mailbox: id.describe('Whose it is.'),
    gateway: z.string().describe('The way it was to go.'),
    kind: z.string().describe('What it is, as `notice`.'),
    to: z.string().describe('Number or address.'),
    tries: z.number().int().describe('How often it was tried.'),
    created: timestamp,
    lastError: z.string().optional().describe('Why the last try failed.'),
  })
  .meta({ id: 'DeadLetter', description: 'A text or mail that was given up.' });

export const letterList = z
  .object({ items: z.array(letter).describe('The newest first.') })
  .meta({ id: 'DeadLetterList', description: 'Dead letters.' });
export const letterQuery = z.object({ limit });

export const sweepQuery = z.object({ mailbox: id.optional().describe('Of this mailbox alone.') });
export const sweepPreview = z
  .object({
    purge: z.number().int().describe('Messages to be gone for good.'),
    compress: z.number().int().describe('To be kept in less space.'),
    archive: z.number().int().describe('To go to the archive.'),
    held: z.number().int().describe('Kept by a legal hold.'),
  })
  .meta({ id: 'SweepPreview', description: 'What automatic management would do now.' });

const did = {
  purged: z.number().int().describe('Messages that are gone for good.'),
  compressed: z.number().int().describe('Kept in less space now.'),
  archived: z.number().int().describe('Gone to the archive.'),
  held: z.number().int().describe('Kept by a legal hold.'),
  failed: z.number().int().describe('Tried again later.'),
};
export const sweepReport = z
  .object(did)
  .meta({ id: 'SweepReport', description: 'What automatic management did.' });

const sweepRun = z.object({
  ...did,
  ended: timestamp,
  seconds: z.number().describe('How long it took.'),
});
export const lastSweep = z
  .object({
    last: sweepRun.optional().describe('Absent: there was none yet.'),
    effective: sweepRun.optional().describe('The last one that found anything to do.'),
  })
  .meta({ id: 'LastSweep', description: 'The last run over all that was due, by whichever controller.' });

export const auditQuery = paging.extend({
  since: timestamp.optional(),
  mailbox: id.optional().describe('About this mailbox alone.'),
});
export const auditList = z
  .object({
    items: z
      .array(
        z.object({
          id: id.describe('Its id.'),
          at: timestamp,
          event: z.string().describe('What was tried or done, as `login`.'),
          outcome: z.string().describe('What came of it, as `in` or `wrong`.'),
          caller: z.string().describe('Number, trunk or address that asked; `operator`.'),
          mailbox: id.optional().describe('The mailbox that it is about.'),
          by: z.string().optional().describe('The operator, key or account that did it.'),
          subject: z.string().optional().describe('What it was done to.'),
          call: z.string().optional().describe('The switch’s id of the call.'),
        }),
      )
      .describe('The newest first.'),
    next,
  })
  .meta({ id: 'AuditList', description: 'Who got in, who did not, and what was done.' });

const endpoint = z.object({
  name: z.string().describe('Its name at the switch.'),
  state: z.enum(['online', 'offline', 'unknown']).describe('Whether the far side is there.'),
  calls: z.number().int().describe('Calls that it has now.'),
});
export const trunkList = z
  .object({
    told: z.boolean().describe('False: the switch does not tell, or does not answer.'),
    items: z.array(endpoint).describe('One each.'),
  })
  .meta({ id: 'EndpointList', description: 'Trunks or phones as the switch sees them now.' });

export const callList = z
  .object({
    items: z
      .array(
        z.object({
          id: z.string().describe('The switch’s id of the call.'),
          direction: z.enum(['inbound', 'outbound']).describe('Who called whom.'),
          node: z.string().describe('Name of the node that has it.'),
          trunk: z.string().describe('The trunk or phone that it came in on.'),
          from: z.string().optional().describe('Masked without `cdrs:read`; absent: not told.'),
          to: z.string().describe('Masked without `cdrs:read`.'),
          started: timestamp,
          answered: timestamp.optional(),
        }),
      )
      .describe(
        'Those of all controllers of this store, those of others some seconds late; the oldest first.',
      ),
    whole: z.boolean().describe('False: which calls other controllers have is not known now.'),
  })
  .meta({ id: 'CallList', description: 'Calls in progress.' });
