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

export const cdrQuery = paging.extend({
  ...filter,
  order: z
    .enum(['asc', 'desc'])
    .default('asc')
    .describe(
      'By their numbers. `asc` is for programs that go on from where they were; `desc`: the newest first.',
    ),
});

export const cdr = z
  .record(z.string(), z.unknown())
  .meta({ id: 'Cdr', description: 'A record; its fields are those of docs/billing.md.' });

export const cdrList = z
  .object({ items: z.array(cdr).describe('By their numbers, `seq`, in the order that was asked for.'), next })
  .meta({ id: 'CdrList', description: 'Call detail records.' });

export const cdrExportQuery = z.object({
  ...filter,
  format: z.enum(['csv', 'jsonl']).default('csv').describe('A table, or a JSON object a line.'),
  after: z.coerce.number().int().min(0).default(0).describe('Only those with a higher number.'),
});

const period = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$/)
  .describe('A day, 2026-01-31, or a month, 2026-01.');

export const reportQuery = z.object({
  by: z.enum(['mailbox', 'class', 'trunk']).default('class').describe('What is summed up for itself.'),
  from: period,
  to: period.optional().describe('The last one; absent: the first.'),
  name: z.string().max(64).optional().describe('Of this class, trunk or mailbox alone.'),
  format: z.enum(['json', 'csv']).default('json').describe('As JSON or as a table.'),
});

export const report = z
  .object({
    items: z
      .array(
        z.object({
          period: z.string().describe('Day or month.'),
          by: z.string().describe('What is summed up.'),
          name: z.string().describe('Which class, trunk or mailbox.'),
          event: z.string().describe('What is counted, as `call`.'),
          direction: z.string().describe('Inbound or outbound.'),
          currency: z.string().describe('ISO 4217; empty: nothing was priced.'),
          count: z.number().describe('How many.'),
          answered: z.number().describe('How many were answered.'),
          duration: z.number().describe('Seconds.'),
          billsec: z.number().describe('Seconds.'),
          segments: z.number().describe('Parts of texts.'),
          pages: z.number().describe('Pages of faxes.'),
          bytes: z.number().describe('Bytes of mails.'),
          cost: z.number().describe('In millionths of the currency.'),
        }),
      )
      .describe('One sum each.'),
  })
  .meta({ id: 'Report', description: 'Sums of days or months.' });
