/**
 * Replication between nodes. Contract: everything may be repeated, come in another order and be cut anywhere; each answer
 * says what is now in the store of whoever answers.
 */
import type { E164, MailboxId, MediaId, MessageId, Reference } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message, Origin, PendingKind, StoredPart } from '../core/message/message.ts';
import type { MessageFlags, MessageRegister } from '../core/replication/message-register.ts';
import type { ProfileRegister } from '../core/replication/profile-register.ts';
import type { Bytes } from './byte-source.ts';

/** Bytes that travel with a message or profile. */
export interface Piece {
  readonly media: MediaId;
  readonly contentType: string;
  /** Lower-case hexadecimal SHA-256. */
  readonly sha256: string;
  /** Of a large one where they are; those that came from another node were found to have this hash. */
  readonly bytes: Bytes;
}

/** A message for a node that may not have it. */
export interface MessageContent {
  /** As it was written at its deposit. */
  readonly envelope: string;
  readonly reference: Reference;
  readonly referenceExpires: Date;
  readonly expires: Date;
  /** Parts that are kept in less space. */
  readonly stored: readonly StoredPart[];
}

export type Replica =
  | {
      readonly kind: 'message';
      /** Own number of the mailbox. */
      readonly number: E164;
      readonly id: MessageId;
      readonly register: MessageRegister;
      /** Absent where the peer is known to have it. */
      readonly content?: MessageContent;
      readonly pieces: readonly Piece[];
    }
  | {
      readonly kind: 'profile';
      readonly number: E164;
      readonly id: MailboxId;
      readonly aliases: readonly E164[];
      readonly origin: Mailbox['origin'];
      readonly classOfService: string;
      readonly created: Date;
      readonly register: ProfileRegister;
      readonly pieces: readonly Piece[];
    };

export type ReplicaAnswer =
  | { readonly kind: 'taken' }
  /** Without its content it is not known here. */
  | { readonly kind: 'unknown' }
  /** It was here, and was removed for good: it goes where it still is. Only their home says so. */
  | { readonly kind: 'purged' }
  /** For good: it is not the peer's to say, or it is wrong. */
  | { readonly kind: 'refused'; readonly why: string };

/** `arrived`: they are at the asking node; `return`: they are home again; answers those for which that holds now. */
export type Tell = 'arrived' | 'return' | 'still' | 'left';

/** What a peer asks of this node. */
export interface PeerIntake {
  take(peer: string, replica: Replica): Promise<ReplicaAnswer>;
  /** Several in as few questions to the store as one; answers in their order. */
  takeAll(peer: string, replicas: readonly Replica[]): Promise<readonly ReplicaAnswer[]>;
  tell(peer: string, what: Tell, numbers: readonly E164[]): Promise<readonly E164[]>;
}

/** `express`: what has just happened; it waits for nothing of `bulk`. */
export type Lane = 'express' | 'bulk';

/** Another node, by its address. @throws Fault `gateway-unavailable` (temporary) whenever it is not known what was done */
export interface Peer {
  readonly name: string;
  /** Numbers whose home it is begin so. */
  readonly prefixes: readonly string[];
  /** Those whose home this node is begin so, although they begin as its own. */
  readonly ours?: readonly string[];
  /** There is no line to it: only files are carried to and fro, and nothing can be sent or told. */
  readonly byFile?: boolean;
  /**
   * Answers in their order. Any number may be under way; those of one lane are sent one after the other.
   * @param lane default: `bulk`
   * @throws Fault `gateway-unavailable`: temporary, or one of these at least is not understood there
   */
  send(replicas: readonly Replica[], lane?: Lane): Promise<readonly ReplicaAnswer[]>;
  tell(what: Tell, numbers: readonly E164[]): Promise<readonly E164[]>;
}

/** The links to all other nodes. */
export interface Links {
  readonly peers: readonly Peer[];
  /** Lets the others in. */
  listen(intake: PeerIntake): Promise<{ readonly port: number }>;
}

export interface Watched {
  readonly id: MailboxId;
  readonly number: E164;
  /** Another whenever its counters or its profile changed. */
  readonly mark: string;
}

/** What replication asks of a message without reading it. */
export interface ReplicaState extends MessageFlags {
  readonly id: MessageId;
  readonly mailbox: MailboxId;
  readonly received: Date;
  readonly bytes: number;
  readonly pending: readonly PendingKind[];
  readonly seen: MessageRegister | undefined;
  /** Fingerprints that peers have acknowledged, by node. */
  readonly acked: Readonly<Record<string, string>>;
}

export interface Visit {
  readonly number: E164;
  readonly node: string;
  readonly since: Date;
  /** The subscriber is home again, and the node is not cleared yet. */
  readonly ending?: Date;
  /** Nodes where they were before, which have not said yet that nothing of them is left; the last one first. */
  readonly earlier?: readonly { readonly node: string; readonly since: Date }[];
  /** Up to when it is known where they are, by the time of whoever told. */
  readonly told?: Date;
}

export interface ProfileSeen {
  readonly register: ProfileRegister;
  readonly acked: Readonly<Record<string, string>>;
  /** Of a visitor: their home says that they have left. */
  readonly leaving?: Date;
}

/** Who does some work of which there is to be one, and how often they have said so. */
export interface Lease {
  readonly holder: string;
  readonly beat: number;
}

/** A message that is new here, with what is known of it. */
export interface NewReplica {
  readonly message: Message;
  readonly register: MessageRegister;
  readonly peer: { readonly name: string; readonly has: string };
  /** What it is found by; absent: what follows from it. */
  readonly words?: readonly string[] | undefined;
}

/** What was said in a message, as the store is to have it. */
export interface SaidReplica {
  readonly transcript?: string;
  readonly times?: string;
  /** What it is found by; absent: its words. */
  readonly words?: readonly string[];
}

export interface ReplicationStore {
  /** Mailboxes whose numbers begin so, after a number. */
  foreign(prefix: string, after: string | undefined, limit: number): Promise<readonly Watched[]>;
  /** Those of these numbers that there are. */
  watched(numbers: readonly E164[]): Promise<readonly Watched[]>;
  states(mailbox: MailboxId): AsyncIterable<ReplicaState>;
  state(id: MessageId): Promise<ReplicaState | undefined>;
  /** Those of these that there are, in no order. */
  statesOf(ids: readonly MessageId[]): Promise<readonly ReplicaState[]>;
  /** Origins (network and id) and references of these that messages here have. */
  clashes(
    origins: readonly Origin[],
    references: readonly Reference[],
  ): Promise<{ readonly origins: readonly Origin[]; readonly references: readonly Reference[] }>;
  /** Many at once, each by itself; answers in their order. */
  insertAll(messages: readonly NewReplica[]): Promise<readonly ('inserted' | 'taken')[]>;
  /** Inserts with what is known of it; `taken`: its id, origin or reference is there. */
  insert(
    message: Message,
    register: MessageRegister,
    peer: { readonly name: string; readonly has: string },
    /** What it is found by; absent: what follows from it. */
    words?: readonly string[],
  ): Promise<'inserted' | 'taken'>;
  /**
   * Flags of a message and what is known of them, in one write, if nobody changed them since they were read. Answers the message
   * before and after.
   */
  apply(
    seen: ReplicaState,
    register: MessageRegister,
    /** The node that said so, and the fingerprint of what it has. */
    peer: { readonly name: string; readonly has: string },
    /** In place of the register's. */
    said?: SaidReplica,
  ): Promise<{ readonly before: Message; readonly after: Message } | undefined>;
  /** What a peer has acknowledged; of one whose register was changed meanwhile nothing. */
  acknowledge(
    peer: string,
    messages: readonly {
      readonly seen: ReplicaState;
      readonly register: MessageRegister;
      /** Goes before the fingerprint. */
      readonly epoch: string;
    }[],
  ): Promise<void>;
  /** Those of these that were removed for good while another node had them; remembered for 400 days. */
  purged(ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>>;
  /** Those of a mailbox, the last ones first. */
  purgedOf(mailbox: MailboxId, limit: number): Promise<readonly MessageId[]>;
  /** Texts and calls about these messages go with them. */
  forgetNotices(messages: readonly MessageId[]): Promise<void>;
  /** Whether a call, a fax or a text is still to go out for this mailbox, or about any of its messages. */
  owes(mailbox: MailboxId, messages: readonly MessageId[]): Promise<boolean>;
  /**
   * Removes what is kept of a subscriber besides mailbox, messages and profile: calls to them, texts, their faxes, tries of their
   * PIN and what they have used. Answers how many there were.
   */
  forgetVisitor(mailbox: MailboxId, number: E164): Promise<number>;
  profile(number: E164): Promise<ProfileSeen | undefined>;
  profiles(numbers: readonly E164[]): Promise<ReadonlyMap<E164, ProfileSeen>>;
  /** @returns false if another wrote it since `before` was read */
  putProfile(number: E164, before: ProfileSeen | undefined, next: ProfileSeen): Promise<boolean>;
  removeProfile(number: E164): Promise<void>;
  visit(number: E164): Promise<Visit | undefined>;
  visitsOf(numbers: readonly E164[]): Promise<readonly Visit[]>;
  putVisit(visit: Visit): Promise<void>;
  /** At a node, or at all. */
  visits(node: string | undefined): Promise<readonly Visit[]>;
  /** By number, those after the given one; fewer than `limit` = the end. */
  visitPage(after: E164 | undefined, limit: number): Promise<readonly Visit[]>;
  /** If it is still at this node. What an earlier node still has is waited for then, as if they were coming home from there. */
  endVisit(number: E164, node: string): Promise<boolean>;
  /** Who holds it, if anybody does. */
  lease(name: string): Promise<Lease | undefined>;
  /** Holds it from now on, or still; undefined if somebody else was quicker since `before` was read. */
  takeLease(name: string, before: Lease | undefined, holder: string): Promise<Lease | undefined>;
  /** If it is still theirs. */
  giveUpLease(name: string, lease: Lease): Promise<void>;
  /** They were home at that time; nothing where there is a visit. */
  putHome(number: E164, told: Date): Promise<void>;
  /** Up to when it is known where they are; remembered for a week after a visit. */
  lastTold(number: E164): Promise<Date | undefined>;
}
