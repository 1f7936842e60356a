import type { Attestation } from './attestation.ts';

/** What a switch knows about a call when it hands it over; plain values as received, parsed by `identify`. */
export interface CallFacts {
  /** Name of the trunk or endpoint that the call came in on. */
  readonly trunk: string;
  /** The switch's id of the call on the wire (SIP Call-ID), for CDRs and logs. */
  readonly wireId: string;
  /** User part of the request URI: the number that was dialled last. */
  readonly requestUser: string;
  /** URI parameters `target` and `cause` of the request URI (RFC 4458). */
  readonly target?: string;
  readonly cause?: number;
  /** User part of the To header. */
  readonly toUser?: string;
  readonly from?: Party;
  /**
   * The call came from a subscriber's own phone, which the switch knows by its password: `asserted` is then the number
   * that the switch has for it, and what the phone says of itself does not count.
   */
  readonly registered?: true;
  /** P-Asserted-Identity (RFC 3325), only from trunks that may assert it. */
  readonly asserted?: Party;
  /** Privacy: id, user or full (RFC 3323, 3325), or an anonymous From. */
  readonly privacy: boolean;
  /** Diversion headers in wire order: the first is the last diverting party (RFC 5806). */
  readonly diversions: readonly Redirection[];
  /** History-Info entries in index order, the first being the original target (RFC 7044). */
  readonly history: readonly Redirection[];
  /** What was said of the caller ID's signature, by whomever: believed from trunks that check it. */
  readonly attestation?: Attestation;
  /** Only a parameter of a header says so, which networks that guard the header of their own may let pass: it opens nothing. */
  readonly attestationByParameter?: true;
}

export interface Party {
  /** User part or number as received. */
  readonly number: string;
  /** Display name, made safe: no control characters, at most 80 characters. */
  readonly name?: string;
}

export interface Redirection {
  readonly number: string;
  /** RFC 5806 reason (`no-answer`, `user-busy`, `unconditional`, …) or a SIP cause of History-Info as text (`486`). */
  readonly reason?: string;
}
