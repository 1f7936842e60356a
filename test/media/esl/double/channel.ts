import { randomUUID } from 'node:crypto';
import { channelTemplate, template, type Headers, type Value } from './templates.ts';
import type { Line } from './line.ts';

export interface Facts {
  /** Digits or number dialled, and its domain. */
  readonly to: string;
  readonly from: string;
  readonly name?: string;
  /** Variables that the call brings besides, by name. */
  readonly variables?: Readonly<Record<string, Value>>;
  readonly id?: string;
}

type AnswerState = 'ringing' | 'early' | 'answered' | 'hangup';

/** Q.850 causes of the names that matter here. */
const q850: Readonly<Record<string, number>> = {
  NORMAL_CLEARING: 16,
  USER_BUSY: 17,
  NO_USER_RESPONSE: 18,
  NO_ANSWER: 19,
  CALL_REJECTED: 21,
  UNALLOCATED_NUMBER: 1,
  DESTINATION_OUT_OF_ORDER: 27,
  NORMAL_TEMPORARY_FAILURE: 41,
  NORMAL_CIRCUIT_CONGESTION: 34,
  NORMAL_UNSPECIFIED: 31,
  ORIGINATOR_CANCEL: 487,
  MEDIA_TIMEOUT: 604,
  MANAGER_REQUEST: 503,
};

/** Headers that an event has of itself, where it has them. */
const ofTheEvent: ReadonlySet<string> = new Set(['Application-Data', 'Hangup-Cause']);

/** One leg of a call as the switch keeps it. */
export class Channel {
  readonly id: string;
  readonly line: Line;
  readonly outbound: boolean;
  readonly variables: Headers = new Map();
  answerState: AnswerState = 'ringing';
  callState = 'RINGING';
  answeredAt: number | undefined;
  hangupCause: string | undefined;
  /** Of the application that ended last. */
  response = '_none_';
  /** Digits that nobody has taken yet. */
  readonly digits: string[] = [];
  readonly #caller: Headers = new Map();
  readonly #created = Date.now();
  readonly #gone = new AbortController();

  constructor(facts: Facts, line: Line, outbound = false) {
    this.id = facts.id ?? randomUUID();
    this.line = line;
    this.outbound = outbound;
    this.#describe(facts);
  }

  /** Aborts when it hangs up. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  get name(): string {
    return String(this.#caller.get('Channel-Name'));
  }

  get(variable: string): string | undefined {
    const value = this.variables.get(variable);
    return value === undefined || typeof value === 'string' ? value : value[0];
  }

  set(variable: string, value: string): void {
    if (value === '') this.variables.delete(variable);
    else this.variables.set(variable, value);
  }

  /** Headers of the reply to `connect`. */
  data(more: Headers): Headers {
    const headers = new Map<string, Value>();
    for (const [name, value] of channelTemplate()) {
      if (!name.startsWith('variable_')) headers.set(name, this.#value(name, value));
      if (name === 'Caller-Privacy-Hide-Number')
        for (const [own, at] of this.variables) headers.set(`variable_${own}`, at);
    }
    for (const [name, value] of more) headers.set(name, value);
    return headers;
  }

  /** An event of this channel: the recorded headers with this channel's values, its variables, and what is the event's own. */
  event(name: string, own: Readonly<Record<string, Value>> = {}): Headers {
    const headers: Headers = new Map();
    const recorded = template(name, this.outbound);
    const withVariables = [...recorded.keys()].some((header) => header.startsWith('variable_'));
    let variablesDone = !withVariables;
    for (const [header, value] of recorded) {
      if (header.startsWith('variable_')) {
        if (!variablesDone)
          for (const [variable, at] of this.variables) headers.set(`variable_${variable}`, at);
        variablesDone = true;
      } else if (header in own) headers.set(header, own[header] as Value);
      else if (!ofTheEvent.has(header) && (this.#hasMedia || !header.includes('-Codec-')))
        headers.set(header, this.#value(header, value));
    }
    for (const [header, value] of Object.entries(own)) if (!headers.has(header)) headers.set(header, value);
    if (this.hangupCause !== undefined) headers.set('Hangup-Cause', this.hangupCause);
    return headers;
  }

  /** What hangs it up; the first cause stays. */
  end(cause: string): boolean {
    if (this.hangupCause !== undefined) return false;
    this.hangupCause = cause;
    this.answerState = 'hangup';
    this.#gone.abort();
    return true;
  }

  /** Variables that a call has at its end. */
  account(): void {
    const now = Date.now();
    const cause = this.hangupCause ?? 'NORMAL_CLEARING';
    const answered = this.answeredAt;
    this.set('hangup_cause', cause);
    this.set('hangup_cause_q850', String(q850[cause] ?? 31));
    this.set('start_epoch', String(Math.floor(this.#created / 1000)));
    this.set('answer_epoch', answered === undefined ? '0' : String(Math.floor(answered / 1000)));
    this.set('end_epoch', String(Math.floor(now / 1000)));
    this.set('duration', String(Math.round((now - this.#created) / 1000)));
    this.set('billsec', answered === undefined ? '0' : String(Math.round((now - answered) / 1000)));
    this.set('mduration', String(now - this.#created));
    this.set('billmsec', answered === undefined ? '0' : String(now - answered));
  }

  /** A caller brings its codecs with it; one who is called, with the answer. */
  get #hasMedia(): boolean {
    return !this.outbound || this.answeredAt !== undefined;
  }

  #value(header: string, recorded: Value): Value {
    switch (header) {
      case 'Answer-State':
        return this.answerState;
      case 'Channel-Call-State':
        return this.callState;
      case 'Event-Date-Timestamp':
        return String(Date.now() * 1000);
      case 'Caller-Channel-Created-Time':
      case 'Caller-Profile-Created-Time':
      case 'Channel-Channel-Created-Time':
      case 'Channel-Profile-Created-Time':
        return String(this.#created * 1000);
      case 'Caller-Channel-Answered-Time':
      case 'Channel-Channel-Answered-Time':
        return this.answeredAt === undefined ? '0' : String(this.answeredAt * 1000);
      default:
        return this.#caller.get(header) ?? recorded;
    }
  }

  #describe({ to, from, name = from, variables = {} }: Facts): void {
    const host = '127.0.0.1';
    const channel = `sofia/internal/${this.outbound ? to : from}@${host}:5102`;
    const direction = this.outbound ? 'outbound' : 'inbound';
    const caller: Record<string, string> = {
      'Channel-Name': channel,
      'Channel-Channel-Name': channel,
      'Caller-Channel-Name': channel,
      'Unique-ID': this.id,
      'Channel-Unique-ID': this.id,
      'Caller-Unique-ID': this.id,
      'Channel-Call-UUID': this.id,
      'Call-Direction': direction,
      'Presence-Call-Direction': direction,
      'Channel-Direction': direction,
      'Channel-Logical-Direction': direction,
      'Caller-Direction': direction,
      'Caller-Logical-Direction': direction,
    };
    for (const side of ['Caller', 'Channel']) {
      caller[`${side}-Username`] = from;
      caller[`${side}-ANI`] = from;
      caller[`${side}-Destination-Number`] = to;
      for (const kind of ['Caller-ID', 'Orig-Caller-ID']) {
        caller[`${side}-${kind}-Number`] = from;
        caller[`${side}-${kind}-Name`] = name;
      }
    }
    for (const [header, value] of Object.entries(caller)) this.#caller.set(header, value);
    for (const [header, value] of channelTemplate())
      if (header.startsWith('variable_')) this.variables.set(header.slice('variable_'.length), value);
    this.#variables(to, from, name, direction);
    for (const [variable, value] of Object.entries(variables)) this.variables.set(variable, value);
  }

  #variables(to: string, from: string, name: string, direction: string): void {
    const own: Record<string, string> = {
      uuid: this.id,
      call_uuid: this.id,
      direction,
      channel_name: this.name,
      sip_call_id: `${this.id}@127.0.0.1`,
      sip_from_user: from,
      sip_from_user_stripped: from.replace(/^\+/, ''),
      sip_from_uri: `${from}@127.0.0.1`,
      sip_from_display: name,
      sip_full_from: `"${name}" <sip:${from}@127.0.0.1>;tag=1`,
      sip_full_to: `<sip:${to}@127.0.0.1>`,
      sip_req_user: to,
      sip_req_uri: `${to}@127.0.0.1`,
      sip_to_user: to,
      sip_to_uri: `${to}@127.0.0.1`,
      sip_contact_user: from,
    };
    for (const [variable, value] of Object.entries(own)) this.set(variable, value);
  }
}
