import type { E164, MailboxId } from '../ids.ts';
import type { MessageKind } from '../profile/class-of-service.ts';
import type { Settings } from '../profile/settings.ts';

export const mailboxStatuses = ['provisional', 'active', 'suspended'] as const;
export type MailboxStatus = (typeof mailboxStatuses)[number];

export interface Mailbox {
  readonly id: MailboxId;
  readonly number: E164;
  readonly aliases: readonly E164[];
  /** Dynamic mailboxes came into being by a message; provisioned ones were made by an operator. */
  readonly origin: 'dynamic' | 'provisioned';
  /**
   * Provisional until the subscriber acts (opens, answers a text, calls). Suspended by the operator: nothing is taken for it and
   * nobody gets in, and all that is in it stays.
   */
  readonly status: MailboxStatus;
  readonly classOfService: string;
  readonly created: Date;
  /** When the subscriber stopped texts (STOP); absent while they want them. */
  readonly textsStopped?: Date;
  /** Derived; reconciled by a job. */
  readonly counts: MailboxCounts;
  /** The same by kind of message. */
  readonly byKind: Readonly<Partial<Record<MessageKind, MailboxCounts>>>;
  /** What its messages take; absent: not counted yet. Derived like the counters. */
  readonly usage?: MailboxUsage;
  /** Legal hold: while it stands nothing of this mailbox is purged, whoever deletes it. */
  readonly hold?: Hold;
  /** When automatic management looks at it as a whole next; absent: when something makes it due. */
  readonly sweepAt?: Date;
  readonly settings: Settings;
  /** Counts changes of what the subscriber is and has chosen (not of messages), for If-Match. */
  readonly version: number;
}

/** What the messages of a mailbox take; those in the archive take nothing. */
export interface MailboxUsage {
  /** Of envelopes and parts, as they are kept now; see core/mailbox/usage. */
  readonly bytes: number;
  /** Of sound and video; each one that has begun. */
  readonly seconds: number;
  /** How many of those that `counts` counts are in the archive: they do not count against the quota. */
  readonly archived: number;
  /** What those in the trash take, in bytes: not a part of the quota, and no more than there is room for. Absent: nothing. */
  readonly trash?: number;
}

/** Who wants something kept, and since when. */
export interface Hold {
  readonly since: Date;
  /** Case number or reason, for the operator. */
  readonly why?: string;
}

export interface MailboxCounts {
  readonly new: number;
  readonly old: number;
  readonly urgent: number;
}
