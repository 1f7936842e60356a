/** E-mail as services see it. Adapter: gateways/email. */
import type { Automatic } from '../core/mail/automatic.ts';
import type { Omitted } from '../core/message/message.ts';
import type { DepositPart } from './spool.ts';

/** A mail that came in, taken apart. Nothing in it is believed but what the server itself saw. */
export interface InboundMail {
  /** The same for the same mail, however often it comes: made of Message-ID and author, or of the whole without one. */
  readonly id: string;
  /** As `<id@host>`. */
  readonly messageId?: string;
  /** Where failures are reported to (MAIL FROM, RFC 5321); the empty string for reports and the like. */
  readonly sender: string;
  /** Address of the client that handed it over. */
  readonly client: string;
  /** First author by the header. */
  readonly from?: MailAddress;
  readonly subject?: string;
  /** Message-Context (RFC 3458), in lower case. */
  readonly context?: string;
  readonly urgent: boolean;
  readonly confidential: boolean;
  readonly automatic: Automatic;
  /** Domains that have sent it on or made it as a notice (`X-Loop`), in lower case. */
  readonly loops: readonly string[];
  /** Servers that it has passed. */
  readonly hops: number;
  /** What is written in it, in plain words; empty if nothing is. */
  readonly words: string;
  readonly parts: readonly DepositPart[];
  readonly omitted: readonly Omitted[];
  /** Of a delivery status notification (RFC 3464). */
  readonly report?: DeliveryReport;
}

export interface MailAddress {
  /** `addr-spec`, RFC 5322. */
  readonly address: string;
  readonly name?: string;
}

export interface DeliveryReport {
  readonly action: 'failed' | 'delayed' | 'delivered';
  /** Enhanced status code (RFC 3463). */
  readonly status?: string;
}

/** Whether a recipient is taken, before any content comes. */
export type RecipientVerdict =
  | 'taken'
  /** Its domain is not ours. */
  | 'not-ours'
  /** Ours, but nobody is served at it. */
  | 'unknown'
  | 'full'
  /** Its mailbox takes nothing, until the operator says otherwise. */
  | 'suspended'
  /** Larger than its mailbox may ever be. */
  | 'too-large'
  /** It takes delivery reports alone. */
  | 'reports-only';

/** Who takes in what the mail server gets. */
export interface MailIntake {
  /**
   * @param sender MAIL FROM; the empty string for reports
   * @param size bytes of the mail as its sender says (RFC 1870)
   */
  recipient(address: string, sender: string, size?: number): Promise<RecipientVerdict>;
  /**
   * Resolved = safe for every recipient, or never to be kept. The same mail can come again.
   * @throws Fault if something was not safe: temporary = it is to come again; `mailbox-full` and `message-too-large` where a
   * mailbox has no room for it, `too-many` where it takes no more for a time
   */
  take(mail: InboundMail, recipients: readonly string[]): Promise<void>;
}

/** A mail to be, beside its plain text. */
export interface OutgoingMail {
  /** As `<id@host>`; the same in each try. */
  readonly messageId: string;
  readonly from: MailAddress;
  readonly replyTo?: string;
  /** Where failures are reported to. */
  readonly envelopeFrom: string;
  readonly subject: string;
  readonly html?: string;
  /** Message-ID of the mail that it answers, as `<id@host>`. */
  readonly inReplyTo?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly attachments: readonly DepositPart[];
}
