/** Messages by the ten digits of their reference. */
import { z } from 'zod';

export const referencePath = z.object({
  reference: z
    .string()
    .regex(/^[\d -]{1,20}$/)
    .describe('Ten digits; spaces and hyphens do not matter.'),
});
