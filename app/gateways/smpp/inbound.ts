/** What an SMSC asks of us: texts and receipts, each answered only when it is safe. */
import { createHash } from 'node:crypto';
import type { Log } from '../../ports/log.ts';
import type { InboundText } from '../../ports/media.ts';
import type { Bind } from './bind.ts';
import { decodeDelivered, type Address, type Delivered } from './decode.ts';
import { Parts, type PartsDeps, type Route, type Whole } from './parts.ts';
import { readReceipt, type Receipt } from './receipt.ts';
import { Repeats } from './repeats.ts';
import { statuses } from './statuses.ts';
import type { Wire, WireRequest } from './wire.ts';

/** Most deliveries of all binds in work at once; what comes beyond is asked to come again. */
const mostWorking = 200;

const requests = { deliver: 0x05, unbind: 0x06, outbind: 0x0b, enquire: 0x15, alert: 0x102 } as const;

export interface InboundDeps {
  readonly log: Log;
  /** Takes a text; resolved = safe. The same id can come again. */
  readonly onText: (text: InboundText) => Promise<void>;
  readonly onReceipt: (bind: Bind, receipt: Receipt) => Promise<void>;
  readonly parts?: Pick<PartsDeps, 'holdMs' | 'incompleteMs'> | undefined;
}

export class Inbound {
  readonly #deps: InboundDeps;
  readonly #repeats = new Repeats();
  readonly #parts: Parts;
  #working = 0;

  constructor(deps: InboundDeps) {
    this.#deps = deps;
    const onWhole = ({ id, route, text, cut }: Whole) =>
      deps.onText({ ...route, id, network: 'sms', body: text, truncated: cut });
    this.#parts = new Parts({ ...deps.parts, log: deps.log, onWhole });
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
        void this.#deliver(request, wire, bind);
        return;
      default:
        wire.respond('generic_nack', request.sequence, statuses.invalidCommand);
    }
  }

  /** Hands on what there is of texts that lack parts. */
  close(): Promise<void> {
    return this.#parts.close();
  }

  async #deliver({ sequence, body }: WireRequest, wire: Wire, bind: Bind): Promise<void> {
    if (this.#working >= mostWorking) {
      wire.respond('deliver_sm_resp', sequence, statuses.queueFull);
      return;
    }
    this.#working += 1;
    try {
      wire.respond('deliver_sm_resp', sequence, await this.#work(body, wire, bind));
    } finally {
      this.#working -= 1;
    }
  }

  async #work(body: Buffer, wire: Wire, bind: Bind): Promise<number> {
    let delivered: Delivered;
    try {
      delivered = decodeDelivered(body, bind.slice.alphabet);
    } catch (error) {
      this.#deps.log.warn('a broken PDU was refused', { bind: bind.slice.name, error });
      return statuses.never;
    }
    try {
      if (delivered.receipt) {
        await this.#receipt(delivered, bind);
        return statuses.ok;
      }
      return (await this.#text(delivered, wire, bind)) ? statuses.ok : statuses.tryAgain;
    } catch (error) {
      this.#deps.log.warn('what an SMSC delivered waits', { bind: bind.slice.name, error });
      return statuses.tryAgain;
    }
  }

  async #receipt(delivered: Delivered, bind: Bind): Promise<void> {
    const receipt = readReceipt(delivered);
    if (receipt === undefined) this.#deps.log.info('a receipt names no text', { bind: bind.slice.name });
    else await this.#deps.onReceipt(bind, receipt);
  }

  async #text(delivered: Delivered, wire: Wire, bind: Bind): Promise<boolean> {
    const { text, part, bytes } = delivered;
    if (text === undefined) {
      this.#deps.log.info('binary content made no message', { bind: bind.slice.name });
      return true;
    }
    const route: Route = {
      trunk: `smpp:${bind.slice.name}`,
      from: numberOf(delivered.source, bind),
      to: numberOf(delivered.destination, bind),
    };
    if (part !== undefined) {
      const key = keyOf(route, [part.reference, part.total].join('/'));
      return this.#parts.take({ key, route, text, total: part.total, number: part.number });
    }
    const key = keyOf(route, bytes);
    const id = this.#repeats.begin(key, wire);
    let safe = false;
    try {
      await this.#deps.onText({ ...route, id, network: 'sms', body: text, truncated: false });
      safe = true;
    } finally {
      this.#repeats.end(key, id, safe);
    }
    return true;
  }
}

/** International numbers with their plus; the others as they came, for the number plan. */
function numberOf({ ton, digits }: Address, bind: Bind): string {
  const bare = /^\d{7,15}$/.test(digits);
  const international = ton === 1 || (ton === 0 && bind.slice.bareNumbers === 'international');
  return (bare && international ? `+${digits}` : digits).slice(0, 64);
}

function keyOf({ trunk, from, to }: Route, what: string | Buffer): string {
  return createHash('sha256').update(`${trunk}\0${from}\0${to}\0`).update(what).digest('hex');
}
