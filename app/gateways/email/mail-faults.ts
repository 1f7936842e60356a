/** What an error of the relay means for a mail: try again later, or never. */
import { Fault } from '../../core/errors.ts';
import { farSideError } from '../../core/far-side-error.ts';

/** Codes about us and the relay rather than the recipient: mails wait until that is put right. */
const ours: ReadonlySet<number> = new Set([500, 501, 502, 503, 504, 521, 530, 534, 535, 538]);

export function mailFault(error: unknown): Fault {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown };
  if (typeof responseCode !== 'number') {
    const why = typeof code === 'string' ? ` (${code})` : '';
    return new Fault('gateway-unavailable', `the mail relay gave no answer${why}`, {
      temporary: true,
      cause: farSideError(error),
    });
  }
  const cause = farSideError(error);
  const text = `the mail relay refused a mail: ${responseCode}`;
  const permanent = responseCode >= 500 && responseCode < 600 && !ours.has(responseCode) && code !== 'EAUTH';
  return permanent
    ? new Fault('gateway-refused', text, { temporary: false, cause })
    : new Fault('gateway-unavailable', text, { temporary: true, cause });
}
