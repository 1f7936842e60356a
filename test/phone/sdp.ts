import type { Peer } from './sip-message.ts';

export type Codec = 'ulaw' | 'alaw';

/** Static RTP payload types (RFC 3551). */
export const payloadType: Readonly<Record<Codec, number>> = { ulaw: 0, alaw: 8 };
export const digitPayloadType = 101;

/** An offer or answer of one codec and telephone events (RFC 4733). */
export function composeSdp(media: Peer, codec: Codec): Buffer {
  const type = payloadType[codec];
  const lines = [
    'v=0',
    `o=- 1 1 IN IP4 ${media.host}`,
    's=-',
    `c=IN IP4 ${media.host}`,
    't=0 0',
    `m=audio ${media.port} RTP/AVP ${type} ${digitPayloadType}`,
    `a=rtpmap:${type} ${codec === 'ulaw' ? 'PCMU' : 'PCMA'}/8000`,
    `a=rtpmap:${digitPayloadType} telephone-event/8000`,
    `a=fmtp:${digitPayloadType} 0-15`,
    'a=ptime:20',
    'a=sendrecv',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n`);
}

/** Where the far side wants RTP, and the codecs that it names, best first. */
export function parseSdp(
  body: Buffer,
): { readonly media: Peer; readonly codecs: readonly Codec[] } | undefined {
  const text = body.toString('latin1');
  const host = /^c=IN IP4 (\S+)/m.exec(text)?.[1];
  const line = /^m=audio (\d+) RTP\/AVP ([\d ]+)/m.exec(text);
  if (host === undefined || line === null) return undefined;
  const codecs = (line[2] ?? '')
    .split(' ')
    .flatMap((type): Codec[] => (type === '0' ? ['ulaw'] : type === '8' ? ['alaw'] : []));
  return { media: { host, port: Number(line[1]) }, codecs };
}
