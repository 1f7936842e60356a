import type { E164 } from '../ids.ts';
import type { Attestation } from './attestation.ts';
import type { CallFacts, Party } from './call-facts.ts';
import { safeDisplay } from './name-addr.ts';

export interface Caller {
  readonly number?: E164;
  /** Display name, or the user name or short code of a caller who has no telephone number. */
  readonly name?: string;
  /** The caller asked for privacy (RFC 3323): the recipient of a message must not learn number and name. */
  readonly private: boolean;
  /** The number is an E.164 number that can be believed: it may open the caller's own messages. */
  readonly trusted: boolean;
  /** Of a trunk that checks signatures; `none`: it says nothing of this call. Absent: the trunk checks none. */
  readonly attestation?: Attestation | 'none';
}

/** How far the trunk that a call came in on is believed. */
export interface CallerTrust {
  /** Caller IDs that it sends can be believed. */
  readonly trusted: boolean;
  /** It checks signatures of caller IDs (STIR/SHAKEN) and lets no P-Attestation-Indicator of others through. */
  readonly attests?: boolean | undefined;
}

/** Words that networks put where there is no number. */
const nobody = /^(anonymous|unknown|restricted|unavailable|private|asterisk|invalid|s)?$/i;

/**
 * P-Asserted-Identity (RFC 3325) before From. The number is trusted from a trusted trunk, with attestation A (RFC 8588)
 * from a trunk that checks signatures, and from a registered phone, whose number is the switch's own word.
 */
export function identifyCaller(
  facts: CallFacts,
  parse: (raw: string | undefined) => E164 | undefined,
  trunk: CallerTrust,
): Caller {
  const parties = [facts.asserted, facts.from].filter((party) => party !== undefined);
  const numbered = facts.registered ? parties.filter((party) => party === facts.asserted) : parties;
  const number = numbered.map((party) => parse(party.number)).find((one) => one !== undefined);
  const attested =
    trunk.attests === true && facts.attestation === 'A' && facts.attestationByParameter !== true;
  const believed = facts.registered || trunk.trusted || attested;
  const name = parties.map(nameOf).find((one) => one !== undefined);
  const shown =
    name ?? (number === undefined ? parties.map(userOf).find((one) => one !== undefined) : undefined);
  return {
    ...(number === undefined ? {} : { number }),
    ...(shown === undefined ? {} : { name: shown }),
    private: facts.privacy,
    trusted: number !== undefined && believed,
    ...(trunk.attests === true && facts.registered !== true
      ? { attestation: facts.attestation ?? 'none' }
      : {}),
  };
}

/** A short code or SIP user name that can be shown. */
function userOf(party: Party): string | undefined {
  return !nobody.test(party.number) && /^[\w.+*#-]{1,64}$/.test(party.number) ? party.number : undefined;
}

/** A display name that says more than the number does. */
function nameOf(party: Party): string | undefined {
  const name = safeDisplay(party.name ?? '');
  const isNumber = /^[+\d\s().\-/]*$/.test(name);
  return isNumber || nobody.test(name) ? undefined : name;
}
