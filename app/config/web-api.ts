/** How often the API may be asked. */
import { z } from 'zod';

const most = z.int().min(1).max(10_000_000);

export const webApi = z
  .strictObject({
    perMinute: most
      .default(600)
      .describe('Most requests a minute of one session, key or link; more are answered with 429.'),
    perAddress: most
      .default(6000)
      .describe(
        'Most requests a minute from one address, whoever they are from; more are answered with 429.',
      ),
  })
  .prefault({})
  .describe('The API at `/v1`; see docs/api.md.');
