/** What an error of Twilio means for the text: try again later, or never. */
import { Fault } from '../../core/errors.ts';
import { farSideError } from '../../core/far-side-error.ts';

/**
 * Errors of ours rather than of the recipient (wrong or unfit sender, full queue, text not set up): texts wait until they are
 * put right. From Twilio's error dictionary.
 */
const OUR_CODES: ReadonlySet<number> = new Set([
  20003, 20404, 20429, 21212, 21603, 21606, 21607, 21608, 21611, 21609, 21659, 21660, 21661, 30001, 30002,
]);
const SAME_LATER_STATUSES: ReadonlySet<number> = new Set([401, 404, 408, 409, 425, 429]);

/** 21211 (no such number), 21610 (unsubscribed), 21614 (no mobile) and the like are permanent. */
export function twilioFault(error: unknown): Fault {
  const { status, code } = error as { status?: unknown; code?: unknown };
  if (typeof status !== 'number') {
    const why = typeof code === 'string' ? ` (${code})` : '';
    return new Fault('gateway-unavailable', `Twilio gave no answer${why}`, {
      temporary: true,
      cause: farSideError(error),
    });
  }
  const cause = farSideError(error);
  const text = `Twilio refused a text: status ${status}, code ${typeof code === 'number' ? code : 'none'}`;
  const permanent =
    status >= 400 && status < 500 && !SAME_LATER_STATUSES.has(status) && !OUR_CODES.has(Number(code));
  return permanent
    ? new Fault('gateway-refused', text, { temporary: false, cause })
    : new Fault('gateway-unavailable', text, { temporary: true, cause });
}
