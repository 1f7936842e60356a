/** Call detail records: one for each call leg and message event. They are written in the background, in batches. */
import type { Cdr } from '../core/account/cdr.ts';
import { cdrTimes } from '../core/account/cdr-times.ts';
import type { FaxFacts, Message } from '../core/message/message.ts';
import type { CdrId } from '../core/ids.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Call } from '../ports/media.ts';
import type { CdrStore } from '../ports/store.ts';
import { createBatch } from './batch.ts';

export interface Account {
  /** Writes down an event; returns at once. */
  event(row: Omit<Cdr, 'id'>): void;
  /** Something that happened to a message. */
  message(event: MessageEvent, message: Message, at: Date): void;
  /** The row of a call that has ended. */
  call(call: Call, facts: CallRow): void;
  /** Writes what waits; resolves when all is in the store, or rejects with the store's fault. */
  flush(): Promise<void>;
}

/** What happens to a message. */
export type MessageEvent = Exclude<Cdr['event'], 'call' | 'text-in' | 'text-out'>;

export interface CallRow {
  readonly direction: Cdr['direction'];
  /** Who called; the caller by the call's own facts if absent. */
  readonly src?: string;
  readonly dst: string;
  /** What was done with the call. */
  readonly outcome: string;
  readonly accountcode: string;
  readonly message?: string;
  readonly fax?: FaxRow;
}

export interface FaxRow {
  /** Received, or confirmed by the far machine. */
  readonly pages: number;
  /** Whether that was all. */
  readonly success: boolean;
  readonly facts: FaxFacts | undefined;
}

export function createAccount(deps: { cdrs: CdrStore; clock: Clock; random: Random; log: Log }): Account {
  const { cdrs, clock, random, log } = deps;
  const batch = createBatch<Cdr>({ what: 'call detail records', write: (rows) => cdrs.insert(rows), log });
  const event = (row: Omit<Cdr, 'id'>): void => batch.add({ id: random.uuid() as CdrId, ...row });
  return {
    event,
    flush: () => batch.flush(),
    message: (name, message, at) => event(messageRow(name, message, at)),
    call: (call, facts) => event(callRow(call, facts, clock.now())),
  };
}

function messageRow(event: Cdr['event'], message: Message, at: Date): Omit<Cdr, 'id'> {
  const { from, to, origin } = message.envelope;
  return {
    event,
    direction: event === 'deposit' ? 'inbound' : 'outbound',
    src: from.number ?? '',
    dst: to,
    clid: from.name ?? from.number ?? '',
    channel: origin.network,
    dcontext: message.envelope.kind,
    lastapp: event,
    ...cdrTimes(at, at, at),
    uniqueid: message.id,
    linkedid: message.id,
    accountcode: message.mailbox,
    userfield: message.id,
  };
}

function callRow(call: Call, facts: CallRow, end: Date): Omit<Cdr, 'id'> {
  const from = call.facts.asserted ?? call.facts.from;
  const src = facts.src ?? from?.number ?? '';
  return {
    event: 'call',
    direction: facts.direction,
    src,
    dst: facts.dst,
    clid: from?.name === undefined ? src : `"${from.name}" <${from.number}>`,
    channel: call.facts.trunk,
    dcontext: call.entry.kind,
    lastapp: facts.outcome,
    ...cdrTimes(call.started, call.answered, end, call.hangupCause),
    uniqueid: call.id,
    linkedid: call.facts.wireId || call.id,
    accountcode: facts.accountcode,
    ...(call.facts.privacy ? { privacy: true } : {}),
    ...(facts.message === undefined ? {} : { userfield: facts.message }),
    ...(facts.fax === undefined ? {} : faxFields(facts.fax)),
  };
}

function faxFields({ pages, success, facts }: FaxRow): Partial<Cdr> {
  return {
    faxpages: pages,
    faxstatus: success ? 'SUCCESS' : 'FAILED',
    ...(facts === undefined
      ? {}
      : { faxbitrate: facts.rate, faxmode: facts.mode === 't38' ? 'T38' : 'audio' }),
    ...(facts?.station === undefined ? {} : { remotestationid: facts.station }),
  };
}
