/** What a subscriber has chosen; whatever is absent is as the class of service says. Kept with the mailbox: one read serves a call. */
import type { E164, MediaId } from '../ids.ts';
import type { NotificationRule, QuietHours } from './class-of-service.ts';
import type { TollTable } from './toll-table.ts';

export interface Settings {
  /** Written name. */
  readonly name?: string;
  /** BCP 47 tag. */
  readonly language?: string;
  /** IANA zone. */
  readonly timeZone?: string;
  /** Where else the subscriber is reached. */
  readonly addresses?: Addresses;
  readonly notify?: readonly NotificationRule[];
  readonly quietHours?: QuietHours;
  readonly greetings?: Greetings;
  /** Distribution lists by their key on the telephone, `1` to `99`. */
  readonly lists?: Readonly<Record<string, DistributionList>>;
  readonly toll?: TollTable;
  /** New messages are brought by a call. */
  readonly deliverByCall?: boolean;
}

type Change<T> = { readonly [Key in keyof T]?: T[Key] | null | undefined };

/**
 * Sets the fields that it gives and removes those that are `null` or `undefined`; what it does not name stays. Of
 * addresses, greetings and lists each one by itself, so that two changes at once do not undo each other.
 */
export interface SettingsChange extends Change<Omit<Settings, 'addresses' | 'greetings' | 'lists'>> {
  readonly addresses?: Change<Addresses> | null | undefined;
  readonly greetings?: Change<Greetings> | null | undefined;
  readonly lists?: Change<Record<string, DistributionList>> | null | undefined;
}

export interface Addresses {
  /** SIP URI without scheme, as `user@host`. */
  readonly sip?: string;
  readonly email?: string;
  /** Number for texts, where it is not the mailbox's own. */
  readonly sms?: E164;
}

export interface DistributionList {
  readonly name?: string;
  readonly members: readonly E164[];
}

/** What a caller may hear instead of the system's greeting. */
export interface Greetings {
  /** The subscriber's spoken name. */
  readonly name?: RecordedGreeting;
  readonly unavailable?: RecordedGreeting;
  readonly busy?: RecordedGreeting;
  /** Goes before all others until its time. */
  readonly temporary?: RecordedGreeting & { readonly until?: Date };
  /** After the greeting the call ends: no message is taken. */
  readonly announcementOnly?: boolean;
}

export type GreetingKind = 'name' | 'unavailable' | 'busy' | 'temporary';

export interface RecordedGreeting {
  readonly media: MediaId;
  readonly contentType: string;
  readonly durationMs: number;
}
