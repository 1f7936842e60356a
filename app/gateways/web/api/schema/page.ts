/** Lists come in pages; a cursor leads to the next. */
import { z } from 'zod';

export const cursor = z
  .string()
  .min(1)
  .max(400)
  .describe('`next` of the page before; opaque, and good only for the same list with the same filter.');

export const mostItems = 100;

export const limit = z.coerce
  .number()
  .int()
  .min(1)
  .max(mostItems)
  .default(50)
  .describe('Most items of a page, 1 to 100.');

export const next = cursor
  .optional()
  .describe(
    'Cursor of the next page; absent on the last one. Items that come meanwhile neither repeat nor shift others.',
  );

export const paging = z.object({ cursor: cursor.optional(), limit });
