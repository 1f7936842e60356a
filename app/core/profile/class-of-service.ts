import type { CallerIdRules } from '../address/attestation.ts';
import type { DepositLimits } from '../mailbox/deposit-limits.ts';
import type { TollTable } from './toll-table.ts';

export const messageKinds = ['voice', 'fax', 'text', 'email', 'image', 'video'] as const;

/** Which messages a rule or lamp is about: contexts of RFC 3458. */
export type MessageKind = (typeof messageKinds)[number];

export const gatewayNames = ['sip', 'twilio', 'smpp', 'console', 'email', 'webhook'] as const;

export type GatewayName = (typeof gatewayNames)[number];

export const notificationEvents = [
  'message',
  'nearly-full',
  'full',
  'expiring',
  'unread',
  'pin-not-set',
  /** A fax that the subscriber sent was delivered, or was not. */
  'fax-sent',
] as const;

/** What a subscriber may be told of. */
export type NotificationEvent = (typeof notificationEvents)[number];

export const faxModes = ['detect', 'only', 'off'] as const;

/**
 * How faxes are received: `detect` where a fax tone is heard in a call, `only`: every call is answered by a fax machine,
 * `off`: none is.
 */
export type FaxMode = (typeof faxModes)[number];

export const attachments = ['attach', 'none'] as const;

/** Tells whom to notify, of what, and through which gateway. */
export interface NotificationRule {
  readonly gateway: GatewayName;
  /**
   * `subscriber` = the mailbox's own number, or for `email` its e-mail address; else a fixed number or address; for `webhook`
   * an address (https) or `hook:` and the name of a hook of the operator.
   */
  readonly to: string;
  /** Default: all. */
  readonly events?: readonly NotificationEvent[] | undefined;
  /** Kinds of message that it is about; default: all. */
  readonly kinds?: readonly MessageKind[] | undefined;
  /** Of mails: whether they carry the message itself, or say only that it is there; default: `attach`. */
  readonly attach?: (typeof attachments)[number] | undefined;
}

/** Times of day, `HH:MM` in the subscriber's zone, between which nobody is disturbed; may go over midnight. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

/** The default profile of a number range. Durations carry their unit in the name. */
export interface ClassOfService {
  readonly name: string;
  /** BCP 47 tag of a folder in prompts/ and of the text templates. */
  readonly language: string;
  /** IANA zone for spoken and written times. */
  readonly timeZone: string;
  /** Most seconds of one recorded message. */
  readonly maxMessageSeconds: number;
  /** Silence that ends a recording, in seconds. */
  readonly maxSilenceSeconds: number;
  /** Recordings with less speech than this make no message, in milliseconds. */
  readonly minSpeechMs: number;
  /** How long a message is kept, in days. */
  readonly retentionDays: number;
  /** How long a reference opens its message, in days. */
  readonly referenceDays: number;
  /** Quota of one mailbox, over all kinds. */
  readonly maxMessages: number;
  /** The same in bytes of what is kept in the store itself, not in the archive; absent: no limit. */
  readonly maxBytes?: number | undefined;
  /** The same in seconds of sound and video; absent: no limit. */
  readonly maxSeconds?: number | undefined;
  /** Share of the quota above it that takes only urgent messages, in percent; absent: 0. */
  readonly urgentReservePercent?: number | undefined;
  /** Memory allocation in bytes: above it messages go to the archive, the longest not accessed first; absent: none does. */
  readonly memoryBytes?: number | undefined;
  /** Days without access after which a message may be archived; absent: 30. */
  readonly archiveAfterDays?: number | undefined;
  /** Days without access after which a message is kept in less space; absent: never. */
  readonly compressAfterDays?: number | undefined;
  /** Whether the caller may press `#` and review, re-record, append, mark urgent or private. */
  readonly review: boolean;
  readonly notify: readonly NotificationRule[];
  /** Whether the first message of a new mailbox sends the welcome text before the notice. */
  readonly welcome: boolean;
  /** Absent: never quiet. Urgent messages are told of at any time. */
  readonly quietHours?: QuietHours | undefined;
  /** Days that a deleted message can be brought back. */
  readonly trashDays: number;
  /** Whose calls ask for the PIN: all, or only those whose caller ID cannot be believed. */
  readonly pin: 'always' | 'untrusted';
  /** Number that the operator key calls; absent: there is none. */
  readonly operator?: string | undefined;
  readonly toll: TollTable;
  /** Whether new messages are brought by a call. */
  readonly deliverByCall: boolean;
  /** Whether the message waiting indication (RFC 3842) is kept for mailboxes of the class. */
  readonly lamp: boolean;
  /** Whether voice messages are written down by speech recognition; absent: no. */
  readonly transcribe?: boolean | undefined;
  /** Absent: `detect`. */
  readonly fax?: FaxMode | undefined;
  /** What is done about calls by what the signature of the caller ID came to; absent: they are marked. */
  readonly callerIds?: CallerIdRules | undefined;
  /** How many messages may be left in a time; absent: the usual limits. */
  readonly deposits?: DepositLimits | undefined;
}
