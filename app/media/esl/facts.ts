import { readAttestation } from '../../core/address/attestation.ts';
import type { CallFacts, Party } from '../../core/address/call-facts.ts';
import { parseNameAddr, safeDisplay } from '../../core/address/name-addr.ts';
import { parseDiversions, parseHistory, parseParty } from '../../core/address/redirections.ts';
import { parseParams } from '../../core/address/uri.ts';
import type { EslEvent } from './wire/event.ts';

/**
 * What the switch knows of a call: from the channel data at its hand-over. Several Diversion or History-Info lines are all
 * there only where the profile has `parse-all-invite-headers`. Never throws: what cannot be read is left out.
 */
export function readFacts(data: EslEvent): CallFacts {
  const get = (name: string): string => data.variable(name) ?? '';
  const from = parseParty(get('sip_full_from'));
  const phone = get('sip_authorized') === 'true' ? numberOf(get('answerback_number')) : undefined;
  const asserted = phone === undefined ? assertedOf(data) : { number: phone };
  const parameters = parseParams(get('sip_req_params'));
  const { target } = parameters;
  const cause = Number(parameters['cause'] || Number.NaN);
  // Written by the switch's own verification.
  const verstat = get('sip_verstat_detailed') || get('sip_verstat');
  const signature = readAttestation(get('sip_h_P-Attestation-Indicator'), [
    get('sip_full_from'),
    get('sip_P-Asserted-Identity'),
    verstat === '' ? '' : `;verstat=${verstat}`,
  ]);
  return {
    trunk: get('answerback_trunk') || get('sofia_profile_name'),
    wireId: get('sip_call_id'),
    requestUser: data.get('Caller-Destination-Number') || get('sip_req_user'),
    ...(target ? { target: parseNameAddr(target)?.user || target } : {}),
    ...(Number.isInteger(cause) && cause >= 100 && cause <= 699 ? { cause } : {}),
    ...(get('sip_to_user') === '' ? {} : { toUser: get('sip_to_user') }),
    ...(from === undefined ? {} : { from }),
    ...(asserted === undefined ? {} : { asserted }),
    ...(phone === undefined ? {} : { registered: true as const }),
    privacy: isPrivate(data, from),
    diversions: parseDiversions(several(data, 'sip_i_diversion', 'sip_h_Diversion')),
    history: parseHistory(several(data, 'sip_i_history_info', 'sip_history_info')),
    ...signature,
  };
}

/** Facts of a call that we made. */
export function outgoingFacts(trunk: string, wireId: string, number: string): CallFacts {
  return { trunk, wireId, requestUser: number, privacy: false, diversions: [], history: [] };
}

/** All lines where the profile keeps them apart, else the one that is left. */
function several(data: EslEvent, all: string, one: string): readonly string[] {
  const lines = data.all(`variable_${all}`);
  const single = data.variable(one);
  if (lines.length > 0) return lines;
  return single === undefined ? [] : [single];
}

function assertedOf(data: EslEvent): Party | undefined {
  const number = data.variable('sip_P-Asserted-Identity');
  if (number === undefined) return undefined;
  const whole = parseParty(number);
  if (whole !== undefined) return whole;
  const name = safeDisplay(data.get('Caller-Caller-ID-Name') ?? '');
  return { number, ...(name === '' || name === number ? {} : { name }) };
}

function numberOf(text: string): string | undefined {
  return /^\+?\d{1,32}$/.test(text) ? text : undefined;
}

/** RFC 3323 and 3325: by Privacy, or an anonymous From. */
function isPrivate(data: EslEvent, from: Party | undefined): boolean {
  const values = (data.variable('sip_Privacy') ?? '').toLowerCase().split(/[;,\s]+/);
  if (values.some((value) => value === 'id' || value === 'user' || value === 'full')) return true;
  if (data.get('Caller-Privacy-Hide-Number') === 'true') return true;
  return from?.number.toLowerCase() === 'anonymous' || data.variable('sip_from_host') === 'anonymous.invalid';
}
