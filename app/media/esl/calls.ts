import { readTag } from '../../core/message/recording-tag.ts';
import type { Log } from '../../ports/log.ts';
import type { CallEntry } from '../../ports/media.ts';
import { TagsInHand } from '../parts/held-tags.ts';
import type { Queue } from '../parts/queue.ts';
import { after } from '../parts/timer.ts';
import { EslCall, type CallDeps } from './call.ts';
import { outVariable, type Dialling } from './dial.ts';
import { outgoingFacts, readFacts } from './facts.ts';
import { Leg } from './leg.ts';
import { Line } from './line.ts';
import { recordingVariable } from './record.ts';
import type { EslEvent } from './wire/event.ts';
import type { Frame } from './wire/frames.ts';
import type { OutboundCall } from './wire/listener.ts';

export interface CallsDeps extends CallDeps {
  readonly queue: Queue<EslCall>;
  readonly dialling: Dialling;
  readonly log: Log;
}

/** So long after the switch told that a channel is over, its account may still come, in milliseconds. */
const accountMs = 2000;

/** Set once a controller has had the call: it comes again if that one goes away. */
const takenVariable = 'answerback_taken';

/** All calls in hand, by channel: makes them, and brings them what the switch says. */
export class Calls {
  readonly #deps: CallsDeps;
  readonly #byId = new Map<string, EslCall>();
  /** Also of calls that have ended while their flow still has recordings in hand. */
  readonly #tags = new TagsInHand();

  constructor(deps: CallsDeps) {
    this.#deps = deps;
  }

  owns(tag: string): boolean {
    return this.#tags.has(tag);
  }

  /** The switch hands a call over, for the first time or again. */
  handedOver({ connection, data, id }: OutboundCall) {
    const line = new Line(id, connection);
    this.#byId.get(id)?.leg.finish('detached');
    const call = this.#make(new Leg(line, this.#deps.log, this.#tags.ofCall()), data);
    line.set(takenVariable, 'true');
    // A call of ours that was answered after it had been given up is nobody's.
    if (!this.#deps.dialling.answered(id, call)) {
      if (call.entry.kind === 'outgoing') line.hangup('NORMAL_CLEARING');
      else this.#deps.queue.push(call);
    }
    let cancel = (): void => undefined;
    return {
      event: (event: EslEvent) => this.#of(line)?.leg.event(event),
      notice: ({ headers }: Frame) => {
        if (headers.get('Content-Disposition') !== 'linger') return;
        cancel();
        cancel = after(accountMs, () => this.#unaccounted(line));
      },
      closed: () => {
        cancel();
        this.#over(line);
      },
    };
  }

  /** A fax tone was heard: the call's object ends, and the same leg comes anew. */
  becameFax(call: EslCall): void {
    const { leg } = call;
    if (leg.end !== undefined || this.#byId.get(call.id) !== call) return;
    leg.becameFax = true;
    leg.line.breakOff();
    const entry = { kind: 'fax' } as const;
    const next = new Leg(leg.line, this.#deps.log, this.#tags.ofCall());
    const { facts, started, answered } = call;
    const fax = new EslCall({ leg: next, facts, entry, started, answered }, this.#deps);
    this.#byId.set(call.id, fax);
    leg.finish('ended');
    this.#deps.queue.push(fax);
  }

  /** Calls go on at the switch without this process. */
  letGo(): void {
    for (const call of this.#byId.values()) {
      call.leg.finish('detached');
      call.leg.line.close();
    }
    this.#byId.clear();
  }

  #make(leg: Leg, data: EslEvent): EslCall {
    const created = Number(data.get('Caller-Channel-Created-Time')) / 1000;
    const answered = Number(data.get('Caller-Channel-Answered-Time')) / 1000;
    const now = this.#deps.clock.now();
    const entry = entryOf(data);
    const out = data.variable(outVariable);
    const facts =
      out === undefined
        ? readFacts(data)
        : outgoingFacts(out, data.variable('sip_call_id') ?? '', data.get('Caller-Destination-Number') ?? '');
    const call = new EslCall(
      {
        leg,
        facts,
        entry,
        started: created > 0 ? new Date(created) : now,
        answered: answered > 0 ? new Date(answered) : undefined,
      },
      this.#deps,
    );
    this.#byId.set(leg.id, call);
    return call;
  }

  /** The call on this connection: one that was lost may have come again on another. */
  #of(line: Line): EslCall | undefined {
    const call = this.#byId.get(line.id);
    return call?.leg.line === line ? call : undefined;
  }

  /** The connection is closed: the channel has ended, or this process has lost it and it comes again. */
  #over(line: Line): void {
    const call = this.#of(line);
    if (call === undefined) return;
    this.#byId.delete(line.id);
    call.leg.finish('detached');
  }

  /** The notice came, and no event of the end: what waits for the channel is over all the same, and so is the connection. */
  #unaccounted(line: Line): void {
    if (!line.open) return;
    line.over();
    this.#of(line)?.leg.finish('ended');
    line.leave();
  }
}

function entryOf(data: EslEvent): CallEntry {
  if (data.variable(takenVariable) !== 'true')
    return { kind: data.variable(outVariable) === undefined ? 'incoming' : 'outgoing' };
  const tag = data.variable(recordingVariable);
  return {
    kind: 'resumed',
    ...(tag !== undefined && readTag(tag) !== undefined ? { recording: { tag } } : {}),
  };
}
