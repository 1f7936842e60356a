/** The part of a class of service about signed caller IDs. */
import { z } from 'zod';
import { callerIdAnswers } from '../core/address/attestation.ts';

const answer = (what: string) => z.enum(callerIdAnswers).default('mark').describe(what);

/** The section `callerIds` of a class of service. */
export const callerIds = z
  .strictObject({
    failed: answer('The signature was wrong: the number is somebody else’s, or was changed on the way.'),
    none: answer('There was none.'),
    C: answer('The network signed the call as a gateway, and knows nothing of the caller.'),
    B: answer('The network knows the caller, and not whether the number is theirs.'),
  })
  .prefault({})
  .describe(
    'What is done about callers by the signature of their number (STIR/SHAKEN), on trunks with `attests`: `mark` = taken, and shown; `quiet` = kept, and nobody is told; `refuse` = not taken.',
  );
