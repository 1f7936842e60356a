import { readAttestation } from '../../core/address/attestation.ts';
import type { CallFacts, Party } from '../../core/address/call-facts.ts';
import { parseNameAddr } from '../../core/address/name-addr.ts';
import { parseDiversions, parseHistory, parseParty } from '../../core/address/redirections.ts';

/** What the dialplan found on a call, as it hands it over in AB_FACTS. */
export interface Handover {
  readonly facts: CallFacts;
  /** CHANNEL(audionativeformat). */
  readonly nativeFormat: string;
}

/** Longer than the dialplan writes; what is beyond is not read. */
const mostCharacters = 32_768;

/**
 * Reads AB_FACTS: fields joined by `|`, each percent-encoded: `1`, extension, request URI, To, From,
 * P-Asserted-Identity, Privacy, three Diversion, three History-Info, native format, P-Attestation-Indicator, number of
 * the phone, trunk that is a line (which has no endpoint). Never throws: what is not there or cannot be read is left out.
 * @param endpoint that the call came in on
 * @param trunks endpoints that are trunks: no phones, whatever the dialplan says of them
 */
export function readFacts(
  text: string,
  endpoint: string,
  wireId: string,
  trunks: ReadonlySet<string>,
): Handover {
  const fields = text.slice(0, mostCharacters).split('|', 17).map(decode);
  const field = (i: number) => fields[i] ?? '';
  const trunk = trunks.has(field(16)) ? field(16) : endpoint;
  const uri = parseNameAddr(field(2));
  const to = parseNameAddr(field(3));
  const from = parseParty(field(4));
  // Written twice by the dialplan: a number that was cut at the end of a long text is not the same any more.
  const own = parseParty(field(5))?.number;
  const phone = !trunks.has(trunk) && /^\+?\d{1,32}$/.test(field(15)) && own === field(15) ? own : undefined;
  const said = field(5) === '' ? undefined : parseParty(field(5));
  const asserted = phone === undefined ? said : { number: phone };
  const target = uri?.params['target'];
  const cause = Number(uri?.params['cause'] || Number.NaN);
  const signature = readAttestation(field(14), [field(4), field(5)]);
  return {
    facts: {
      trunk,
      wireId,
      requestUser: uri?.user || field(1),
      ...(target ? { target: parseNameAddr(target)?.user || target } : {}),
      ...(Number.isInteger(cause) && cause >= 100 && cause <= 699 ? { cause } : {}),
      ...(to?.user ? { toUser: to.user } : {}),
      ...(from === undefined ? {} : { from }),
      ...(asserted === undefined ? {} : { asserted }),
      ...(phone === undefined ? {} : { registered: true as const }),
      privacy: isPrivate(field(6), field(4), from),
      diversions: parseDiversions(fields.slice(7, 10).filter(Boolean)),
      history: parseHistory(fields.slice(10, 13).filter(Boolean)),
      ...signature,
    },
    nativeFormat: field(13),
  };
}

/** Facts of a call that we made. */
export function outgoingFacts(trunk: string, wireId: string, number: string): CallFacts {
  return { trunk, wireId, requestUser: number, privacy: false, diversions: [], history: [] };
}

/** `PJSIP/trunk-00000012` → `trunk`. */
export function endpointOf(channelName: string): string {
  return /^[^/]*\/(.*?)(?:-[0-9a-f]+)?(?:;\d)?$/.exec(channelName)?.[1] ?? channelName;
}

/** RFC 3323 and 3325: by Privacy, or an anonymous From. */
function isPrivate(privacy: string, from: string, party: Party | undefined): boolean {
  const values = privacy.toLowerCase().split(/[;,\s]+/);
  if (values.some((value) => value === 'id' || value === 'user' || value === 'full')) return true;
  return party?.number.toLowerCase() === 'anonymous' || parseNameAddr(from)?.host === 'anonymous.invalid';
}

/** Undoes URIENCODE; a value cut in the middle of a character or with a wrong escape is read as far as it goes. */
function decode(field: string): string {
  if (!field.includes('%')) return field;
  try {
    return decodeURIComponent(field);
  } catch {
    return decodeLoosely(field);
  }
}

function decodeLoosely(field: string): string {
  const bytes: number[] = [];
  for (let i = 0; i < field.length; i++) {
    const hex = field[i] === '%' ? /^[0-9A-Fa-f]{2}$/.exec(field.slice(i + 1, i + 3))?.[0] : undefined;
    if (hex === undefined) bytes.push(...Buffer.from(field[i] ?? ''));
    else {
      bytes.push(Number.parseInt(hex, 16));
      i += 2;
    }
  }
  return Buffer.from(bytes).toString('utf8');
}
