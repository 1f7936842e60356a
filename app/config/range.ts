/** Numbers that are served here. */
import { z } from 'zod';
import { name } from './forms.ts';
import { e164 } from './parts.ts';

export const range = z
  .strictObject({
    prefix: e164.optional().describe('Numbers that begin so.'),
    from: e164.optional().describe('First number of the range.'),
    to: e164.optional().describe('Last number of the range.'),
    class: name.describe('Class of service of its mailboxes.'),
  })
  .refine(
    (r) =>
      r.prefix === undefined
        ? r.from !== undefined && r.to !== undefined
        : r.from === undefined && r.to === undefined,
    'either `prefix`, or `from` and `to`',
  )
  .refine(
    (r) => r.from === undefined || r.to === undefined || (r.from.length === r.to.length && r.from <= r.to),
    '`from` and `to` of equal length, `from` not after `to`',
  );
