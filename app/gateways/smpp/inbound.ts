/** What an SMSC asks of us: texts and receipts, each answered only when it is safe. */
import { createHash } from 'node:crypto';
import { isFault } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { ArrivingPart } from '../../ports/arrivals.ts';
import type { InboundText } from '../../ports/media.ts';
import type { Bind } from './bind.ts';
import { decodeDelivered, type Address, type Delivered } from './decode.ts';
import { readReceipt, type Receipt } from './receipt.ts';
import { Repeats, type Journal } from './repeats.ts';
import { statuses } from './statuses.ts';
import type { Wire, WireRequest } from './wire.ts';

/** Most deliveries of all binds in work at once; what comes beyond is asked to come again. */
const mostWorking = 200;

const requests = {
  deliver: 0x05,
  unbind: 0x06,
  outbind: 0x0b,
  enquire: 0x15,
  alert: 0x102,
  data: 0x103,
} as const;

/** Longest part that is kept, in characters. */
const mostOfPart = 1000;

export interface InboundDeps {
  readonly log: Log;
  /** Takes a text; resolved = safe. The same id can come again. */
  readonly onText: (text: InboundText) => Promise<void>;
  /** Takes a part of a longer text; resolved = safe. */
  readonly onPart: (part: ArrivingPart) => Promise<void>;
  readonly onReceipt: (bind: Bind, receipt: Receipt) => Promise<void>;
  /** Knows texts that an earlier process took and did not answer. */
  readonly journal?: Journal | undefined;
}

type Route = Pick<InboundText, 'network' | 'trunk' | 'from' | 'to' | 'urgent'>;

/** An answer, and who wants to know whether it went out. */
interface Outcome {
  readonly status: number;
  readonly answered?: (written: boolean) => void;
}

export class Inbound {
  readonly #deps: InboundDeps;
  readonly #repeats: Repeats;
  #working = 0;

  constructor(deps: InboundDeps) {
    this.#deps = deps;
    this.#repeats = new Repeats(deps.journal);
  }

  /** Never rejects or throws: what is broken is answered so. */
  take(request: WireRequest, wire: Wire, bind: Bind): void {
    switch (request.commandId) {
      case requests.enquire:
        wire.respond('enquire_link_resp', request.sequence);
        return;
      case requests.unbind:
        wire.respond('unbind_resp', request.sequence);
        wire.end();
        return;
      case requests.outbind:
      case requests.alert:
        return;
      case requests.deliver:
        void this.#deliver('deliver_sm', request, wire, bind);
        return;
      case requests.data:
        void this.#deliver('data_sm', request, wire, bind);
        return;
      default:
        wire.respond('generic_nack', request.sequence, statuses.invalidCommand);
    }
  }

  async #deliver(
    kind: 'deliver_sm' | 'data_sm',
    { sequence, body }: WireRequest,
    wire: Wire,
    bind: Bind,
  ): Promise<void> {
    const response = `${kind}_resp`;
    if (this.#working >= mostWorking) {
      wire.respond(response, sequence, statuses.queueFull);
      return;
    }
    this.#working += 1;
    try {
      const { status, answered } = await this.#work(kind, body, wire, bind);
      const written = wire.respond(response, sequence, status);
      answered?.(written);
    } finally {
      this.#working -= 1;
    }
  }

  async #work(kind: 'deliver_sm' | 'data_sm', body: Buffer, wire: Wire, bind: Bind): Promise<Outcome> {
    let delivered: Delivered;
    try {
      delivered = decodeDelivered(body, bind.slice.alphabet, kind);
    } catch (error) {
      this.#deps.log.warn('a broken PDU was refused', { bind: bind.slice.name, error });
      return { status: statuses.never };
    }
    try {
      if (!delivered.receipt) return await this.#text(delivered, wire, bind);
      await this.#receipt(delivered, bind);
      return { status: statuses.ok };
    } catch (error) {
      if (isFault(error, 'too-many')) return { status: statuses.never };
      this.#deps.log.warn('what an SMSC delivered waits', { bind: bind.slice.name, error });
      return { status: statuses.tryAgain };
    }
  }

  async #receipt(delivered: Delivered, bind: Bind): Promise<void> {
    const receipt = readReceipt(delivered);
    if (receipt === undefined) this.#deps.log.info('a receipt names no text', { bind: bind.slice.name });
    else await this.#deps.onReceipt(bind, receipt);
  }

  async #text(delivered: Delivered, wire: Wire, bind: Bind): Promise<Outcome> {
    const { text, part, bytes, wrongPart } = delivered;
    if (text === undefined) {
      this.#deps.log.info('binary content made no message', { bind: bind.slice.name });
      return { status: statuses.ok };
    }
    const route: Route = {
      network: 'sms',
      trunk: `smpp:${bind.slice.name}`,
      from: numberOf(delivered.source, bind),
      to: numberOf(delivered.destination, bind),
      ...(delivered.urgent ? { urgent: true } : {}),
    };
    if (part !== undefined) {
      const key = keyOf(bind, route, `${part.reference}/${part.total}`);
      const body = text.slice(0, mostOfPart);
      await this.#deps.onPart({ key, text: route, total: part.total, number: part.number, body });
      return { status: statuses.ok };
    }
    const key = keyOf(bind, route, bytes);
    const begun = await this.#repeats.begin(key, wire);
    try {
      const lost = { why: 'incomplete', name: wrongPart ?? '', contentType: 'text/plain' } as const;
      await this.#deps.onText({
        ...route,
        ...begun,
        body: text,
        truncated: wrongPart !== undefined,
        ...(wrongPart === undefined ? {} : { omitted: [lost] }),
      });
    } catch (error) {
      this.#repeats.end(key, begun.id, false);
      throw error;
    }
    return { status: statuses.ok, answered: (written) => this.#repeats.end(key, begun.id, written) };
  }
}

/** International numbers with their plus; the others as they came, for the number plan. */
function numberOf({ ton, digits }: Address, bind: Bind): string {
  const bare = /^\d{7,15}$/.test(digits);
  const international = ton === 1 || (ton === 0 && bind.slice.bareNumbers === 'international');
  return (bare && international ? `+${digits}` : digits).slice(0, 64);
}

/** The SMSC rather than the bind: what one bind did not answer may come again by another. */
function keyOf(bind: Bind, { from, to }: Route, what: string | Buffer): string {
  return createHash('sha256').update(`smpp\0${bind.smsc}\0${from}\0${to}\0`).update(what).digest('hex');
}
