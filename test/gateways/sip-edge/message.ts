/** SIP messages as text, as far as a double of the server must know them. */
export interface SipMessage {
  readonly start: string;
  /** In order, names as written. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export function parseMessage(raw: string): SipMessage {
  const end = raw.indexOf('\r\n\r\n');
  const [start = '', ...lines] = raw.slice(0, end < 0 ? undefined : end).split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const;
  });
  return { start, headers, body: end < 0 ? '' : raw.slice(end + 4) };
}

export function headerOf(message: SipMessage, name: string): string | undefined {
  return message.headers.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
}

export function statusOf({ start }: SipMessage): number {
  return Number(start.split(' ')[1]);
}

/** How the server writes the headers that it knows, and in which order; the others follow as they came. */
const known = [
  'Via',
  'Record-Route',
  'Max-Forwards',
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Subject',
  'Contact',
  'Expires',
  'Min-Expires',
  'Retry-After',
  'Date',
  'Event',
  'Allow-Events',
  'Subscription-State',
  'Accept',
  'Allow',
  'Authorization',
  'WWW-Authenticate',
  'Reason',
  'Content-Type',
  'Content-Length',
];

/** A message as the server sends it. A name with a space in it is dropped without a word. */
export function written({ start, headers, body }: SipMessage): string {
  const good = headers
    .filter(([name]) => /^[\w.-]+$/.test(name) && name.toLowerCase() !== 'content-length')
    .map(([name, value]) => [canonical(name), spaced(name, value)] as const);
  const length = ['Content-Length', String(Buffer.byteLength(body))] as const;
  const at = (name: string): number => (known.includes(name) ? known.indexOf(name) : known.length);
  const ordered = [...good, length].toSorted(([a], [b]) => at(a) - at(b));
  return `${start}\r\n${ordered.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

/** Parameters of credentials are set apart. */
function spaced(name: string, value: string): string {
  return name.toLowerCase() === 'authorization' ? value.replaceAll(/,(?=\w+=)/g, ', ') : value;
}

export function canonical(name: string): string {
  return (
    known.find((one) => one.toLowerCase() === name.toLowerCase()) ??
    (/^[a-z]/.test(name) ? name.replaceAll(/(^|-)[a-z]/g, (letters) => letters.toUpperCase()) : name)
  );
}
