export type Params = Readonly<Record<string, string>>;

export interface SipUri {
  readonly user: string;
  readonly host: string;
  readonly params: Params;
  readonly headers: Params;
}

const mostParams = 64;

/**
 * A `sip:`, `sips:` (RFC 3261, section 19.1) or `tel:` URI (RFC 3966), tolerant and linear; `undefined` for other
 * schemes and for none.
 */
export function parseUri(text: string): SipUri | undefined {
  const uri = text.trim();
  const colon = uri.indexOf(':');
  if (colon < 0 || colon > 8) return undefined;
  const scheme = uri.slice(0, colon).toLowerCase();
  const body = uri.slice(colon + 1);
  if (scheme === 'tel') return parseTel(body);
  return scheme === 'sip' || scheme === 'sips' ? parseSip(body) : undefined;
}

/** `a=1;b;c="x"` as a record; names in lower case, escapes undone; the first of a name wins. */
export function parseParams(text: string, separator: ';' | '&' = ';'): Params {
  const params: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const piece of text.split(separator, mostParams)) {
    const equals = piece.indexOf('=');
    const key = unescape(equals < 0 ? piece : piece.slice(0, equals))
      .trim()
      .toLowerCase();
    const value = equals < 0 ? '' : piece.slice(equals + 1).trim();
    if (key !== '') params[key] ??= unescape(unquote(value));
  }
  return params;
}

function parseTel(body: string): SipUri {
  const [number, rest] = cut(body, ';');
  return { user: unescape(number.trim()), host: '', params: parseParams(rest), headers: parseParams('') };
}

function parseSip(body: string): SipUri {
  const at = body.indexOf('@');
  const [userinfo, place] = at < 0 ? ['', body] : [body.slice(0, at), body.slice(at + 1)];
  const [userAndParams] = cut(userinfo, ':');
  const [user, userParams] = cut(userAndParams, ';');
  const [beforeHeaders, headers] = cut(place, '?');
  const [hostPort, params] = cut(beforeHeaders, ';');
  return {
    user: unescape(user.trim()),
    host: hostOf(hostPort.trim()),
    params: parseParams(`${params};${userParams}`),
    headers: parseParams(headers, '&'),
  };
}

function hostOf(hostPort: string): string {
  const host = hostPort.startsWith('[')
    ? hostPort.slice(0, hostPort.indexOf(']') + 1)
    : cut(hostPort, ':')[0];
  return host.toLowerCase();
}

function cut(text: string, at: string): [string, string] {
  const i = text.indexOf(at);
  return i < 0 ? [text, ''] : [text.slice(0, i), text.slice(i + 1)];
}

function unquote(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1).replace(/\\(.)/gs, '$1')
    : value;
}

/** Undoes %HH (as UTF-8 where it is); a wrong escape stays as it is. */
function unescape(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}
