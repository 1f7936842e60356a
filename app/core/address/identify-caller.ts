import type { E164 } from '../ids.ts';
import type { CallFacts, Party } from './call-facts.ts';
import { safeDisplay } from './name-addr.ts';

export interface Caller {
  /** E.164 where it is a telephone number, else a plain user name or short code as sent. */
  readonly number?: E164 | string;
  readonly name?: string;
  /** The caller asked for privacy (RFC 3323): the recipient of a message must not learn number and name. */
  readonly private: boolean;
  /** The number is an E.164 number that can be believed: it may open the caller's own messages. */
  readonly trusted: boolean;
}

/** Words that networks put where there is no number. */
const nobody = /^(anonymous|unknown|restricted|unavailable|private|asterisk|invalid|s)?$/i;

/** P-Asserted-Identity (RFC 3325) before From; its number is trusted from a trusted trunk or with attestation A (RFC 8588). */
export function identifyCaller(
  facts: CallFacts,
  parse: (raw: string | undefined) => E164 | undefined,
  trustedTrunk: boolean,
): Caller {
  const parties = [facts.asserted, facts.from].filter((party) => party !== undefined);
  const number = parties.map((party) => parse(party.number)).find((one) => one !== undefined);
  const shown = number ?? parties.map((party) => plainUser(party.number)).find((one) => one !== undefined);
  const name = parties.map((party) => nameOf(party)).find((one) => one !== undefined);
  return {
    ...(shown === undefined ? {} : { number: shown }),
    ...(name === undefined ? {} : { name }),
    private: facts.privacy,
    trusted: number !== undefined && (trustedTrunk || facts.attestation === 'A'),
  };
}

/** A short code or SIP user name that can be shown and dialled back as it is. */
function plainUser(user: string): string | undefined {
  return !nobody.test(user) && /^[\w.+*#-]{1,64}$/.test(user) ? user : undefined;
}

/** A display name that says more than the number does. */
function nameOf(party: Party): string | undefined {
  const name = safeDisplay(party.name ?? '');
  const isNumber = /^[+\d\s().\-/]*$/.test(name);
  return isNumber || nobody.test(name) ? undefined : name;
}
