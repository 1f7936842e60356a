/** The section `billing` of answerback.yaml. */
import { z } from 'zod';
import { cdrEvents } from '../core/account/cdr.ts';
import { rateUnits } from '../core/account/rate.ts';
import { name } from './forms.ts';

const amount = z.int().min(1).max(1_000_000_000);

const rate = z.strictObject({
  name: name.describe('Stands in the records that it priced.'),
  event: z.enum(cdrEvents).describe('What it is for.'),
  direction: z.enum(['inbound', 'outbound']).optional().describe('Only in this direction.'),
  kind: z
    .string()
    .optional()
    .describe('Only calls that are `voice` or `fax`; only messages of this kind (`dcontext`).'),
  trunk: z.string().optional().describe('Only over this trunk or gateway (`channel`).'),
  prefix: z
    .string()
    .regex(/^\+?[0-9]{1,15}$/, 'the begin of a number, as +4479')
    .optional()
    .describe('Only if the number that was called begins so; the longest match decides.'),
  unit: z.enum(rateUnits).describe('What is counted; a megabyte is 1,000,000 octets.'),
  price: z
    .int()
    .min(0)
    .max(1_000_000_000_000)
    .describe('For one unit, in micro-units: a millionth of the currency’s unit.'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'an ISO 4217 code, as EUR')
    .describe('ISO 4217 code.'),
  initial: amount
    .optional()
    .describe('Least that is charged: in seconds, octets, or pieces; one unit if absent.'),
  increment: amount.optional().describe('Steps in which more is charged; one unit if absent.'),
});

export const billingSection = z
  .strictObject({
    timeZone: z.string().default('UTC').describe('IANA zone of the days and months of summaries.'),
    cdrDays: z
      .int()
      .min(2)
      .max(3650)
      .default(400)
      .describe('How long call detail records are kept, in days from when what they tell of began.'),
    summaryDays: z
      .int()
      .min(31)
      .max(36_500)
      .default(3650)
      .describe('How long summaries are kept, in days; whole months go at once.'),
    rates: z
      .array(rate)
      .max(10_000)
      .default([])
      .describe('Prices: of those that fit, the one with the longest prefix, then the first.'),
  })
  .prefault({})
  .describe('Call detail records, prices and summaries; see docs/billing.md.');
