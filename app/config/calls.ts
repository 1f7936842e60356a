import { z } from 'zod';

export const callsSection = z
  .strictObject({
    atOnce: z
      .int()
      .min(1)
      .max(100_000)
      .default(500)
      .describe(
        'Most calls at once. A further one is refused with 503: the front of a farm gives it to the next node. `npm run chaos -- --load` tells what a machine carries.',
      ),
  })
  .prefault({})
  .describe('Calls that come in.');
