/** What a network says of the signature of a caller ID (STIR/SHAKEN). */
import { parseParams } from './uri.ts';

/** Levels of RFC 8588; `failed`: there was a signature and it was wrong. */
export const attestations = ['A', 'B', 'C', 'failed'] as const;
export type Attestation = (typeof attestations)[number];

/** What the recipient decides for a caller ID; `none`: nothing was said of it. */
export const callerIdStates = ['failed', 'none', 'C', 'B'] as const;
export type CallerIdState = (typeof callerIdStates)[number];

/** `mark`: taken and marked, as all are; `quiet`: kept, and nobody is told; `refuse`: not taken. */
export const callerIdAnswers = ['mark', 'quiet', 'refuse'] as const;
export type CallerIdAnswer = (typeof callerIdAnswers)[number];
export type CallerIdRules = Readonly<Record<CallerIdState, CallerIdAnswer>>;

/** What a call says of the signature; empty: nothing. */
export interface SignatureFacts {
  readonly attestation?: Attestation;
  /** Only a parameter of a header says so. */
  readonly attestationByParameter?: true;
}

const mostCharacters = 2000;

/**
 * From the header P-Attestation-Indicator and the parameter `verstat` (3GPP TS 24.229, section 7.2A.20) of From or
 * P-Asserted-Identity, in the URI or after it. A failure anywhere goes before all else. A valid signature whose level is not said
 * counts as the lowest: C. What only a parameter says is shown, and opens nothing: networks that guard the header may let it pass.
 * @param indicator value of the header, or what a dialplan put in its place: a level, or `failed`
 * @param parties the headers as received
 */
export function readAttestation(indicator: string, parties: readonly string[]): SignatureFacts {
  const said = /^\s*(failed|[ABC])(?![\w-])/i.exec(indicator)?.[1];
  const level = said === undefined ? undefined : said.length === 1 ? upper(said) : 'failed';
  const verstats = parties.flatMap(verstatsOf);
  if (level === 'failed' || verstats.some((one) => one.startsWith('tn-validation-failed')))
    return { attestation: 'failed' };
  if (level !== undefined) return { attestation: level };
  const passed = verstats.find((one) => one.startsWith('tn-validation-passed'));
  if (passed === undefined) return {};
  const suffix = /-([abc])(?:@|$)/.exec(passed)?.[1];
  return { attestation: (suffix && upper(suffix)) || 'C', attestationByParameter: true };
}

function upper(letter: string): Attestation | undefined {
  return attestations.find((one) => one === letter.toUpperCase());
}

/** A display name may hold anything, so it is left out. */
function verstatsOf(header: string): string[] {
  const bare = header.slice(0, mostCharacters).replace(/"(?:[^"\\]|\\.)*"/g, '');
  return bare.split(/[<>?]/).flatMap((piece) => {
    const from = piece.indexOf(';');
    const verstat = from < 0 ? undefined : parseParams(piece.slice(from))['verstat'];
    return verstat === undefined ? [] : [verstat.toLowerCase()];
  });
}
