import { answerChallenge, type Credentials } from './digest.ts';
import type { CallEnd, CallState, CallTimes } from './call.ts';
import type { Changes } from './changes.ts';
import type { RtpStream } from './rtp-stream.ts';
import { composeSdp, parseSdp, type Codec } from './sdp.ts';
import { header, uriIn, type Peer, type SipRequest, type SipResponse } from './sip-message.ts';
import { newToken, type OutRequest, type ReplyParts, type SipTransport } from './sip-transport.ts';

export interface DialogParts {
  readonly transport: SipTransport;
  readonly changes: Changes;
  readonly rtp: RtpStream;
  readonly codec: Codec;
  /** Contact URI of this phone. */
  readonly contact: string;
  readonly credentials: Credentials | undefined;
  /** Send no sound while there is nothing to say. */
  readonly quiet: boolean;
}

/** The INVITE that we send; values raw, without tags. */
export interface Invitation {
  readonly uri: string;
  readonly from: string;
  readonly to: string;
  readonly lines: readonly string[];
  readonly peer: Peer;
  /** Longest wait for a final response. */
  readonly withinMs: number;
}

/** An INVITE dialog (RFC 3261, 12 to 15), either side. */
export class Dialog {
  readonly callId: string;
  readonly times: CallTimes = { invite: performance.now() };
  readonly invite: SipRequest | undefined;
  state: CallState = 'ringing';
  status: number | undefined;
  reason = '';
  end: CallEnd | undefined;
  readonly #parts: DialogParts;
  readonly #tag = newToken();
  #local = '';
  #remote = '';
  #target = '';
  #peer: Peer;
  #cseq = 1;
  #inviteBranch = '';
  #invitation: OutRequest | undefined;
  #ack: OutRequest | undefined;
  /** Route lines of requests within the dialog (RFC 3261, 12.1). */
  #routes: readonly string[] = [];
  #cancelled = false;

  private constructor(parts: DialogParts, callId: string, peer: Peer, invite?: SipRequest) {
    this.#parts = parts;
    this.callId = callId;
    this.#peer = peer;
    this.invite = invite;
  }

  /** Sends an INVITE. */
  static outgoing(parts: DialogParts, invitation: Invitation): Dialog {
    const dialog = new Dialog(parts, `${newToken()}@test`, invitation.peer);
    dialog.#local = `${invitation.from};tag=${dialog.#tag}`;
    dialog.#remote = invitation.to;
    dialog.#target = invitation.uri;
    void dialog.#inviteThem(invitation, []);
    return dialog;
  }

  /** Takes an INVITE; nothing is sent yet. */
  static incoming(parts: DialogParts, invite: SipRequest): Dialog {
    const dialog = new Dialog(parts, header(invite, 'call-id'), invite.source, invite);
    dialog.times.invite = invite.at;
    dialog.#local = `${header(invite, 'to')};tag=${dialog.#tag}`;
    dialog.#remote = header(invite, 'from');
    dialog.#target = uriIn(header(invite, 'contact')) || invite.uri;
    dialog.#cseq = 100;
    dialog.#routes = recorded(invite).map((one) => `Route: ${one}`);
    return dialog;
  }

  ring(): void {
    this.#answerInvite(180, 'Ringing');
    this.times.ringing = performance.now();
  }

  accept(): void {
    if (this.invite === undefined || this.state !== 'ringing') return;
    this.times.final = performance.now();
    this.status = 200;
    this.#answerInvite(200, 'OK', this.#withSdp());
  }

  /** Has no effect on a call that was answered. */
  refuse(status: number): void {
    if (this.invite === undefined || this.state !== 'ringing' || this.status !== undefined) return;
    this.times.final = performance.now();
    this.#refused(status, 'Refused', 'us');
    this.#answerInvite(status, 'Refused');
  }

  /** Ends it with what its state asks for, and waits until the far side has confirmed. */
  async hangup(): Promise<void> {
    // RFC 3261, 15: who has answered may not say BYE before the ACK.
    if (this.state === 'ringing' && this.invite !== undefined && this.status === 200) {
      await this.#parts.changes.until(() => this.state !== 'ringing' || undefined, 4000, 'ACK');
    }
    if (this.state === 'up') {
      this.#over('us');
      await this.#parts.transport.transact(this.#inDialog('BYE'), 4000).final;
    } else if (this.state === 'ringing' && this.invite !== undefined) {
      this.refuse(603);
    } else if (this.state === 'ringing' && this.#invitation !== undefined) {
      this.#cancelled = true;
      const cancel = { ...this.#invitation, method: 'CANCEL', lines: [], body: Buffer.alloc(0) };
      this.#parts.transport.send(cancel, this.#inviteBranch);
      await this.#parts.changes.until(() => this.end, 4000, 'end of a cancelled call');
    }
  }

  /** A request of the far side within the dialog. */
  request(request: SipRequest): void {
    const { transport } = this.#parts;
    if (request.method === 'ACK') return this.#acknowledged(request);
    if (request.method === 'BYE') {
      transport.reply(request, 200, 'OK');
      return this.#over('them', /cause=(\d+)/i.exec(header(request, 'reason'))?.[1]);
    }
    if (request.method === 'CANCEL') {
      transport.reply(request, 200, 'OK', { tag: this.#tag });
      this.#answerInvite(487, 'Request Terminated');
      return this.#over('them');
    }
    if (request.method === 'INVITE') {
      const sdp = parseSdp(request.body);
      if (sdp !== undefined) this.#parts.rtp.start(sdp.media, this.#parts.quiet);
      return transport.reply(request, 200, 'OK', this.#withSdp());
    }
    return transport.reply(request, 200, 'OK', { tag: this.#tag });
  }

  /** A 200 again: our ACK was lost. */
  lateResponse(response: SipResponse): void {
    if (this.#ack !== undefined && response.status === 200) this.#parts.transport.send(this.#ack);
  }

  async #inviteThem(invitation: Invitation, authorization: readonly string[]): Promise<void> {
    const { transport, codec, rtp, contact } = this.#parts;
    const request: OutRequest = {
      method: 'INVITE',
      uri: invitation.uri,
      from: this.#local,
      to: invitation.to,
      callId: this.callId,
      cseq: ++this.#cseq,
      lines: [
        `Contact: <${contact}>`,
        'Allow: INVITE, ACK, BYE, CANCEL, NOTIFY, MESSAGE, OPTIONS, UPDATE',
        ...authorization,
        ...invitation.lines,
        'Content-Type: application/sdp',
      ],
      body: composeSdp({ host: transport.host, port: rtp.port }, codec),
      peer: invitation.peer,
    };
    this.#invitation = request;
    const { branch, final } = transport.transact(request, invitation.withinMs, (response) =>
      this.#progress(response),
    );
    this.#inviteBranch = branch;
    const response = await final.catch((error: Error) => error);
    if (response instanceof Error) return this.#refused(408, response.message, 'us');
    const again = authorization.length === 0 ? this.#authorize(response, request) : undefined;
    if (again !== undefined) return this.#inviteThem(invitation, [again]);
    return this.#final(response);
  }

  #authorize(response: SipResponse, request: OutRequest): string | undefined {
    const { credentials } = this.#parts;
    if (credentials === undefined || (response.status !== 401 && response.status !== 407)) return undefined;
    return answerChallenge(response, request, credentials);
  }

  #progress(response: SipResponse): void {
    if (response.status === 100) return;
    this.times.ringing ??= response.at;
    this.#parts.changes.changed();
  }

  #final(response: SipResponse): void {
    this.times.final = response.at;
    if (response.status >= 300)
      return this.#refused(response.status, response.reason, this.#cancelled ? 'us' : 'them');
    this.status = response.status;
    this.#remote = header(response, 'to');
    this.#target = uriIn(header(response, 'contact')) || this.#target;
    this.#routes = recorded(response)
      .toReversed()
      .map((one) => `Route: ${one}`);
    const inviteCseq = this.#invitation?.cseq ?? this.#cseq;
    this.#ack = { ...this.#inDialog('ACK'), cseq: inviteCseq };
    this.#parts.transport.send(this.#ack);
    this.#up(response.body);
    if (this.#cancelled) void this.hangup();
  }

  #acknowledged(ack: SipRequest): void {
    if (this.state !== 'ringing' || this.status !== 200) return;
    this.#up(ack.body.length > 0 ? ack.body : (this.invite?.body ?? ack.body));
  }

  #up(sdp: Buffer): void {
    this.state = 'up';
    this.times.ack = performance.now();
    const remote = parseSdp(sdp);
    if (remote !== undefined) this.#parts.rtp.start(remote.media, this.#parts.quiet);
    this.#parts.changes.changed();
  }

  #refused(status: number, reason: string, by: 'us' | 'them'): void {
    this.status = status;
    this.reason = reason;
    this.#over(by, undefined, 'refused');
  }

  #over(by: 'us' | 'them', cause?: string, state: CallState = 'ended'): void {
    if (this.end !== undefined) return;
    this.state = state;
    this.times.ended = performance.now();
    this.end = { by, at: this.times.ended, ...(cause === undefined ? {} : { cause: Number(cause) }) };
    this.#parts.rtp.close();
    this.#parts.changes.changed();
  }

  #answerInvite(status: number, reason: string, parts: ReplyParts = {}): void {
    if (this.invite !== undefined)
      this.#parts.transport.reply(this.invite, status, reason, {
        tag: this.#tag,
        ...parts,
        lines: [...recorded(this.invite).map((one) => `Record-Route: ${one}`), ...(parts.lines ?? [])],
      });
  }

  #withSdp(): ReplyParts {
    const { transport, rtp, codec, contact } = this.#parts;
    return {
      tag: this.#tag,
      lines: [`Contact: <${contact}>`, 'Content-Type: application/sdp'],
      body: composeSdp({ host: transport.host, port: rtp.port }, codec),
    };
  }

  #inDialog(method: string): OutRequest {
    return {
      method,
      uri: this.#target,
      from: this.#local,
      to: this.#remote,
      callId: this.callId,
      cseq: ++this.#cseq,
      lines: this.#routes,
      body: Buffer.alloc(0),
      peer: this.#peer,
    };
  }
}

/** Record-Route values in wire order; the proxies of tests write one a line or several with commas. */
function recorded(message: SipRequest | SipResponse): string[] {
  return (message.headers.get('record-route') ?? []).flatMap((line) => line.split(/,\s*(?=<)/));
}
