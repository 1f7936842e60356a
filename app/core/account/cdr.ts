import type { CdrId } from '../ids.ts';

export const cdrEvents = [
  'call',
  'text-in',
  'text-out',
  'email-in',
  'email-out',
  'deposit',
  'retrieve',
  'save',
  'delete',
  'restore',
  'purge',
  'compress',
  'archive',
] as const;

export type CdrEvent = (typeof cdrEvents)[number];

/** What can happen to a message. */
export type MessageEvent = Exclude<CdrEvent, 'call' | 'text-in' | 'text-out' | 'email-in' | 'email-out'>;

/**
 * A call detail record. Field names are those of Asterisk's CDR (src, dst, clid, start, answer, end, duration, billsec,
 * disposition, uniqueid, …) and, where that has none, of FreeSWITCH's (hangup_cause); texts, mails and message events use
 * the same row with `event`.
 */
export interface Cdr {
  /** The same when the same thing is written down again: it is in the store once. */
  readonly id: CdrId;
  readonly event: CdrEvent;
  readonly direction: 'inbound' | 'outbound';
  readonly src: string;
  readonly dst: string;
  readonly clid: string;
  /** The caller asked for privacy (RFC 3323): `src` and `clid` are for the operator alone. */
  readonly privacy?: boolean;
  /** Trunk or gateway. */
  readonly channel: string;
  readonly dcontext: string;
  /** What was done with the call: `deposit`, `listen`, `refused`, `deliver`, … */
  readonly lastapp: string;
  readonly start: Date;
  readonly answer?: Date;
  readonly end: Date;
  /** Whole seconds from start to end. */
  readonly duration: number;
  /** Whole seconds from answer to end; 0 if never answered. */
  readonly billsec: number;
  /** Of texts and mails: taken by the network; `NO ANSWER`: handed over, and nobody knows whether it took it; refused. */
  readonly disposition: 'ANSWERED' | 'NO ANSWER' | 'BUSY' | 'FAILED';
  /** Q.850 cause. */
  readonly hangup_cause?: number;
  /** The switch's id of the leg. */
  readonly uniqueid: string;
  /** Ties together the legs of one case. */
  readonly linkedid: string;
  /** Id of the mailbox whose account it goes to; empty where there is none. */
  readonly accountcode: string;
  /** Message id, where one is concerned. */
  readonly userfield?: string;
  /** Of a fax, as Asterisk's variables of these names: pages, bits a second, how, the far machine's name, the end. */
  readonly faxpages?: number;
  readonly faxbitrate?: number;
  readonly faxmode?: 'T38' | 'audio';
  readonly remotestationid?: string;
  readonly faxstatus?: 'SUCCESS' | 'FAILED';
  /** Of a text: short messages that it takes over the air (3GPP TS 23.040). */
  readonly segments?: number;
  /** Of a mail or a message: octets of its content. */
  readonly bytes?: number;
  /** The network's own id of a text or mail that was sent. */
  readonly providerid?: string;
  /** The controller died in the middle: `end` is when it was last seen alive. */
  readonly incomplete?: true;
  /** Micro-units of `currency`, by the rate of this name; absent: no rate was for it. */
  readonly cost?: number;
  readonly currency?: string;
  readonly rate?: string;
}
