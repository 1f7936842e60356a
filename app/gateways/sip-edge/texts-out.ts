/** SIP MESSAGE that goes out (RFC 3428), over a trunk. */
import { isIPv6 } from 'node:net';
import { Fault } from '../../core/errors.ts';
import type { OutgoingText, TextGateway } from '../../ports/gateway.ts';
import type { SipLink } from './link.ts';
import type { EdgeTrunk } from './peers.ts';

export interface TextsOutSlice {
  /** The access number: replies go there. */
  readonly from: string;
  /** Domain of our addresses; the server puts its own address for `localhost`. */
  readonly domain: string;
  readonly trunk: EdgeTrunk;
  readonly transport: 'udp' | 'tcp';
}

/** What may stand as the user part of an address that we write. */
const addressable = /^\+?[0-9A-Za-z*#._-]{1,64}$/;

/** Answers below 500 and from 600 that may be others later; 481 and 491 belong to dialogs. */
const passing: ReadonlySet<number> = new Set([408, 423, 429, 480, 486, 600]);
/** Those of 5xx that stay: 501 Not Implemented, 505 Version Not Supported, 513 Message Too Large. */
const lasting: ReadonlySet<number> = new Set([501, 505, 513]);

export function sendTexts(slice: TextsOutSlice, link: Pick<SipLink, 'request'>): TextGateway {
  return {
    name: 'sip',
    async send({ id, to, body }: OutgoingText) {
      if (!addressable.test(to) || !addressable.test(slice.from))
        throw new Fault('invalid', 'a text needs plain numbers', { temporary: false });
      const { domain, trunk, transport } = slice;
      const host = isIPv6(trunk.host) ? `[${trunk.host}]` : trunk.host;
      const own = `<sip:${encodeUser(slice.from)}@${domain}>`;
      const { status } = await link.request({
        method: 'MESSAGE',
        uri: `sip:${encodeUser(to)}@${host}:${trunk.port}${transport === 'udp' ? '' : `;transport=${transport}`}`,
        headers: {
          From: own,
          To: `<sip:${encodeUser(to)}@${host}>`,
          'P-Asserted-Identity': own,
          'Content-Type': 'text/plain;charset=UTF-8',
          'X-Answerback-Id': id.replace(/[^\x21-\x7e]/g, '_').slice(0, 100),
        },
        body,
      });
      if (status < 300) return {};
      const temporary = status < 500 || status >= 600 ? passing.has(status) : !lasting.has(status);
      throw new Fault(
        temporary ? 'gateway-unavailable' : 'gateway-refused',
        `the text was answered ${status}`,
        {
          temporary,
        },
      );
    },
  };
}

/** `#` begins something else in an address (RFC 3261, section 25.1). */
function encodeUser(user: string): string {
  return user.replaceAll('#', '%23');
}
