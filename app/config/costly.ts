import { z } from 'zod';
import { costlyKinds } from '../core/address/costly.ts';

/** Of the section `numbers`. */
export const costly = z
  .array(z.enum(costlyKinds))
  .default(costlyKinds)
  .describe(
    'Kinds of numbers (of libphonenumber) that count as `premium`: nobody is connected to them, written to or sent a fax there but by a toll rule with a prefix and `destination: premium`.',
  );
