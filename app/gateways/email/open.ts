/** Mail to subscribers and from them, through a relay (RFC 6409, RFC 5321) that brings it where it goes. */
import { createTransport } from 'nodemailer';
import { Fault } from '../../core/errors.ts';
import type { OutgoingText, TextGateway } from '../../ports/gateway.ts';
import type { OutgoingMail } from '../../ports/mail.ts';
import { mailFault } from './mail-faults.ts';

export interface RelaySlice {
  readonly host: string;
  readonly port: number;
  /**
   * `starttls`: when the relay offers it; `required`: not without it; `implicit`: TLS from the first byte, as on port 465;
   * `none`.
   */
  readonly tls: 'starttls' | 'required' | 'implicit' | 'none';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Most connections at once. */
  readonly connections: number;
  /** What we call ourselves to it. */
  readonly hostname: string;
}

export interface MailGatewayDeps {
  /**
   * Longest time for one try, in milliseconds; 15,000 if absent: with the time that attachments
   * take before (8,000) it ends within the lease that its sender holds (30,000).
   */
  readonly sendMs?: number;
}

/** Connects when there is a mail. */
export function openMailGateway(
  slice: RelaySlice,
  deps: MailGatewayDeps = {},
): TextGateway & AsyncDisposable {
  const timeoutMs = deps.sendMs ?? 15_000;
  const { user, password } = slice;
  const transport = createTransport({
    pool: true,
    host: slice.host,
    port: slice.port,
    name: slice.hostname,
    secure: slice.tls === 'implicit',
    requireTLS: slice.tls === 'required',
    ignoreTLS: slice.tls === 'none',
    // What only may be encrypted is not refused for its certificate: the other way would be no encryption.
    ...(slice.tls === 'starttls' ? { tls: { rejectUnauthorized: false } } : {}),
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    maxConnections: slice.connections,
    maxMessages: 1000,
    // What did not go is tried again by whoever sends it, and by nobody else.
    maxRequeues: 0,
    connectionTimeout: Math.min(10_000, timeoutMs),
    greetingTimeout: Math.min(10_000, timeoutMs),
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    name: 'email',
    async send(text) {
      if (text.mail === undefined)
        throw new Fault('gateway-refused', 'a text without an envelope is no mail', { temporary: false });
      try {
        // The library's own deadlines begin anew with each byte. At the end of this one the mail leaves the pool, from its queue
        // or with the connection that has it: one that stayed would go out later, besides the one of the next try.
        const signal = AbortSignal.timeout(timeoutMs);
        await transport.sendMail({ ...composed(text, text.mail), signal });
        return { providerId: text.mail.messageId };
      } catch (error) {
        throw mailFault(error);
      }
    },
    async [Symbol.asyncDispose]() {
      transport.close();
    },
  };
}

function composed({ to, body }: OutgoingText, mail: OutgoingMail) {
  return {
    envelope: { from: mail.envelopeFrom, to: [to] },
    messageId: mail.messageId,
    from: { name: mail.from.name ?? '', address: mail.from.address },
    to,
    ...(mail.replyTo === undefined ? {} : { replyTo: mail.replyTo }),
    ...(mail.inReplyTo === undefined ? {} : { inReplyTo: mail.inReplyTo, references: [mail.inReplyTo] }),
    subject: mail.subject,
    text: body,
    ...(mail.html === undefined ? {} : { html: mail.html }),
    headers: mail.headers,
    attachments: mail.attachments.map(({ contentType, name, durationMs, bytes }) => ({
      contentType,
      filename: name ?? (false as const),
      content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      ...(durationMs === undefined
        ? {}
        : { headers: { 'Content-Duration': String(Math.ceil(durationMs / 1000)) } }),
    })),
  };
}
