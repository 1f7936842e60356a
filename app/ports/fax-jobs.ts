/** Faxes to be sent: each is a document of its own, tried until it is delivered or given up, over crashes and restarts. */
import type { E164, FaxJobId, MailboxId, MediaId, MessageId } from '../core/ids.ts';
import type { FaxEnd } from '../core/notification/fax-texts.ts';
import type { GatewayName } from '../core/profile/class-of-service.ts';

export interface FaxJob {
  readonly id: FaxJobId;
  /** Whose toll rules hold, and who is told. */
  readonly mailbox: MailboxId;
  readonly to: E164;
  /** The pages; absent: they are made of the message at the first try. */
  readonly document?: FaxDocument;
  /** Message that is sent on. */
  readonly message?: MessageId;
  /** Who is told how it ended, where not the subscriber by their rules. */
  readonly reply?: { readonly gateway: GatewayName; readonly to: string };
  readonly status: 'pending' | 'calling' | 'over';
  /** Tries so far, with the one that goes on. */
  readonly tries: number;
  readonly due: Date;
  readonly created: Date;
  /** Why the last try came to nothing, for the operator. */
  readonly lastError?: string;
  /** Once it is over. */
  readonly end?: FaxEnd;
}

export interface FaxDocument {
  readonly media: MediaId;
  readonly pages: number;
}

export interface FaxJobStore {
  /** Once by its id: `known` = it was asked for before. */
  add(job: FaxJob): Promise<'added' | 'known'>;
  get(id: FaxJobId): Promise<FaxJob | undefined>;
  /** The latest of a mailbox, the newest first. */
  list(mailbox: MailboxId, limit: number): Promise<FaxJob[]>;
  /**
   * By lease; raises `tries`. One that is over comes until `told`, and is not tried again.
   * @param except those that this process is at, whose lease may have run out while the store was away
   */
  takeDue(now: Date, leaseMs: number, except?: readonly FaxJobId[]): Promise<FaxJob | undefined>;
  /** Keeps one that is under way from others for longer. */
  extend(id: FaxJobId, now: Date, leaseMs: number): Promise<void>;
  /** Its pages were made. */
  prepared(id: FaxJobId, document: FaxDocument): Promise<void>;
  /** Not now. `counts`: whether this try was one. */
  again(id: FaxJobId, due: Date, why: string, counts: boolean): Promise<void>;
  /** Also of one that waits by now: whoever knows its end knows more than those who will ask. */
  over(id: FaxJobId, end: FaxEnd, why?: string): Promise<void>;
  /** Its sender knows. */
  told(id: FaxJobId): Promise<void>;
  /** When the next one is due, of all but those. */
  nextDue(except?: readonly FaxJobId[]): Promise<Date | undefined>;
}
