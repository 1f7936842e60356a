/** Who got in, who did not, and what they did about it. No PIN, code or reference stands here. */
import type { MailboxId } from '../core/ids.ts';

export interface AuditEvent {
  /** Chosen by the writer: a repeated write makes no second one. */
  readonly id: string;
  readonly at: Date;
  readonly event:
    | 'login'
    | 'code-sent'
    | 'code'
    | 'pin-set'
    | 'first-pin'
    | 'unlock'
    | 'hold'
    | 'release'
    /** By the link of a notice. */
    | 'link'
    /** All sessions of somebody over the web. */
    | 'sign-out'
    /** An operator over the web. */
    | 'operator-login'
    /** A subscriber at another node, or back. */
    | 'roaming'
    /** By the command `answerback`, or over the web. */
    | 'operator';
  /**
   * As `in`, `wrong`, `locked`, `own-phone`; for `pin-set` also the problem of one that was refused; for `operator` what was
   * done, as `message-deleted`.
   */
  readonly outcome: string;
  readonly mailbox?: MailboxId;
  /** Number or trunk that asked; `operator` for what was done at the controller. */
  readonly caller: string;
  /** The switch's id of the call. */
  readonly call?: string;
  /** Of `operator` and `operator-login`: the account at the machine, or the operator, that did it. */
  readonly by?: string;
  /** Of `operator`: what it was done to, as a message's id. */
  readonly subject?: string;
}

/** Where a page ended. */
export interface AuditPlace {
  /** Of its last event. */
  readonly at: Date;
  /** Events of that time that were seen so far. */
  readonly seen: number;
}

export interface AuditStore {
  /** Idempotent by id. Events go by themselves after so many days. */
  insert(events: readonly AuditEvent[], keepDays: number): Promise<void>;
  /** Newest first; of one mailbox, or of all. */
  list(options: {
    readonly limit: number;
    readonly since?: Date;
    readonly mailbox?: MailboxId;
    /** Goes on after this one and as many others of its time as were seen. */
    readonly after?: AuditPlace;
  }): Promise<AuditEvent[]>;
}
