/** SIP messages (RFC 3261) as a test phone needs them: lenient in what it reads, raw in what it writes. */
interface SipCommon {
  /** By lower-case long name; values in wire order. Text is Latin-1, so every byte is kept. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
  readonly raw: Buffer;
  /** When it arrived, in milliseconds of `performance.now()`. */
  readonly at: number;
  /** Where it came from. */
  readonly source: Peer;
}

export interface SipRequest extends SipCommon {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
}

export interface SipResponse extends SipCommon {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
}

export interface Peer {
  readonly host: string;
  readonly port: number;
}

const longNames: Readonly<Record<string, string>> = {
  i: 'call-id',
  f: 'from',
  t: 'to',
  v: 'via',
  m: 'contact',
  c: 'content-type',
  l: 'content-length',
  s: 'subject',
  k: 'supported',
  o: 'event',
};

/** @returns undefined if the bytes are no SIP message (keep-alives, noise). */
export function parseSip(raw: Buffer, source: Peer, at: number): SipRequest | SipResponse | undefined {
  const split = raw.indexOf('\r\n\r\n');
  const head = raw.subarray(0, split < 0 ? raw.length : split).toString('latin1');
  const [start = '', ...lines] = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const common = {
    headers: parseHeaders(lines),
    body: split < 0 ? Buffer.alloc(0) : raw.subarray(split + 4),
    raw,
    at,
    source,
  };
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(start);
  if (response)
    return { kind: 'response', status: Number(response[1]), reason: response[2] ?? '', ...common };
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(start);
  if (request) return { kind: 'request', method: request[1] ?? '', uri: request[2] ?? '', ...common };
  return undefined;
}

function parseHeaders(lines: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const short = line.slice(0, colon).trim().toLowerCase();
    const name = longNames[short] ?? short;
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  return headers;
}

/** First value of a header; empty if absent. */
export function header(message: SipRequest | SipResponse, name: string): string {
  return message.headers.get(name.toLowerCase())?.[0] ?? '';
}

/** The URI in a header such as From or Contact, without display name and header parameters. */
export function uriIn(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value.split(';')[0]?.trim() ?? '';
}

/** User part of a URI or of a header that holds one; empty if it has none. */
export function userIn(value: string): string {
  const user = /^sips?:([^@]*)@/.exec(uriIn(value))?.[1] ?? '';
  return user.split(';')[0] ?? '';
}

/** Head and body as bytes. Head text is Latin-1: each character one byte, so that hostile bytes can be sent. */
export function composeSip(start: string, lines: readonly string[], body: Buffer): Buffer {
  const head = [start, ...lines, `Content-Length: ${body.length}`, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** Text as the Latin-1 characters of its UTF-8 bytes, to go through `composeSip` unharmed. */
export function utf8AsLatin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
