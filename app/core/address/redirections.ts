import type { Party, Redirection } from './call-facts.ts';
import { parseNameAddr } from './name-addr.ts';
import { parseParams } from './uri.ts';

/** Splits a header that carries several values at its commas, not at those in quotes or angle brackets. */
export function splitValues(header: string): string[] {
  const values: string[] = [];
  let [start, quoted, bracket] = [0, false, false];
  for (let i = 0; i < header.length; i++) {
    const c = header[i];
    if (quoted && c === '\\') i++;
    else if (c === '"') quoted = !quoted;
    else if (!quoted && c === '<') bracket = true;
    else if (!quoted && c === '>') bracket = false;
    else if (!quoted && !bracket && c === ',') {
      values.push(header.slice(start, i));
      start = i + 1;
    }
  }
  values.push(header.slice(start));
  return values.map((value) => value.trim()).filter((value) => value !== '');
}

/** From, To or the first value of P-Asserted-Identity as a party; `undefined` if it has no user part. */
export function parseParty(header: string): Party | undefined {
  const parsed = splitValues(header)
    .map(parseNameAddr)
    .find((one) => one !== undefined && one.user !== '');
  if (parsed === undefined) return undefined;
  return { number: parsed.user, ...(parsed.display === undefined ? {} : { name: parsed.display }) };
}

/** Diversion headers (RFC 5806) in wire order. Values that cannot be read are left out. */
export function parseDiversions(headers: readonly string[]): Redirection[] {
  return headers.flatMap(splitValues).flatMap((value) => {
    const parsed = parseNameAddr(value);
    if (parsed === undefined || parsed.user === '') return [];
    const reason = parsed.headerParams['reason']?.toLowerCase();
    return [{ number: parsed.user, ...(reason ? { reason } : {}) }];
  });
}

/**
 * History-Info entries (RFC 7044) in index order. The reason is the SIP cause of the Reason header in the entry's URI
 * (`?Reason=SIP%3Bcause%3D486`), else the `cause` parameter of the URI (RFC 4458).
 */
export function parseHistory(headers: readonly string[]): Redirection[] {
  const entries = headers.flatMap(splitValues).flatMap((value) => {
    const parsed = parseNameAddr(value);
    if (parsed === undefined || parsed.user === '') return [];
    const reason = causeOf(parsed.headers['reason']) ?? causeOf(`;cause=${parsed.params['cause'] ?? ''}`);
    const entry: Redirection = { number: parsed.user, ...(reason === undefined ? {} : { reason }) };
    return [{ entry, index: indexOf(parsed.headerParams['index']) }];
  });
  return entries.toSorted((a, b) => compareIndex(a.index, b.index)).map(({ entry }) => entry);
}

function causeOf(reason: string | undefined): string | undefined {
  const cause = reason === undefined ? undefined : parseParams(reason)['cause'];
  return cause !== undefined && /^\d{3}$/.test(cause) ? cause : undefined;
}

function indexOf(text: string | undefined): readonly number[] | undefined {
  return text !== undefined && /^\d{1,6}(\.\d{1,6}){0,20}$/.test(text)
    ? text.split('.').map(Number)
    : undefined;
}

/** Depth first, as `1` < `1.1` < `1.2` < `2`; entries without an index stay where they are. */
function compareIndex(a: readonly number[] | undefined, b: readonly number[] | undefined): number {
  if (a === undefined || b === undefined) return 0;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? -1) - (b[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
