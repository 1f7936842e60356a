/** Call detail records, and what is summed up from them. */
import { z } from 'zod';
import { id, timestamp } from './common.ts';
import { next, paging } from './page.ts';

const events = z
  .string()
  .max(300)
  .regex(/^[a-z-]+(,[a-z-]+)*$/)
  .optional()
  .describe('Only these events, with commas between.');

const filter = {
  since: timestamp.optional().describe('Of what began since.'),
  before: timestamp.optional().describe('Of what began before.'),
  events,
  mailbox: id.optional().describe('Of this mailbox alone.'),
  trunk: z.string().max(64).optional().describe('Of this trunk or gateway alone.'),
};

export const cdrQuery = paging.extend(filter);

export const cdr = z
  .record(z.string(), z.unknown())
  .meta({ id: 'Cdr', description: 'A record; its fields are those of docs/billing.md.' });

export const cdrList = z
  .object({ items: z.array(cdr).describe('In the order of their numbers, `seq`.'), next })
  .meta({ id: 'CdrList', description: 'Call detail records.' });

export const cdrExportQuery = z.object({
  ...filter,
  format: z.enum(['csv', 'jsonl']).default('csv'),
  after: z.coerce.number().int().min(0).default(0).describe('Only those with a higher number.'),
});

const period = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$/)
  .describe('A day, 2026-01-31, or a month, 2026-01.');

export const reportQuery = z.object({
  by: z.enum(['mailbox', 'class', 'trunk']).default('class'),
  from: period,
  to: period.optional().describe('The last one; absent: the first.'),
  name: z.string().max(64).optional().describe('Of this class, trunk or mailbox alone.'),
  format: z.enum(['json', 'csv']).default('json'),
});

export const report = z
  .object({
    items: z.array(
      z.object({
        period: z.string(),
        by: z.string(),
        name: z.string(),
        event: z.string(),
        direction: z.string(),
        currency: z.string(),
        count: z.number(),
        answered: z.number(),
        duration: z.number().describe('Seconds.'),
        billsec: z.number().describe('Seconds.'),
        segments: z.number(),
        pages: z.number(),
        bytes: z.number(),
        cost: z.number().describe('In millionths of the currency.'),
      }),
    ),
  })
  .meta({ id: 'Report', description: 'Sums of days or months.' });
