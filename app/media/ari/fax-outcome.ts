import type { FaxFacts } from '../../core/message/message.ts';
import type { FaxTrouble } from '../../ports/fax.ts';

/** What the dialplan wrote down at the end of a fax. */
export interface FaxOutcome {
  readonly success: boolean;
  /** FAXOPT(error), as `HANGUP`, and FAXOPT(statusstr), T.30's own words. */
  readonly error: string;
  readonly words: string;
  /** Pages that the far machine has confirmed, or that came. */
  readonly pages: number;
  /** Absent if no session came about. */
  readonly facts: FaxFacts | undefined;
  /** All that the switch said. */
  readonly text: string;
}

/**
 * Reads the fields that the dialplan keeps of a fax: joined by `|`, each percent-encoded: `1`, FAXOPT status, error, statusstr, pages, rate,
 * FAXMODE, FAXOPT remotestationid. Never throws: what cannot be read counts as not said.
 */
export function readOutcome(note: string): FaxOutcome {
  const [, status = '', error = '', words = '', pages, rate, mode = '', station = ''] = note
    .trim()
    .slice(0, 4096)
    .split('|')
    .map(decode);
  const bits = whole(rate);
  const known = mode === 'T38' ? 't38' : mode === 'audio' ? 'audio' : undefined;
  const name = cleaned(station);
  return {
    success: status === 'SUCCESS',
    error,
    words,
    pages: whole(pages),
    facts:
      known === undefined || bits === 0
        ? undefined
        : { ...(name === '' ? {} : { station: name }), rate: bits, mode: known },
    text: [status, error, words].filter(Boolean).join(', '),
  };
}

/** By the words of spandsp's T.30 (t30_completion_code_to_str) and of res_fax. Whatever else they say is the line's fault. */
const troubles: readonly (readonly [RegExp, FaxTrouble])[] = [
  [/initial communication|first message|TIMEOUT/, 'no-fax'],
  [/TIFF|FILE_ERROR/, 'document'],
  [/dropped|HANGUP/, 'hung-up'],
  [/[a-z]/i, 'transmission'],
];

export function troubleOf(outcome: FaxOutcome | undefined): FaxTrouble {
  const { error = '', words = '' } = outcome ?? {};
  // The words of T.30 say more than that the call is over, as it always is then.
  const said = words === '' ? error : words;
  return troubles.find(([pattern]) => pattern.test(said))?.[1] ?? 'unknown';
}

function whole(text: string | undefined): number {
  return /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0;
}

/** T.30 has 20 characters of digits, plus and space; machines send letters too. Others do no harm, but say nothing. */
function cleaned(station: string): string {
  return station
    .replace(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, 20);
}

function decode(field: string): string {
  try {
    return decodeURIComponent(field);
  } catch {
    return field;
  }
}
