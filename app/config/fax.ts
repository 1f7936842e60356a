/** The parts of answerback.yaml that are about faxes. */
import { z } from 'zod';
import { network } from './email.ts';
import { name } from './forms.ts';
import { faxModes } from '../core/profile/class-of-service.ts';

/** Of a class of service. */
export const faxMode = z
  .enum(faxModes)
  .default('detect')
  .describe(
    'How faxes are received: where a fax tone is heard in a call, by every call (a number that is a fax machine), or not.',
  );

/** The section `fax`. */
export const faxSection = z
  .strictObject({
    trunk: name.optional().describe('Trunk for faxes out; that for calls if absent.'),
    station: z
      .string()
      .regex(/^[0-9A-Za-z +.-]{1,20}$/, 'at most 20 letters, digits, spaces and + . -')
      .optional()
      .describe('What we call ourselves to other machines; the first access number if absent.'),
    header: z
      .string()
      .regex(/^[ -~]{0,50}$/, 'at most 50 characters of ASCII')
      .default('')
      .describe('Printed at the top of each page that is sent, beside the sender’s number.'),
    maxMinutes: z
      .int()
      .min(1)
      .max(240)
      .default(60)
      .describe('Longest fax in or out, in minutes; pages that came by then are kept.'),
    maxPages: z.int().min(1).max(1000).default(100).describe('Most pages of a fax to send, with its cover.'),
    maxTries: z.int().min(1).max(20).default(4).describe('Calls until a fax is given up.'),
    retryMs: z
      .int()
      .min(10)
      .default(180_000)
      .describe('Wait before the second call, in milliseconds; doubled each time.'),
    mailClients: z
      .array(network)
      .default([])
      .describe(
        'Mail servers (addresses, or networks as CIDR) that have checked who writes: only mail that they hand over is faxed.',
      ),
    lines: z.int().min(1).max(200).default(4).describe('Most faxes sent at once.'),
  })
  .prefault({})
  .describe('Faxes; see docs/fax.md.');
