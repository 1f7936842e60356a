/** Which messages a rule or lamp is about: contexts of RFC 3458. */
export type MessageKind = 'voice' | 'fax' | 'text' | 'email' | 'image' | 'video';

export type GatewayName = 'sip' | 'twilio' | 'console';

/** Tells whom to notify and through which gateway, for one class of service. */
export interface NotificationRule {
  readonly gateway: GatewayName;
  /** `subscriber` = the mailbox's own number; else a fixed number. */
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
  /** Quota of one mailbox. */
  readonly maxMessages: number;
  /** Whether the caller may press `#` and review, re-record, append, mark urgent or private. */
  readonly review: boolean;
  readonly notify: readonly NotificationRule[];
  /** Whether the first message of a new mailbox sends the welcome text before the notice. */
  readonly welcome: boolean;
  /** Whether the message waiting indication (RFC 3842) is kept for mailboxes of the class. */
  readonly lamp: boolean;
}
