/** Texts to subscribers' phones as SIP MESSAGE (RFC 3428), through the switch. */
import type { TextGateway } from '../../ports/gateway.ts';
import type { MediaServer } from '../../ports/media.ts';

export interface SipGatewaySlice {
  /** The access number: replies go there. E.164. */
  readonly from: string;
  /** Trunk for recipients without a registered phone; the switch's default if absent. */
  readonly trunk?: string;
}

export interface SipGatewayDeps {
  readonly media: Pick<MediaServer, 'sendText'>;
}

/** The media server belongs to its opener: closing the gateway leaves it open. */
export function openSipGateway(slice: SipGatewaySlice, deps: SipGatewayDeps): TextGateway & AsyncDisposable {
  return {
    name: 'sip',
    send: async ({ id, to, body }) => {
      const trunk = slice.trunk === undefined ? {} : { trunk: slice.trunk };
      await deps.media.sendText({ id, to, body, from: slice.from, ...trunk });
      return {};
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
