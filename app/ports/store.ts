/**
 * The one store. Contract: every write to a message is one atomic single-document update. A store that is away rejects
 * with a temporary `Fault` (`store-unavailable`) within the configured deadline; nothing is half-written that a retry
 * with the same key would not complete.
 */
import type { Cdr } from '../core/account/cdr.ts';
import type { E164, MailboxId, MessageId, NotificationId, Reference } from '../core/ids.ts';
import type { Mailbox, MailboxCounts, MailboxUsage } from '../core/mailbox/mailbox.ts';
import type { MessageBrief } from '../core/message/brief.ts';
import type {
  Derived,
  Message,
  MessageState,
  Part,
  PendingKind,
  PendingStep,
} from '../core/message/message.ts';
import type { BesideTranscript } from '../core/message/spoken.ts';
import type { GatewayName, MessageKind } from '../core/profile/class-of-service.ts';
import type { Settings, SettingsChange } from '../core/profile/settings.ts';
import type { AccessStores } from './access.ts';
import type { ArchivingStore } from './archiving.ts';
import type { ArrivalStore } from './arrivals.ts';
import type { AttemptStore } from './attempts.ts';
import type { AuditStore } from './audit.ts';
import type { LedgerStore, SummaryStore } from './billing.ts';
import type { ClassStore } from './classes.ts';
import type { CountingStore } from './counting.ts';
import type { DeadLetterStore, ForgettingStore } from './dead-letters.ts';
import type { DeliveryStore } from './deliveries.ts';
import type { EventStore } from './events.ts';
import type { FaxJobStore } from './fax-jobs.ts';
import type { LiveCallStore } from './live-calls.ts';
import type { MediaStore } from './media-store.ts';
import type { ListOptions, MessageFilter } from './message-lists.ts';
import type { MessageSearch } from './message-search.ts';
import type { CredentialStore } from './credentials.ts';
import type { QueueStore } from './queues.ts';
import type { ResealingStore } from './resealing.ts';
import type { ReplicationStore } from './replication.ts';
import type { RetentionStore } from './retention.ts';
import type { StrayMediaStore } from './stray-media.ts';
import type { SubscriptionStore } from './subscriptions.ts';
import type { StopStore, UsageStore } from './usage.ts';

export type { Delivery, DeliveryStore } from './deliveries.ts';
export type { MediaStore } from './media-store.ts';

export interface Store extends AsyncDisposable, AccessStores {
  readonly mailboxes: MailboxStore;
  readonly counting: CountingStore;
  readonly messages: MessageStore;
  readonly archiving: ArchivingStore;
  readonly media: MediaStore;
  readonly resealing: ResealingStore;
  readonly replication: ReplicationStore;
  readonly retention: RetentionStore;
  readonly strays: StrayMediaStore;
  readonly notifications: NotificationStore;
  readonly deliveries: DeliveryStore;
  readonly arrivals: ArrivalStore;
  readonly faxes: FaxJobStore;
  readonly attempts: AttemptStore;
  readonly credentials: CredentialStore;
  readonly audit: AuditStore;
  readonly cdrs: CdrStore;
  readonly ledger: LedgerStore;
  readonly summaries: SummaryStore;
  readonly classes: ClassStore;
  readonly usage: UsageStore;
  readonly stops: StopStore;
  readonly queues: QueueStore;
  readonly subscriptions: SubscriptionStore;
  readonly events: EventStore;
  readonly liveCalls: LiveCallStore;
  /** Resolves if the store answers within its deadline. */
  ping(): Promise<void>;
}

export interface MailboxStore {
  /** By number or alias. */
  find(number: E164): Promise<Mailbox | undefined>;
  get(id: MailboxId): Promise<Mailbox | undefined>;
  /** Those whose subscriber has this e-mail address, two at most: of an address that two share nobody is known by it. */
  byEmail(address: string): Promise<Mailbox[]>;
  /**
   * Existing, or made by one atomic upsert from `fresh`; any number of simultaneous calls make one mailbox.
   * `count` is added to the counters in the same write.
   */
  findOrCreate(fresh: NewMailbox, count?: CountChange): Promise<{ mailbox: Mailbox; created: boolean }>;
  /** Adds to the derived counters (negative too), of all and of the kind, and to the usage. */
  count(id: MailboxId, change: CountChange): Promise<Mailbox | undefined>;
  /**
   * Counts the messages anew and writes counters and usage: after a crash, and by a job. Messages that do not bear their size
   * yet get it by that.
   */
  recount(id: MailboxId): Promise<Recount | undefined>;
  /** The subscriber has acted: provisional → active. */
  activate(id: MailboxId): Promise<void>;
  /** STOP and its undoing. */
  stopTexts(id: MailboxId, at: Date | undefined): Promise<void>;
  /** Makes a mailbox; if one of its numbers leads to another mailbox, none is made. */
  create(fresh: FullNewMailbox): Promise<CreateResult>;
  /**
   * Changes what is given, in one write; `undefined` if there is no such mailbox, or none of this `version`.
   */
  update(id: MailboxId, change: MailboxChange, version?: number): Promise<Mailbox | undefined>;
  /** A number that the mailbox has already is no change. */
  addAlias(id: MailboxId, number: E164): Promise<AliasResult>;
  /** The first number stays: it is the mailbox's own. @param at default: now */
  removeAlias(id: MailboxId, number: E164, at?: Date): Promise<Mailbox | undefined>;
  /** Answers whether there was one. Its messages stay: whoever calls this removes them first. @param at default: now */
  remove(id: MailboxId, at?: Date): Promise<boolean>;
  /**
   * Numbers that were taken from a mailbox since, or are just being taken, whoever has them now; remembered for a day. A
   * number stands here before it is free.
   */
  freed(since: Date): Promise<E164[]>;
  /** All mailboxes by id, those after the given one; fewer than `limit` = the end. */
  list(after: MailboxId | undefined, limit: number): Promise<Mailbox[]>;
  /** Those that any of the numbers leads to, by number or alias. */
  findAll(numbers: readonly E164[]): Promise<Mailbox[]>;
  /**
   * Many changes, each by itself and all at once. `again` = not done, or it is not known: another was quicker, a number
   * leads elsewhere; whoever asked looks at the mailbox and decides anew.
   */
  putAll(puts: readonly MailboxPut[]): Promise<readonly ('done' | 'again')[]>;
  /** The same of those that have messages. */
  withMessages(after: MailboxId | undefined, limit: number): Promise<Mailbox[]>;
}

export interface Recount {
  readonly mailbox: Mailbox;
  /**
   * The counters were other than what was counted. Whatever was raising them at that moment may have made them wrong again:
   * count once more, later, until this is false.
   */
  readonly corrected: boolean;
}

/**
 * What is added to the counters and the usage because of messages of one kind; `effectOf` (core/mailbox/usage) says what a
 * change of a message adds.
 */
export type CountChange = Partial<MailboxCounts & MailboxUsage> & { readonly kind: MessageKind };

export interface MailboxChange {
  readonly classOfService?: string;
  readonly status?: Mailbox['status'];
  readonly settings?: SettingsChange;
}

export type MailboxPut =
  | { readonly kind: 'create'; readonly fresh: FullNewMailbox }
  | {
      readonly kind: 'change';
      readonly id: MailboxId;
      /** Only over this version. */
      readonly version: number;
      /** Own number and aliases, where they change. */
      readonly numbers?: readonly E164[];
      /** Those that it had and loses by that. */
      readonly freed?: readonly E164[];
      readonly change: MailboxChange;
    };

export type CreateResult =
  | { readonly kind: 'created'; readonly mailbox: Mailbox }
  | { readonly kind: 'number-taken' };

export type AliasResult =
  | { readonly kind: 'added'; readonly mailbox: Mailbox }
  | { readonly kind: 'number-taken' }
  | { readonly kind: 'no-mailbox' };

export interface NewMailbox {
  readonly id: MailboxId;
  readonly number: E164;
  readonly origin: Mailbox['origin'];
  readonly classOfService: string;
  readonly created: Date;
}

export interface FullNewMailbox extends NewMailbox {
  readonly aliases?: readonly E164[];
  readonly status?: Mailbox['status'];
  readonly settings?: Settings;
}

export interface MessageStore {
  /**
   * Inserts the message with its envelope, reference and pending steps in one write. Idempotent by
   * `envelope.origin`: a second insert answers `duplicate` with the first one's message.
   * A reference that is taken answers `reference-taken`: choose another.
   * @param words what it is found by; default: its own (core/search)
   */
  insert(message: Message, words?: readonly string[]): Promise<InsertResult>;
  get(id: MessageId): Promise<Message | undefined>;
  /** Those of these that there are, in no order. */
  getAll(ids: readonly MessageId[]): Promise<Message[]>;
  /** Also deleted and expired ones: the caller of this decides what to say. */
  byReference(reference: Reference): Promise<Message | undefined>;
  byOrigin(network: string, id: string): Promise<Message | undefined>;
  /** Messages of a mailbox in order; the mailbox's size makes no difference to what it costs. */
  list(mailbox: MailboxId, options: ListOptions): Promise<Message[]>;
  /** The same as lists show them, without reading envelopes. */
  briefs(mailbox: MailboxId, options: ListOptions): Promise<MessageBrief[]>;
  /** The first of those in the filter, or the one that comes after the given message. */
  next(mailbox: MailboxId, filter: MessageFilter, after: Message | undefined): Promise<Message | undefined>;
  /** The one that comes before the given message in the filter's order. */
  previous(mailbox: MailboxId, filter: MessageFilter, before: Message): Promise<Message | undefined>;
  /** Those that are found by their words, sender, kind, state and time, the newest first. */
  search(search: MessageSearch): Promise<Message[]>;
  /** The same as lists show them. */
  searchBriefs(search: MessageSearch): Promise<MessageBrief[]>;
  /**
   * Raises or sets the state; answers the message before and after, or `undefined` if it is gone. Setting a state that
   * it has already, or from another than those in `from` (default: any), is a no-op. All but deleting is access to it.
   * One whose removal for good has begun is gone.
   * @param version only over this one; else it is a no-op
   */
  setState(
    id: MessageId,
    state: MessageState,
    at: Date,
    from?: readonly MessageState[],
    version?: number,
  ): Promise<{ before: Message; after: Message } | undefined>;
  /** Notes that it was heard, read or fetched; false if it is gone. */
  touch(id: MessageId, at: Date): Promise<boolean>;
  /**
   * Marks it urgent, or not; what it is already is a no-op. `undefined` if it is gone.
   * @param version as of `setState`
   */
  setUrgent(
    id: MessageId,
    urgent: boolean,
    version?: number,
  ): Promise<{ before: Message; after: Message } | undefined>;
  /** Writes down what was said; the words that it came with, or were written first, stay. Answers the message then. */
  setTranscript(id: MessageId, transcript: string, more?: BesideTranscript): Promise<Message | undefined>;
  /** Messages of a mailbox that were stored before there was a search, in no order: they are found by nothing. */
  withoutWords(mailbox: MailboxId, limit: number): Promise<Message[]>;
  /** From then on it is found by these too (core/search), and is none of the above. */
  addWords(id: MessageId, words: readonly string[]): Promise<void>;
  /** Keeps a part in another form, of one form and part the last; looked at by then. False if the message is gone. */
  addDerived(id: MessageId, derived: Derived, lookBy?: Date): Promise<boolean>;
  /** Puts it into another mailbox; answers false if it is not in the first any more. Counters are the caller's. */
  move(id: MessageId, from: MailboxId, to: MailboxId): Promise<boolean>;
  /**
   * For good; answers it as it was, `undefined` if it is gone. Its media stay: whoever calls this removes them first, and
   * those that came to it meanwhile. Of one that another node has, or may have, it is remembered that it is gone.
   * @param trace `none`: that is not for this node to say, whose home is another
   */
  remove(id: MessageId, trace?: 'none'): Promise<Message | undefined>;
  /** The envelope's XML as it was written. */
  envelopeXml(id: MessageId): Promise<string | undefined>;
  /** Takes the due step that waited longest, by lease; `undefined` if none is due. */
  takePending(now: Date, leaseMs: number): Promise<{ message: Message; step: PendingStep } | undefined>;
  /** Takes the steps of one message that are due, by lease: the fast path right after a deposit. */
  takePendingOf(
    id: MessageId,
    now: Date,
    leaseMs: number,
  ): Promise<{ message: Message; steps: PendingStep[] } | undefined>;
  /** Done: removes the step. */
  finishPending(id: MessageId, kinds: readonly PendingKind[]): Promise<void>;
  /** Puts a step back for later, with its error. */
  delayPending(id: MessageId, kind: PendingKind, due: Date, error: string): Promise<void>;
  /** Keeps a step that is under way from others for longer; one that is done stays so. */
  extendPending(id: MessageId, kind: PendingKind, until: Date): Promise<void>;
  /** When the next step is due, for the worker's alarm. */
  nextPendingDue(): Promise<Date | undefined>;
}

export type InsertResult =
  | { readonly kind: 'inserted' }
  | { readonly kind: 'duplicate'; readonly message: Message }
  | { readonly kind: 'reference-taken' };

export type { ListOptions, ListPlace, MessageFilter, MessageOrder } from './message-lists.ts';

/** One text or mail to one recipient about one message. */
export interface Notification {
  readonly id: NotificationId;
  /**
   * The message it is about; for a reply the id of the text that it answers; for a summary or reminder what it is told
   * for, which makes it one text.
   */
  readonly message: MessageId;
  readonly mailbox: MailboxId;
  readonly gateway: GatewayName;
  /** `message`: what a subscriber sends to somebody else; `event`: what happened, for a hook. */
  readonly kind: 'welcome' | 'notice' | 'summary' | 'reminder' | 'hint' | 'reply' | 'message' | 'event';
  readonly to: string;
  /** Message that an answer to a summary or reminder is about. */
  readonly about?: MessageId;
  /** Text; those of welcomes and notices are written from the message when they are sent. */
  readonly body?: string;
  /** Of a mail: the secret digits in its addresses for answers and reports. */
  readonly token?: string;
  /** Of a mail with kind `message`. */
  readonly subject?: string;
  /** What a mail with kind `message` carries. */
  readonly parts?: readonly Part[];
  readonly status: 'pending' | 'sending' | 'sent' | 'delivered' | 'failed' | 'dead';
  readonly tries: number;
  readonly due: Date;
  readonly created: Date;
  readonly sentAt?: Date;
  /** The provider's id of the text, for delivery reports. */
  readonly providerId?: string;
  readonly lastError?: string;
  /** What of it only the key of its mailbox opens; known to app/storage and app/sealing alone. */
  readonly sealed?: string;
}

export interface NotificationStore extends DeadLetterStore, ForgettingStore {
  /** Makes the notification once per (message, kind, gateway, to): a repeat answers the existing one. */
  ensure(notification: Notification): Promise<{ notification: Notification; created: boolean }>;
  /** All that are about this message, or were made for this key in its place. */
  about(message: MessageId): Promise<Notification[]>;
  /**
   * pending/failed and due → sending, for one worker only; `undefined` if another has it or it was sent. A `sending`
   * one whose lease has passed is of unknown fate: it answers as `uncertain`.
   */
  take(
    id: NotificationId,
    now: Date,
    leaseMs: number,
  ): Promise<{ notification: Notification; uncertain: boolean } | undefined>;
  takeDue(
    now: Date,
    leaseMs: number,
  ): Promise<{ notification: Notification; uncertain: boolean } | undefined>;
  sent(id: NotificationId, at: Date, providerId: string | undefined): Promise<void>;
  failed(id: NotificationId, due: Date | undefined, error: string): Promise<void>;
  /** By the provider's id: delivered or failed for good. */
  report(
    gateway: GatewayName,
    providerId: string,
    status: 'delivered' | 'failed',
    error?: string,
  ): Promise<void>;
  /** The latest text about messages that was sent to a recipient, `before` a reply came: what a bare `1` is about. */
  latestSent(to: string, before?: Date): Promise<Notification | undefined>;
  /** All of a mailbox, the newest first; those that were made before the given one. */
  ofMailbox(
    mailbox: MailboxId,
    options: { readonly after?: Pick<Notification, 'id' | 'created'>; readonly limit: number },
  ): Promise<Notification[]>;
  /** What the subscriber of a mailbox sent to a number or address, the newest first: those of kind `message` that went out. */
  written(mailbox: MailboxId, to: string, limit: number): Promise<Notification[]>;
  /** The mail whose addresses have this token. */
  byToken(token: string): Promise<Notification | undefined>;
  nextDue(): Promise<Date | undefined>;
}

export interface CdrStore {
  /** Idempotent by id. */
  insert(cdrs: readonly Cdr[]): Promise<void>;
  list(options: { readonly limit: number; readonly since?: Date }): Promise<Cdr[]>;
}
