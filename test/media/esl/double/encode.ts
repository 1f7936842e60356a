/** Messages as FreeSWITCH writes them. */
import type { Headers, Value } from './templates.ts';

export type EventFormat = 'plain' | 'json';

/** Characters that stay, and a `%` that begins what looks encoded already: that is why plain form loses. */
export function percentEncoded(text: string): string {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  return bytes.replaceAll(/[^\w!$'()*,./~-]/g, (char, at: number) =>
    char === '%' && /^%[0-9A-F]{2}/.test(bytes.slice(at))
      ? char
      : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function plainValue(value: Value): string {
  return percentEncoded(typeof value === 'string' ? value : `ARRAY::${value.join('|:')}`);
}

function lines(headers: Iterable<readonly [string, Value]>): string {
  return [...headers].map(([name, value]) => `${name}: ${plainValue(value)}\n`).join('');
}

/** An event with the body that it may have. */
export function eventFrame(headers: Headers, format: EventFormat, body?: string): Buffer {
  const own = body === undefined ? headers : withLength(headers, body);
  const text =
    format === 'json'
      ? JSON.stringify({ ...Object.fromEntries(own), ...(body === undefined ? {} : { _body: body }) })
      : `${lines(own)}\n${body ?? ''}`;
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([
    Buffer.from(`Content-Length: ${bytes.length}\nContent-Type: text/event-${format}\n\n`),
    bytes,
  ]);
}

function withLength(headers: Headers, body: string): Headers {
  return new Map(headers).set('Content-Length', String(Buffer.byteLength(body)));
}

/** Replies are cut at 511 characters. */
export function replyFrame(text: string, more: Readonly<Record<string, string>> = {}): Buffer {
  const rest = Object.entries(more).map(([name, value]) => `${name}: ${value}\n`);
  return Buffer.from(
    `Content-Type: command/reply\nReply-Text: ${text.slice(0, 511)}\n${rest.join('')}\n`,
    'utf8',
  );
}

export function apiFrame(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([
    Buffer.from(`Content-Type: api/response\nContent-Length: ${bytes.length}\n\n`),
    bytes,
  ]);
}

/** The reply to `connect`, percent-encoded like a plain event, its Reply-Text too. */
export function channelFrame(headers: Headers): Buffer {
  return Buffer.from(`${lines(headers)}\n`, 'utf8');
}

const goodbye = 'Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n';

export function byeFrame(session: string | undefined): Buffer {
  const owner =
    session === undefined ? '' : `Controlled-Session-UUID: ${session}\nContent-Disposition: disconnect\n`;
  return Buffer.from(
    `Content-Type: text/disconnect-notice\n${owner}Content-Length: ${goodbye.length}\n\n${goodbye}`,
  );
}

export function lingerFrame(session: string, channelName: string, seconds: number): Buffer {
  return Buffer.from(
    `Content-Type: text/disconnect-notice\nControlled-Session-UUID: ${session}\nContent-Disposition: linger\n` +
      `Channel-Name: ${channelName}\nLinger-Time: ${seconds}\nContent-Length: 0\n\n`,
  );
}
