import type { Attestation } from '../address/attestation.ts';
import type { MessageKind } from '../profile/class-of-service.ts';
import type { Hold } from '../mailbox/mailbox.ts';
import type { E164, MailboxId, MediaId, MessageId, Reference } from '../ids.ts';

/** Order matters: replication joins states as a maximum. */
export type MessageState = 'new' | 'heard' | 'saved' | 'deleted';
export type Tier = 'live' | 'compressed' | 'archived';

/** What must still happen because of a message; in the message document, so that it is written with it. */
export type PendingKind =
  | 'welcome'
  | 'notify'
  | 'lamp'
  /** Reminders in the message's life, one after the other. */
  | 'remind'
  /** It may have brought the mailbox near its quota. */
  | 'quota'
  /** New messages are brought by a call. */
  | 'call'
  /** What was spoken is to be written down. */
  | 'transcribe';

export interface PendingStep {
  readonly kind: PendingKind;
  /** Not before this time. */
  readonly due: Date;
  /** Tries so far. */
  readonly tries: number;
  /** Until when a worker holds the step; a step whose lease has passed may be taken by another. */
  readonly leasedUntil?: Date;
  /** Why the last try failed, for the operator. */
  readonly lastError?: string;
}

/** Where a message came from on its network. */
export interface Origin {
  readonly network: 'sip' | 'sms' | 'email' | 'fax' | 'web';
  /** The network's own id of this deposit: the unique idempotency key. */
  readonly id: string;
}

export interface Sender {
  /** Absent where the caller asked for privacy or sent nothing usable. */
  readonly number?: E164 | string;
  /** Of an e-mail: its sender's address (`addr-spec`, RFC 5322). */
  readonly address?: string;
  readonly name?: string;
  /** What the signature of the caller ID came to (STIR/SHAKEN), where the network checks it; absent: nothing is known. */
  readonly attestation?: Attestation;
  readonly private: boolean;
}

/** One part of a message; the bytes lie in the media store. */
export interface Part {
  readonly media: MediaId;
  /** IANA media type, e.g. `audio/PCMU` (RFC 4856). */
  readonly contentType: string;
  readonly bytes: number;
  /** Playing time in milliseconds, for sound and video. */
  readonly durationMs?: number;
  readonly pages?: number;
  /** File name that the sender gave it. */
  readonly name?: string;
  /** Lower-case hexadecimal SHA-256 of the bytes. */
  readonly sha256: string;
}

/** How a fax came over the telephone network (ITU-T T.30). */
export interface FaxFacts {
  /** What the far station calls itself (TSI). */
  readonly station?: string;
  /** Bits a second. */
  readonly rate: number;
  readonly mode: 't38' | 'audio';
}

export const omissions = [
  'too-large',
  'too-many',
  'too-deep',
  'unsafe',
  'unreadable',
  'unreachable',
  'incomplete',
] as const;

/** Something that came with a message and was not kept, and why. */
export interface Omitted {
  readonly why: (typeof omissions)[number];
  /** File name or address as received. */
  readonly name?: string;
  readonly contentType?: string;
}

/**
 * A part in another form: made of what came, may be made again at any time, and goes with its message. What it was made
 * of and how says its id.
 */
export interface Derived {
  /** Index in the envelope's parts; absent: made of the words of the message. */
  readonly of?: number;
  readonly media: MediaId;
  /** IANA media type, as asked for. */
  readonly form: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly durationMs?: number;
  readonly pages?: number;
}

/** How a part is kept now, where that is not as it came: in less space. The envelope still says how it came. */
export interface StoredPart {
  /** Index in the envelope's parts. */
  readonly of: number;
  readonly media: MediaId;
  readonly contentType: string;
  /** As it lies there. */
  readonly bytes: number;
  /** `deflate` (RFC 1951) bytes of the content type. */
  readonly encoding?: 'deflate';
}

/** Where a message lies that was archived: its whole envelope with all parts inlined. */
export interface ArchivedAt {
  /** Name in the archive. */
  readonly key: string;
  readonly at: Date;
  /** Of what lies there. */
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** What was wrong with it when it was last to be brought back, for the operator; it stays as it is. */
  readonly damaged?: string;
}

/** A message on its way into the archive or back: who moves it has it until then; what is left by then is put in order. */
export interface Moving {
  /** Name in the archive. */
  readonly key: string;
  readonly until: Date;
}

/** The immutable facts of a message, kept as XML; see core/envelope. */
export interface Envelope {
  readonly id: MessageId;
  readonly kind: MessageKind;
  readonly origin: Origin;
  readonly from: Sender;
  /** The mailbox's number. */
  readonly to: E164;
  /** The number first dialled, where it differs. */
  readonly dialled?: string;
  readonly received: Date;
  readonly urgent: boolean;
  readonly confidential: boolean;
  /** The recording ended because something broke, not because the caller was done. */
  readonly cut: boolean;
  readonly parts: readonly Part[];
  readonly related?: MessageId;
  /** Of an e-mail or another message with a title. */
  readonly subject?: string;
  readonly fax?: FaxFacts;
  /** What came with it and was not kept; absent = nothing. */
  readonly omitted?: readonly Omitted[];
}

/** A message as services see it: the envelope and what changes beside it. */
export interface Message {
  readonly id: MessageId;
  readonly mailbox: MailboxId;
  readonly reference: Reference;
  readonly referenceExpires: Date;
  readonly envelope: Envelope;
  /** Whether it is urgent now; the envelope says how it came. */
  readonly urgent: boolean;
  readonly state: MessageState;
  readonly tier: Tier;
  /** Counts changes, for replication and If-Match. */
  readonly version: number;
  readonly expires: Date;
  readonly heardAt?: Date;
  /** Present while it lies in the trash. */
  readonly deletedAt?: Date;
  /** When it was last heard, read or fetched; absent: never. */
  readonly accessedAt?: Date;
  /** When automatic management looks at it next: no later than anything is due of it. Absent: with its whole mailbox. */
  readonly sweepAt?: Date;
  /** Legal hold of this message alone. */
  readonly hold?: Hold;
  /** Tier `compressed`: the parts that are kept in less space; the others lie as they came. */
  readonly stored?: readonly StoredPart[];
  /** Tier `archived`: its parts are there and not in the media store. */
  readonly archived?: ArchivedAt;
  /** Its parts may be in both places, or an object in the archive be of no use any more. */
  readonly moving?: Moving;
  /** Its words: what was written, or what was understood of what was spoken. */
  readonly transcript?: string;
  /** When these words are said (see spoken.ts); absent: not known. */
  readonly times?: string;
  /** What of it only the key of its mailbox opens; known to app/storage and app/sealing alone. */
  readonly sealed?: string;
  /** What it says cannot be read: it is damaged, or its key is gone. What stands here is true all the same. */
  readonly unreadable?: true;
  /** Absent = none yet. */
  readonly derived?: readonly Derived[];
  readonly pending: readonly PendingStep[];
}
