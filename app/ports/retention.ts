/** What automatic management asks of the store: what is due, by lease; each answer's cost is that of what is due. */
import type { MailboxId, MediaId, MessageId } from '../core/ids.ts';
import type { Hold, Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message, StoredPart } from '../core/message/message.ts';

/** Messages and mailboxes that one sweeper holds until `until`; what is not done by then others take over. */
export interface Lease {
  /** The sweeper's own, of this batch alone. */
  readonly by: string;
  readonly until: Date;
}

export interface DueMessage {
  readonly message: Message;
  /** How often it was taken since it was last put off: what breaks whoever works it must not be tried for ever. */
  readonly tries: number;
  /** Its removal had begun when whoever did it ended. */
  readonly condemned: boolean;
  /** Parts of it are kept in less space now, and what they were is to be deleted yet. */
  readonly unclean: boolean;
}

export interface Look {
  readonly id: MessageId;
  readonly at: Date;
  /** Something failed: the tries go on counting. */
  readonly failed?: boolean;
}

/** What one run over all that was due has done. */
export interface SweepRun {
  readonly ended: Date;
  readonly tookMs: number;
  readonly purged: number;
  readonly compressed: number;
  readonly archived: number;
  readonly held: number;
  readonly failed: number;
}

export interface LastSweeps {
  readonly last?: SweepRun;
  /** The last one that found anything to do. */
  readonly effective?: SweepRun;
}

export interface RetentionStore {
  /** Notes a run, in place of the one before it. */
  noteSweep(run: SweepRun): Promise<void>;
  /** The last runs, by whichever controller. */
  lastSweeps(): Promise<LastSweeps>;
  /**
   * The first that are to be looked at by now, held by the lease. One that cannot be read is put off by a day.
   * @param mailbox of this one alone
   */
  takeDue(now: Date, lease: Lease, limit: number, mailbox?: MailboxId): Promise<readonly DueMessage[]>;
  /** The same without taking them, the longest due first. */
  due(now: Date, mailbox?: MailboxId): AsyncIterable<Message>;
  /** When the next message is to be looked at. */
  nextDue(): Promise<Date | undefined>;
  /** Ends the lease of messages: each is looked at again at its time. */
  putOff(looks: readonly Look[], lease: Lease): Promise<void>;
  /** Looks at messages no later than this; one with `keep` is kept at least until then. */
  lookBy(looks: readonly (Look & { readonly keep?: Date })[]): Promise<void>;
  /** Messages that still lie in the trash have lain there for their time now, unless a legal hold is on them. */
  endTrash(ids: readonly MessageId[], at: Date): Promise<void>;
  /** What time the store has. */
  serverTime(): Promise<Date>;
  /**
   * Begins the removal of those that are held by the lease, under no legal hold of their own and as they were judged. Answers
   * their ids: from now on nobody can place a hold on them.
   */
  condemn(messages: readonly Message[], lease: Lease): Promise<ReadonlySet<MessageId>>;
  /** Takes that back. */
  pardon(ids: readonly MessageId[], lease: Lease): Promise<void>;
  /** Removes those that are condemned under the lease; answers how many there were. Their media went before. */
  removeCondemned(ids: readonly MessageId[], lease: Lease): Promise<number>;
  /**
   * Keeps parts in less space from now on, in one write, if the message is as it was judged; it is `unclean` then, and looked at
   * again at `next`. Answers whether it was done.
   */
  compress(message: Message, stored: readonly StoredPart[], next: Date, lease: Lease): Promise<boolean>;
  /** Deletes media, in a few commands however many there are. */
  deleteMedia(ids: readonly MediaId[]): Promise<void>;
  /** What its parts were is deleted, and so are these forms; it is looked at again at `next`. */
  cleaned(id: MessageId, forms: readonly MediaId[], next: Date, lease: Lease): Promise<void>;

  /** Those of these mailboxes that there are. */
  mailboxes(ids: readonly MailboxId[]): Promise<readonly Mailbox[]>;
  /** Mailboxes that are to be looked at as a whole by now. */
  dueMailboxes(now: Date): AsyncIterable<Mailbox>;
  /** The mailbox that waited longest to be looked at as a whole, held until the lease ends. */
  takeMailbox(now: Date, lease: Lease): Promise<Mailbox | undefined>;
  /** Ends that, unless it became due anew meanwhile. `next` absent: it is looked at when something makes it due. */
  mailboxDone(id: MailboxId, next: Date | undefined, lease: Lease): Promise<void>;
  /** Looks at mailboxes as a whole no later than this. */
  mailboxesBy(ids: readonly MailboxId[], at: Date): Promise<void>;
  /** Takes that back where nobody else wanted it since. */
  mailboxesNotBy(ids: readonly MailboxId[], at: Date): Promise<void>;
  /** All messages of a mailbox that can be read, in no order. */
  messagesOf(mailbox: MailboxId): AsyncIterable<Message>;

  /** Places a legal hold on a message, or ends it; false if there is none, or its removal has begun. */
  holdMessage(id: MessageId, hold: Hold | undefined, at: Date): Promise<boolean>;
  /** The same of a mailbox. */
  holdMailbox(id: MailboxId, hold: Hold | undefined, at: Date): Promise<boolean>;
  /** Whether a message of the mailbox is under a hold of its own. */
  holdsMessageOf(mailbox: MailboxId): Promise<boolean>;

  /** Rules of classes as they were when all their messages were last looked at, by class. */
  rulesSeen(): Promise<ReadonlyMap<string, RulesSeen>>;
  setRulesSeen(classOfService: string, seen: RulesSeen): Promise<void>;
}

export interface RulesSeen {
  readonly rules: string;
  readonly at: Date;
}
