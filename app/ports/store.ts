/**
 * The one store. Contract: every write to a message is one atomic single-document update. A store that is away rejects
 * with a temporary `Fault` (`store-unavailable`) within the configured deadline; nothing is half-written that a retry
 * with the same key would not complete.
 */
import type { Cdr } from '../core/account/cdr.ts';
import type {
  E164,
  DeliveryId,
  MailboxId,
  MediaId,
  MessageId,
  NotificationId,
  Reference,
} from '../core/ids.ts';
import type { Mailbox, MailboxCounts } from '../core/mailbox/mailbox.ts';
import type { Message, MessageState, PendingKind, PendingStep } from '../core/message/message.ts';
import type { GatewayName } from '../core/profile/class-of-service.ts';

export interface Store extends AsyncDisposable {
  readonly mailboxes: MailboxStore;
  readonly messages: MessageStore;
  readonly media: MediaStore;
  readonly notifications: NotificationStore;
  readonly deliveries: DeliveryStore;
  readonly attempts: AttemptStore;
  readonly cdrs: CdrStore;
  /** Resolves if the store answers within its deadline. */
  ping(): Promise<void>;
}

export interface MailboxStore {
  /** By number or alias. */
  find(number: E164): Promise<Mailbox | undefined>;
  get(id: MailboxId): Promise<Mailbox | undefined>;
  /**
   * Existing, or made by one atomic upsert from `fresh`; any number of simultaneous calls make one mailbox.
   * `count` is added to the counters in the same write.
   */
  findOrCreate(
    fresh: NewMailbox,
    count?: Partial<MailboxCounts>,
  ): Promise<{ mailbox: Mailbox; created: boolean }>;
  /** Adds to the derived counters (negative too). */
  count(id: MailboxId, change: Partial<MailboxCounts>): Promise<Mailbox | undefined>;
  /** Counts the messages anew and writes the counters: after a crash, and by a job. */
  recount(id: MailboxId): Promise<Mailbox | undefined>;
  /** The subscriber has acted: provisional → active. */
  activate(id: MailboxId): Promise<void>;
  /** STOP and its undoing. */
  stopTexts(id: MailboxId, at: Date | undefined): Promise<void>;
}

export interface NewMailbox {
  readonly id: MailboxId;
  readonly number: E164;
  readonly origin: Mailbox['origin'];
  readonly classOfService: string;
  readonly created: Date;
}

export interface MessageStore {
  /**
   * Inserts the message with its envelope, reference and pending steps in one write. Idempotent by
   * `envelope.origin`: a second insert answers `duplicate` with the first one's message.
   * A reference that is taken answers `reference-taken`: choose another.
   */
  insert(message: Message): Promise<InsertResult>;
  get(id: MessageId): Promise<Message | undefined>;
  /** Also deleted and expired ones: the caller of this decides what to say. */
  byReference(reference: Reference): Promise<Message | undefined>;
  byOrigin(network: string, id: string): Promise<Message | undefined>;
  /** Newest first, by reception. */
  list(mailbox: MailboxId, options: ListOptions): Promise<Message[]>;
  /** The oldest of the given states received after the given message, for "next message". */
  next(
    mailbox: MailboxId,
    states: readonly MessageState[],
    after: Date | undefined,
  ): Promise<Message | undefined>;
  /**
   * Raises or sets the state; answers the message before and after, or `undefined` if it is gone. Setting a state that
   * it has already, or from another than those in `from` (default: any), is a no-op.
   */
  setState(
    id: MessageId,
    state: MessageState,
    at: Date,
    from?: readonly MessageState[],
  ): Promise<{ before: Message; after: Message } | undefined>;
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
  /** When the next step is due, for the worker's alarm. */
  nextPendingDue(): Promise<Date | undefined>;
}

export type InsertResult =
  | { readonly kind: 'inserted' }
  | { readonly kind: 'duplicate'; readonly message: Message }
  | { readonly kind: 'reference-taken' };

export interface ListOptions {
  readonly states?: readonly MessageState[];
  readonly limit: number;
}

export interface MediaStore {
  /** Stores bytes under an id chosen by the caller; repeating it is harmless. Answers their SHA-256 in lower-case hexadecimal. */
  put(id: MediaId, contentType: string, bytes: Uint8Array): Promise<{ readonly sha256: string }>;
  get(id: MediaId): Promise<{ contentType: string; bytes: Uint8Array } | undefined>;
  delete(id: MediaId): Promise<void>;
}

/** One text (later: e-mail, …) to one recipient about one message. */
export interface Notification {
  readonly id: NotificationId;
  /** The message it is about; for a reply the id of the text that it answers. */
  readonly message: MessageId;
  readonly mailbox: MailboxId;
  readonly gateway: GatewayName;
  readonly kind: 'welcome' | 'notice' | 'reply';
  readonly to: string;
  /** Text of a reply; the others are written from the message when they are sent. */
  readonly body?: string;
  readonly status: 'pending' | 'sending' | 'sent' | 'delivered' | 'failed' | 'dead';
  readonly tries: number;
  readonly due: Date;
  readonly created: Date;
  readonly sentAt?: Date;
  /** The provider's id of the text, for delivery reports. */
  readonly providerId?: string;
  readonly lastError?: string;
}

export interface NotificationStore {
  /** Makes the notification once per (message, kind, gateway, to): a repeat answers the existing one. */
  ensure(notification: Notification): Promise<{ notification: Notification; created: boolean }>;
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
  /** The latest notice sent to a recipient: what a bare `1` in reply is about. */
  latestSent(to: string): Promise<Notification | undefined>;
  deadLetters(limit: number): Promise<Notification[]>;
  nextDue(): Promise<Date | undefined>;
}

/** A call to the subscriber about one message: it is played, or its sender is called and connected. */
export interface Delivery {
  readonly id: DeliveryId;
  readonly message: MessageId;
  readonly purpose: 'play' | 'call-sender';
  readonly to: E164;
  readonly status: 'pending' | 'calling' | 'done' | 'dead';
  readonly tries: number;
  readonly due: Date;
  readonly created: Date;
  readonly lastError?: string;
}

export interface DeliveryStore {
  /** Idempotent by id. */
  add(delivery: Delivery): Promise<void>;
  takeDue(now: Date, leaseMs: number): Promise<Delivery | undefined>;
  done(id: DeliveryId): Promise<void>;
  /** Keeps a delivery that is under way from others for longer. */
  extend(id: DeliveryId, now: Date, leaseMs: number): Promise<void>;
  /** `due` undefined = given up. */
  failed(id: DeliveryId, due: Date | undefined, error: string): Promise<void>;
  nextDue(): Promise<Date | undefined>;
}

/** Failed tries of references (later: PINs), per key, over all calls and controllers. */
export interface AttemptStore {
  /** Adds one failure and answers how many there were in the window ending now. */
  fail(key: string, now: Date, windowMs: number): Promise<number>;
  count(key: string, now: Date, windowMs: number): Promise<number>;
  clear(key: string): Promise<void>;
}

export interface CdrStore {
  /** Idempotent by id. */
  insert(cdrs: readonly Cdr[]): Promise<void>;
  list(options: { readonly limit: number; readonly since?: Date }): Promise<Cdr[]>;
}
