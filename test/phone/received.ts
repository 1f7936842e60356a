import { header, uriIn, userIn, type SipRequest } from './sip-message.ts';

/** A MESSAGE that came in (RFC 3428). */
export interface ReceivedText {
  /** Users of From and of the request URI. */
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly at: number;
  readonly request: SipRequest;
}

/** A message waiting indication (RFC 3842). */
export interface LampNotice {
  readonly at: number;
  readonly waiting: boolean;
  readonly new: number;
  readonly old: number;
  readonly account: string;
  readonly body: string;
  readonly request: SipRequest;
}

export function parseText(request: SipRequest): ReceivedText {
  const from = userIn(header(request, 'from'));
  return { from, to: userIn(request.uri), body: request.body.toString('utf8'), at: request.at, request };
}

export function parseNotice(request: SipRequest): LampNotice {
  const body = request.body.toString('utf8');
  const counts = /^Voice-Message:\s*(\d+)\/(\d+)/im.exec(body);
  return {
    at: request.at,
    waiting: /^Messages-Waiting:\s*yes/im.test(body),
    new: Number(counts?.[1] ?? 0),
    old: Number(counts?.[2] ?? 0),
    account: uriIn(/^Message-Account:\s*(.+)$/im.exec(body)?.[1] ?? ''),
    body,
    request,
  };
}
