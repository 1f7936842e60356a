import type { CdrId } from '../ids.ts';

/**
 * A call detail record. Field names are those of Asterisk's CDR (src, dst, clid, start, answer, end, duration, billsec,
 * disposition, uniqueid, …) and, where that has none, of FreeSWITCH's (hangup_cause); message events use the same row
 * with `event`.
 */
export interface Cdr {
  readonly id: CdrId;
  readonly event:
    | 'call'
    | 'deposit'
    | 'retrieve'
    | 'text-in'
    | 'text-out'
    | 'delete'
    | 'save'
    | 'purge'
    | 'compress'
    | 'archive'
    | 'restore';
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
  readonly disposition: 'ANSWERED' | 'NO ANSWER' | 'BUSY' | 'FAILED';
  /** Q.850 cause. */
  readonly hangup_cause?: number;
  /** The switch's id of the leg. */
  readonly uniqueid: string;
  /** Ties together the legs of one case. */
  readonly linkedid: string;
  readonly accountcode: string;
  /** Message id, where one is concerned. */
  readonly userfield?: string;
  /** Of a fax, as Asterisk's variables of these names: pages, bits a second, how, the far machine's name, the end. */
  readonly faxpages?: number;
  readonly faxbitrate?: number;
  readonly faxmode?: 'T38' | 'audio';
  readonly remotestationid?: string;
  readonly faxstatus?: 'SUCCESS' | 'FAILED';
}
