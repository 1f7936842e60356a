/**
 * Call detail records: one for each call leg, message event, text and mail, with its price. They are written in the
 * background; what costs money is written down before it begins, so that it has a record whatever becomes of this process.
 */
import type { Cdr, MessageEvent } from '../core/account/cdr.ts';
import { cdrTimes } from '../core/account/cdr-times.ts';
import { priceOf, type Rate } from '../core/account/rate.ts';
import type { FaxFacts, Message } from '../core/message/message.ts';
import type { CdrId } from '../core/ids.ts';
import { smsSegments } from '../core/notification/sms-units.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import type { Call, DialResult, InboundText } from '../ports/media.ts';
import type { CdrStore } from '../ports/store.ts';
import { createCdrWriter } from './cdr-writer.ts';

export type CdrRow = Omit<Cdr, 'id' | 'cost' | 'currency' | 'rate'>;

export interface Account {
  /**
   * Writes down an event; returns at once.
   * @param id the same if the same event is written down again; absent: it is not
   */
  event(row: CdrRow, id?: string): void;
  /** Something that happened to a message. @param how stands as `lastapp`; the event if absent */
  message(event: MessageEvent, message: Message, at: Date, how?: string): void;
  /** The row of a call that has ended. */
  call(call: Call, facts: CallRow): void;
  /** Makes a call out: one that is not answered has its row then, one that is has it with `call`. */
  dial(leg: LegRow, make: () => Promise<DialResult>): Promise<DialResult>;
  /** Something that costs money begins: its row if nobody ever tells how it ended. */
  begin(row: CdrRow, id: string): Begun;
  /** A text that came, once however often it is told. `taken`: whether anything came of it. */
  textIn(text: InboundText, about: { readonly taken: boolean; readonly accountcode?: string }): void;
  /** Writes what waits; resolves when all is in the store, or rejects with the store's fault. */
  flush(): Promise<void>;
  /** The same for what was left by a process that was killed. */
  takeLeft(): Promise<number>;
}

export interface Begun {
  end(change: Partial<CdrRow>): void;
  /** It did not come about. */
  drop(): void;
}

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

/** A call that is about to be made. */
export interface LegRow {
  readonly src: string;
  readonly dst: string;
  /** Shown to who is called. */
  readonly clid: string;
  /** What it is made for. */
  readonly outcome: string;
  readonly accountcode: string;
  readonly message?: string | undefined;
  readonly fax?: boolean;
}

export interface FaxRow {
  /** Received, or confirmed by the far machine. */
  readonly pages: number;
  /** Whether that was all. */
  readonly success: boolean;
  readonly facts: FaxFacts | undefined;
}

export interface AccountDeps {
  readonly cdrs: Pick<CdrStore, 'insert'>;
  readonly journal?: Journal | undefined;
  readonly rates?: readonly Rate[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export function createAccount(deps: AccountDeps): Account {
  const { clock, random, rates = [], log } = deps;
  const writer = createCdrWriter(deps);
  const priced = (row: Cdr): Cdr => {
    const price = priceOf(row, rates);
    if (price !== 'too-much') return { ...row, ...price };
    log.error('a call detail record costs more than can be written down', { id: row.id });
    return row;
  };
  const event: Account['event'] = (row, id = random.uuid()) =>
    writer.add(priced({ id: id as CdrId, ...row }));
  /** Calls that we made and that were answered, by the switch's id. */
  const legs = new Map<string, CdrId>();
  return {
    event,
    flush: () => writer.flush(),
    takeLeft: () => writer.takeLeft(priced),
    message: (name, message, at, how = name) =>
      event({ ...messageRow(name, message, at), lastapp: how }, onceOf(name, message)),
    call(call, facts) {
      event(callRow(call, facts, clock.now()), legs.get(call.id));
      legs.delete(call.id);
    },
    async dial(leg, make) {
      const id = random.uuid() as CdrId;
      const started = clock.now();
      writer.open({ id, ...unanswered(leg, started, started) });
      let result: DialResult;
      try {
        result = await make();
      } catch (error) {
        writer.drop(id);
        throw error;
      }
      if (result.kind !== 'answered') {
        event(unanswered(leg, started, clock.now(), result), id);
        return result;
      }
      const { call } = result;
      legs.set(call.id, id);
      const { outcome, accountcode, src, dst, message } = leg;
      const about = message === undefined ? {} : { message };
      const row = callRow(
        call,
        { direction: 'outbound', src, dst, outcome, accountcode, ...about },
        clock.now(),
      );
      writer.open({ id, ...row, ...(leg.fax === true ? noFax : {}) });
      return result;
    },
    begin(row, id) {
      writer.open({ id: id as CdrId, ...row });
      return {
        end: (change) => event({ ...row, ...change }, id),
        drop: () => writer.drop(id as CdrId),
      };
    },
    textIn: (text, { taken, accountcode = '' }) =>
      event(textRow(text, taken, accountcode, clock.now()), `text-in:${text.network}:${text.id}`),
  };
}

/** Of what happens to a message once. */
function onceOf(event: MessageEvent, { id }: Message): string | undefined {
  return event === 'deposit' || event === 'purge' ? `${event}:${id}` : undefined;
}

const inward: ReadonlySet<Cdr['event']> = new Set(['deposit']);

function messageRow(event: MessageEvent, message: Message, at: Date): CdrRow {
  const { from, to, origin, parts } = message.envelope;
  return {
    event,
    direction: inward.has(event) ? 'inbound' : 'outbound',
    src: from.number ?? from.address ?? '',
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
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    ...(from.private ? { privacy: true } : {}),
  };
}

function callRow(call: Call, facts: CallRow, end: Date): CdrRow {
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

const noFax = { faxpages: 0, faxstatus: 'FAILED' } as const;

/** Q.850 causes. */
const causes = { busy: 17, 'no-answer': 19, refused: 21, unallocated: 1 } as const;

type Unanswered = Exclude<DialResult, { kind: 'answered' }>;

/** Before it is known how a call out ends, it is one that nobody has answered yet. */
function unanswered(leg: LegRow, start: Date, end: Date, result?: Unanswered): CdrRow {
  const cause =
    result === undefined ? undefined : result.kind === 'failed' ? result.cause : causes[result.kind];
  const failed = result?.kind === 'failed' || result?.kind === 'refused' || result?.kind === 'unallocated';
  return {
    event: 'call',
    direction: 'outbound',
    src: leg.src,
    dst: leg.dst,
    clid: leg.clid,
    channel: result?.trunk ?? '',
    dcontext: 'outgoing',
    lastapp: leg.outcome,
    ...cdrTimes(start, undefined, end, cause),
    ...(failed ? { disposition: 'FAILED' } : {}),
    uniqueid: '',
    linkedid: '',
    accountcode: leg.accountcode,
    ...(leg.message === undefined ? {} : { userfield: leg.message }),
    ...(leg.fax === true ? noFax : {}),
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

function textRow(text: InboundText, taken: boolean, accountcode: string, at: Date): CdrRow {
  const { start, end } = cdrTimes(text.received ?? at, undefined, at);
  return {
    event: 'text-in',
    direction: 'inbound',
    src: text.from,
    dst: text.to,
    clid: text.from,
    channel: text.trunk,
    dcontext: text.network,
    lastapp: 'text',
    start,
    end,
    duration: 0,
    billsec: 0,
    disposition: taken ? 'ANSWERED' : 'FAILED',
    uniqueid: text.id,
    linkedid: text.id,
    accountcode,
    segments: text.segments ?? smsSegments(text.body),
  };
}
