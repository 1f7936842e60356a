import type { FaxFacts } from '../../core/message/message.ts';
import type { FaxTrouble } from '../../ports/fax.ts';

/** What the dialplan wrote down at the end of a fax. */
export interface FaxOutcome {
  readonly success: boolean;
  /** Of FAXOPT(error), as `HANGUP`. */
  readonly error: string;
  /** Pages that the far machine has confirmed, or that came. */
  readonly pages: number;
  /** Absent if no session came about. */
  readonly facts: FaxFacts | undefined;
  /** The switch's own words. */
  readonly text: string;
}

/**
 * Reads the fields that the dialplan keeps of a fax: joined by `|`, each percent-encoded: `1`, FAXOPT status, error, statusstr, pages, rate,
 * FAXMODE, FAXOPT remotestationid. Never throws: what cannot be read counts as not said.
 */
export function readOutcome(note: string): FaxOutcome {
  const [, status = '', error = '', text = '', pages, rate, mode = '', station = ''] = note
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
    pages: whole(pages),
    facts:
      known === undefined || bits === 0
        ? undefined
        : { ...(name === '' ? {} : { station: name }), rate: bits, mode: known },
    text: [status, error, text].filter(Boolean).join(', '),
  };
}

/** By the words of spandsp's T.30 (t30_completion_code_to_str) and of res_fax. */
const troubles: readonly (readonly [RegExp, FaxTrouble])[] = [
  [/T1 expired|no response|T0 expired|Timed out waiting for (the )?(first|initial)/i, 'no-fax'],
  [/file|TIFF|page image|document/i, 'document'],
  [/dropped|HANGUP|disconnect/i, 'hung-up'],
  [
    /train|retries|T2 expired|T4 expired|T5 expired|carrier|Unexpected|cannot|incompatible|T38_NEG/i,
    'transmission',
  ],
];

export function troubleOf(outcome: FaxOutcome | undefined): FaxTrouble {
  if (outcome === undefined) return 'unknown';
  return troubles.find(([words]) => words.test(outcome.text))?.[1] ?? 'unknown';
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
