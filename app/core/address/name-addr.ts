import { parseParams, parseUri } from './uri.ts';
import type { Params } from './uri.ts';

/** An address as SIP headers carry it. Every field is plain text from outside: nothing in it is believed. */
export interface NameAddr {
  /** Display name made safe: no control or direction characters, at most 80 characters. */
  readonly display?: string;
  /** User part without escapes, password and parameters; the number of a `tel:` URI; empty if there is none. */
  readonly user: string;
  /** Without port, lower case; empty for `tel:`. */
  readonly host: string;
  /** Parameters of the URI (`target`, `cause`, `phone-context`, …), names in lower case. */
  readonly params: Params;
  /** Headers of the URI, after `?` (as `reason` in History-Info, RFC 7044), names in lower case. */
  readonly headers: Params;
  /**
   * Parameters of the header itself, after `>` (as `reason` in Diversion). An address without angle brackets cannot
   * tell them from the URI's: then they stand in both.
   */
  readonly headerParams: Params;
}

const mostCharacters = 8192;

/**
 * Parses one name-addr or addr-spec (RFC 3261, section 25.1) with a `sip:`, `sips:` or `tel:` (RFC 3966) URI.
 * Tolerant of what is sent in the field; never throws; linear in the length of the text, of which it reads 8,192
 * characters. `undefined` if no such URI is found.
 */
export function parseNameAddr(text: string): NameAddr | undefined {
  const input = text.slice(0, mostCharacters);
  const quoted = readQuoted(input);
  const rest = quoted?.rest ?? input;
  const open = rest.indexOf('<');
  if (open < 0) return parseAddrSpec(quoted === undefined ? input : rest, quoted?.value);
  const close = rest.indexOf('>', open);
  const uri = parseUri(rest.slice(open + 1, close < 0 ? undefined : close));
  if (uri === undefined) return undefined;
  const display = safeDisplay(quoted?.value ?? rest.slice(0, open));
  const after = close < 0 ? '' : rest.slice(close + 1);
  return {
    ...(display === '' ? {} : { display }),
    ...uri,
    headerParams: parseParams(after.slice(after.indexOf(';') + 1 || after.length)),
  };
}

/**
 * A display name for people: control characters, line ends and those that turn the direction of text are spaces,
 * at most 80 characters.
 */
export function safeDisplay(text: string): string {
  const clean = text
    .slice(0, 1000)
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return Array.from(clean).slice(0, 80).join('').trim();
}

function parseAddrSpec(text: string, display: string | undefined): NameAddr | undefined {
  const uri = parseUri(text);
  if (uri === undefined) return undefined;
  const name = safeDisplay(display ?? '');
  return { ...(name === '' ? {} : { display: name }), ...uri, headerParams: uri.params };
}

/** A quoted string at the start, its escapes undone; one that does not end takes all. */
function readQuoted(text: string): { value: string; rest: string } | undefined {
  const start = text.search(/\S/);
  if (text[start] !== '"') return undefined;
  let value = '';
  let i = start + 1;
  for (; i < text.length && text[i] !== '"'; i++) {
    if (text[i] === '\\') i++;
    value += text[i] ?? '';
  }
  return { value, rest: text.slice(i + 1) };
}
