import { parseNameAddr } from '../../core/address/name-addr.ts';
import { Fault } from '../../core/errors.ts';
import type { InboundText, OutboundText } from '../../ports/media.ts';
import { asFault } from './line.ts';
import type { Phones } from './phones.ts';
import type { EslConnection } from './wire/connection.ts';
import type { EslEvent } from './wire/event.ts';

/** A trunk as the configuration names it. */
export interface Trunk {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface TextDeps {
  readonly connection: () => EslConnection;
  readonly trunks: readonly Trunk[];
  readonly trunk: string;
  /** SIP profile that phones and trunks are on. */
  readonly profile: string;
  /** Domain of registered phones. */
  readonly domain: string;
  readonly timeoutMs: number;
  readonly phones: Phones;
}

/** What may stand as the user part of an address that we write. */
const addressable = /^\+?[0-9A-Za-z*#._-]{1,64}$/;

/** Reports of texts that others send are among them. */
const mostEarly = 200;

/** Texts on their way, by the id that the switch gave them. */
export class Texts {
  readonly #deps: TextDeps;
  readonly #reports = new Map<string, (event: EslEvent) => void>();
  readonly #early = new Map<string, EslEvent>();

  constructor(deps: TextDeps) {
    this.#deps = deps;
  }

  /** A delivery report; it may come before the reply that names it has been read. */
  reported(event: EslEvent): void {
    const id = event.get('Event-UUID') ?? '';
    const waiting = this.#reports.get(id);
    if (waiting !== undefined) return waiting(event);
    this.#early.set(id, event);
    const [oldest] = this.#early.keys();
    if (this.#early.size > mostEarly && oldest !== undefined) this.#early.delete(oldest);
  }

  /** SIP MESSAGE (RFC 3428): to the number's own phone if it has one, which must be registered, else over the trunk. */
  async send(text: OutboundText): Promise<void> {
    if (!addressable.test(text.to) || !addressable.test(text.from))
      throw new Fault('invalid', 'a text needs plain numbers', { temporary: false });
    const { profile, domain, phones } = this.#deps;
    const trunk = trunkNamed(this.#deps, text.trunk);
    const phone = await phones.stateOf(text.to);
    // What is for a phone of ours is not the network's: it goes when the phone is back.
    if (phone === 'away')
      throw new Fault('gateway-unavailable', 'the phone is not registered', { temporary: true });
    const registered = phone === 'registered';
    const to = registered ? `${text.to}@${domain}` : `sip:${text.to}@${trunk.host}:${trunk.port}`;
    const from = `${text.from}@${registered ? domain : trunk.host}`;
    const report = await this.#report(
      {
        'Event-Subclass': 'SMS::SEND_MESSAGE',
        proto: 'global',
        dest_proto: 'sip',
        from,
        from_full: `<sip:${from}>`,
        to: `${profile}/${to}`,
        sip_profile: profile,
        type: 'text/plain',
        blocking: 'true',
        'Content-Type': 'text/plain',
      },
      text.body,
    );
    if (report.get('Status') === 'Success') return;
    const code = Number(report.get('Delivery-Result-Code'));
    const temporary = !(code >= 400 && code < 500) || code === 408 || code === 480;
    throw new Fault(temporary ? 'gateway-unavailable' : 'gateway-refused', `the text was answered ${code}`, {
      temporary,
    });
  }

  async #report(headers: Readonly<Record<string, string>>, body: string): Promise<EslEvent> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const { timeoutMs } = this.#deps;
      // A text over UDP that nobody answers is given up by the switch after 32 s (RFC 3261, timer F).
      timer = setTimeout(
        () => reject(new Fault('gateway-unavailable', 'no delivery report', { temporary: true })),
        timeoutMs + 33_000,
      );
    });
    let id = '';
    try {
      // The switch names the event itself, whatever id is sent with it.
      const reply = await this.#deps.connection().command('sendevent CUSTOM', headers, body);
      id = reply.replace(/^\+OK\s*/, '').trim();
      return await Promise.race([this.#reportOf(id), late]);
    } catch (error) {
      const fault = asFault(error);
      throw fault.temporary && fault.code !== 'gateway-unavailable'
        ? new Fault('gateway-unavailable', fault.message, { temporary: true, cause: error })
        : fault;
    } finally {
      clearTimeout(timer);
      this.#reports.delete(id);
      this.#early.delete(id);
    }
  }

  #reportOf(id: string): Promise<EslEvent> {
    const early = this.#early.get(id);
    return early === undefined
      ? new Promise((resolve) => this.#reports.set(id, resolve))
      : Promise.resolve(early);
  }
}

/** @throws Fault `invalid` if there is no such trunk. */
export function trunkNamed(deps: Pick<TextDeps, 'trunks' | 'trunk'>, name: string | undefined): Trunk {
  const trunk = deps.trunks.find((one) => one.name === (name ?? deps.trunk));
  if (trunk === undefined) throw new Fault('invalid', `no trunk ${name ?? deps.trunk}`, { temporary: false });
  return trunk;
}

/**
 * A text that came in: event MESSAGE, without a chatplan; `undefined` for one that comes neither from a trunk nor from a phone
 * at the address that it registered, and for what is no text. The switch asks nobody who texts for a password, and keeps no
 * id of the wire: one is made from its own count.
 */
export async function readText(
  event: EslEvent,
  trunks: readonly Trunk[],
  phones: Phones,
): Promise<InboundText | undefined> {
  if (!/^text\/plain\b/i.test(event.get('type') ?? '')) return undefined;
  // As for calls, a trunk is known by the address that it comes from.
  const host = event.get('from_sip_ip') ?? '';
  const trunk = trunks.find((one) => one.host === host);
  const from = parseNameAddr(event.get('from_full') ?? '')?.user || event.get('from_user') || '';
  const isPhone = trunk === undefined && (await phones.isAt(from, host, event.get('from_sip_port') ?? ''));
  if (trunk === undefined && !isPhone) return undefined;
  return {
    id: `${event.get('Core-UUID') ?? ''}:${event.get('Event-Sequence') ?? ''}`,
    network: 'sip',
    trunk: trunk?.name ?? from,
    ...(isPhone ? { registered: true } : {}),
    from,
    to: event.get('to_user') ?? '',
    body: event.body ?? '',
    truncated: false,
  };
}
