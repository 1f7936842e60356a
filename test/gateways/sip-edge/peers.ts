/** Telephones and networks around the double, and what is said with them. */
import type { Socket } from 'node:net';
import { headerOf, type SipMessage } from './message.ts';

/** Where a telephone or network is. */
export interface Peer {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

/** What answers a request that went out; `silent`: nothing ever. */
export type PeerAnswer =
  | {
      readonly start: string;
      readonly headers?: SipMessage['headers'];
      /** Of the To header; `1uas` if absent. */
      readonly tag?: string | undefined;
      /** The server found nobody, and answers itself. */
      readonly unreached?: boolean;
    }
  | 'silent';

export const nobodyThere: PeerAnswer = { start: 'SIP/2.0 503 Service Unavailable', unreached: true };

export interface DoubleOptions {
  readonly secret: string;
  /** Where SIP is spoken, as `host:port`. */
  readonly sip?: string;
  /** Who answers requests that go out. */
  readonly onRequest?: (request: SipMessage) => PeerAnswer | Promise<PeerAnswer>;
  /** Final answers of proxied targets, one each; `undefined` = none at all. */
  readonly onProxy?: (target: string, frame: SipMessage) => number | undefined;
  /** Ids in place of chance. */
  readonly ids?: () => string;
}

/** A request that came in and has no answer yet. */
export interface Transaction {
  readonly request: SipMessage;
  readonly peer: Peer;
  readonly answered: (response: SipMessage) => void;
}

export interface Application {
  readonly socket: Socket;
  readonly routes: Set<string>;
  wedged: boolean;
}

export interface Dialog {
  readonly owner: Application;
  readonly local: string;
  readonly remote: string;
  readonly callId: string;
  readonly target: string;
  readonly peer: Peer;
  cseq: number;
}

export function responseTo(
  request: SipMessage,
  start: string,
  tag: string | undefined,
  more: SipMessage['headers'] = [],
): SipMessage {
  const to = headerOf(request, 'to') ?? '';
  const get = (name: string): readonly [string, string] => [name, headerOf(request, name) ?? ''];
  return {
    start,
    headers: [
      get('Via'),
      get('From'),
      ['To', tag === undefined || /;tag=/.test(to) ? to : `${to};tag=${tag}`],
      get('Call-ID'),
      get('CSeq'),
      ...more,
      ['Content-Length', '0'],
    ],
    body: '',
  };
}

export function rawOf({ start, headers, body }: SipMessage): string {
  return `${start}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

/** The server's id of a dialog that the other side began. */
export function dialogOf(request: SipMessage): string {
  const tag = /;tag=([^;>]+)/.exec(headerOf(request, 'from') ?? '')?.[1] ?? '';
  return `${headerOf(request, 'call-id') ?? ''};from-tag=${tag}`;
}

export function peerOf(uri: string, protocol: string): Peer {
  const [address = '', port = '5060'] = (/^sips?:(?:[^@]*@)?([^;>]+)/.exec(uri)?.[1] ?? '').split(':');
  return { protocol, address, port: Number(port) };
}

export function place({ protocol, address, port }: Peer): string {
  return `${protocol}|${address}|${port}`;
}

export function clock(): string {
  return `${new Date().toISOString().slice(11, 23)}000`;
}
