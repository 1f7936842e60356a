/** The part of a class of service that limits how many messages are left. */
import { z } from 'zod';
import { mostInWindow, usualDepositLimits, type DepositScope } from '../core/mailbox/deposit-limits.ts';
import { windowNames } from '../core/rate/rates.ts';

const usual = usualDepositLimits;

function rates(scope: DepositScope, what: string) {
  const fields = windowNames.map((name) => [
    name,
    z
      .int()
      .min(0)
      .max(mostInWindow)
      .default(usual[scope][name] ?? 0)
      .describe(`Most in a ${name}; 0 = any number.`),
  ]);
  const shape = Object.fromEntries(fields) as Record<(typeof windowNames)[number], z.ZodDefault<z.ZodInt>>;
  return z.strictObject(shape).prefault({}).describe(what);
}

/** The section `deposits` of a class of service. */
export const depositLimits = z
  .strictObject({
    enabled: z.boolean().default(usual.enabled).describe('Whether messages are counted at all.'),
    caller: rates('caller', 'Messages by one telephone number, in all mailboxes together.'),
    callerAtMailbox: rates(
      'callerAtMailbox',
      'Messages by one number, address or name in one mailbox; callers who show none count together.',
    ),
    mailbox: rates('mailbox', 'Messages by anybody in one mailbox.'),
  })
  .prefault({})
  .describe('How many messages are taken in a time; what is over is refused, see docs/rules.md.');
