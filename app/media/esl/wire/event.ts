/** Events of the event socket, from JSON or plain form. */
import type { Frame } from './frames.ts';
import { headersOf } from './frames.ts';

/** An event, or the channel data that answer `connect`. */
export class EslEvent {
  readonly #headers: ReadonlyMap<string, string | readonly string[]>;
  /** Its own body, as of MESSAGE or BACKGROUND_JOB. */
  readonly body: string | undefined;

  constructor(headers: ReadonlyMap<string, string | readonly string[]>, body?: string) {
    this.#headers = headers;
    this.body = body;
  }

  /** As `CHANNEL_ANSWER`; empty if it has none. */
  get name(): string {
    return this.get('Event-Name') ?? '';
  }

  /** Of a CUSTOM event, as `sofia::register`. */
  get subclass(): string | undefined {
    return this.get('Event-Subclass');
  }

  /** Of a header with several values the first. */
  get(header: string): string | undefined {
    const value = this.#headers.get(header);
    return typeof value === 'string' ? value : value?.[0];
  }

  all(header: string): readonly string[] {
    const value = this.#headers.get(header);
    if (value === undefined) return [];
    return typeof value === 'string' ? [value] : value;
  }

  /** A channel variable; `undefined` also where it is empty, as the switch does not tell these apart. */
  variable(name: string): string | undefined {
    return this.get(`variable_${name}`) || undefined;
  }
}

/** The event in a message, `undefined` if there is none that can be read. */
export function eventOf({ headers, body }: Frame): EslEvent | undefined {
  const type = headers.get('Content-Type');
  if (type === 'text/event-json') return fromJson(body.toString('utf8'));
  if (type === 'text/event-plain') return fromPlain(body);
  return undefined;
}

/** Channel data: the headers of the reply to `connect`, percent-encoded as those of plain events are. */
export function channelData({ headers }: Frame): EslEvent {
  return new EslEvent(decoded(headers));
}

function fromJson(text: string): EslEvent | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const { _body: body, ...rest } = parsed as Record<string, unknown>;
  const headers = new Map<string, string | readonly string[]>();
  for (const [name, value] of Object.entries(rest)) {
    if (typeof value === 'string') headers.set(name, value);
    else if (Array.isArray(value)) headers.set(name, value.map(String));
  }
  return new EslEvent(headers, typeof body === 'string' ? body : undefined);
}

function fromPlain(bytes: Buffer): EslEvent {
  const end = bytes.indexOf('\n\n');
  const headers = headersOf(bytes.subarray(0, end < 0 ? bytes.length : end).toString('utf8'));
  const body =
    end < 0 || !headers.has('Content-Length') ? undefined : bytes.subarray(end + 2).toString('utf8');
  return new EslEvent(decoded(headers), body);
}

function decoded(headers: ReadonlyMap<string, string>): Map<string, string | readonly string[]> {
  return new Map([...headers].map(([name, value]) => [name, severalOf(percentDecoded(value))]));
}

/** A variable with several values, as plain form writes it: `ARRAY::a|:b`. */
function severalOf(value: string): string | readonly string[] {
  return value.startsWith('ARRAY::') ? value.slice('ARRAY::'.length).split('|:') : value;
}

/**
 * Percent-encoding as far as it is one: a `%` without two hexadecimal digits stays, bytes that are no UTF-8 become U+FFFD.
 * A caller chooses these bytes: nothing throws.
 */
export function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  return text.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}
