/** SIP as the parts of the edge see it: requests that come in, what they are answered, and requests that go out. */
import { Fault } from '../../core/errors.ts';

export interface SipRequest {
  readonly method: string;
  readonly uri: string;
  /** All lines of the header, joined with commas; `undefined` if there is none. Names in any case. */
  header(name: string): string | undefined;
  /** Read as UTF-8: bytes that are none are U+FFFD. */
  readonly body: string;
  /** Where the datagram or connection came from; headers cannot forge it. */
  readonly peer: { readonly address: string; readonly port: number; readonly protocol: string };
  /** `host:port` that it came in on; absent within a dialog. */
  readonly receivedOn: string | undefined;
  /** The server's id of the transaction: whoever is connected to that server may answer by it. */
  readonly transaction: string;
  /** The server's id of the dialog that it is in; empty if it is in none that the server knows. */
  readonly dialog: string;
}

export type SipHeaders = Readonly<Record<string, string>>;

export type SipReply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: SipHeaders;
      /** The answer has gone out; `dialog` is the one that it made or was in, or empty. */
      readonly sent?: (dialog: string) => void;
    }
  | {
      readonly kind: 'proxy';
      /** `sip:` addresses, each tried after the one before failed. */
      readonly targets: readonly string[];
      readonly headers: SipHeaders;
      readonly recordRoute: boolean;
      /** Longest wait for a first sign of a target, in milliseconds. */
      readonly provisionalMs: number;
      /** The final status that the caller got from a target, or `undefined` where none answered. */
      readonly done?: (status: number | undefined) => void;
    };

/** Answers one request. What it rejects with is answered too: 503 for a temporary Fault, else 500. */
export type SipHandler = (request: SipRequest) => Promise<SipReply>;

export interface SipOutgoing {
  readonly method: string;
  /** `placeholder` within a dialog: the server knows the remote target. */
  readonly uri: string;
  readonly headers: SipHeaders;
  readonly body?: string;
  readonly dialog?: string;
}

export interface SipResponse {
  readonly status: number;
  /** False if the server made it up itself: nobody answered. */
  readonly fromPeer: boolean;
}

export function answer(status: number, headers?: SipHeaders): SipReply {
  return { kind: 'answer', status, ...(headers === undefined ? {} : { headers }) };
}

/** Seconds after which a request may be repeated (Retry-After, RFC 3261, section 20.33). */
const retryAfter = '30';

export function tryLater(): SipReply {
  return answer(503, { 'Retry-After': retryAfter });
}

/** Characters of a `To` that are read. */
const mostTo = 4096;

/** Whether a `To` has a tag: then the sender believes to be in a dialog (RFC 3261, section 12.2). */
export function hasTag(to: string | undefined): boolean {
  // What never closes is looked through once, and not from each of its beginnings.
  const bare = to?.slice(0, mostTo).replace(/"(?:[^"\\]|\\.)*"|<[^<>]*>/g, '');
  return bare !== undefined && /;\s*tag\s*=/i.test(bare);
}

/**
 * Names and values of headers go out as they are: a line end in one would begin a header of somebody else's making.
 * @throws Fault `invalid`
 */
export function checkHeaders(headers: SipHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name) || typeof value !== 'string' || /[\0\r\n]/.test(value))
      throw new Fault('invalid', `header ${JSON.stringify(name.slice(0, 40))} cannot be sent`, {
        temporary: false,
      });
  }
}

/** The same of what stands in the first lines of a frame: there `|` separates. @throws Fault `invalid` */
export function checkTokens(...tokens: readonly (string | undefined)[]): void {
  for (const token of tokens) {
    // oxlint-disable-next-line no-control-regex
    if (token !== undefined && /[\u0000-\u0020|\u007f]/.test(token))
      throw new Fault('invalid', 'an address or dialog cannot be sent', { temporary: false });
  }
}

/** Text as a part of an address (RFC 3261, section 25.1). */
export function inAddress(text: string): string {
  // Half a character cannot be written.
  return encodeURIComponent(text.replaceAll(/\p{Cs}/gu, '')).replaceAll('%2B', '+');
}
