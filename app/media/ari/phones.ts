import type { Log } from '../../ports/log.ts';
import { AriError } from './wire/errors.ts';
import type { Endpoint } from './wire/resources.ts';

/** GET over the connection; rejects with AriError where there is no such thing. */
export type Get = (uri: string) => Promise<unknown>;

interface Attribute {
  readonly attribute: string;
  readonly value: string;
}

/** Read anew after so long, or after so many times what the reading took: many phones must not keep the switch busy. */
const freshMs = 30_000;
const restFactor = 50;
/** Most requests under way at once. */
const mostAtOnce = 8;

export interface Phone {
  readonly endpoint: string;
  readonly online: boolean;
}

interface Known {
  readonly number: string;
  /** By AB_NUMBER: the number of whoever has the phone's password. A caller ID alone is only a label. */
  readonly registered: boolean;
}

/** Which endpoint of the switch is whose phone: by `set_var = AB_NUMBER=…`, by callerid, or by its very name. */
export class Phones {
  readonly #get: Get;
  readonly #trunks: ReadonlySet<string>;
  readonly #log: Log;
  #byNumber: ReadonlyMap<string, readonly string[]> = new Map();
  #known: ReadonlyMap<string, Known> = new Map();
  /** Monotonic milliseconds until which what was read holds; `undefined` = never read. */
  #freshUntil: number | undefined;
  #reading: Promise<void> | undefined;

  constructor(get: Get, trunks: readonly string[], log: Log) {
    this.#get = get;
    this.#trunks = new Set(trunks);
    this.#log = log;
  }

  /** The phone of a number and whether it is registered now; `undefined` if no endpoint is this number's phone. */
  async find(number: string): Promise<Phone | undefined> {
    const all = await this.all(number);
    return all.find((phone) => phone.online) ?? all[0];
  }

  /** All phones of a number that are meant for it, and whether each is registered now. */
  async all(number: string): Promise<readonly Phone[]> {
    await this.#readOnce();
    const named = this.#byNumber.get(plain(number)) ?? [];
    // A label is believed only where nobody has the number by its password.
    const vouched = named.filter((endpoint) => this.isRegistered(endpoint));
    return Promise.all(
      (vouched.length > 0 ? vouched : named).map(async (endpoint) => {
        const { state } = (await this.#get(`endpoints/PJSIP/${encodeURIComponent(endpoint)}`)) as Endpoint;
        return { endpoint, online: state === 'online' };
      }),
    );
  }

  /** The endpoints of all phones of a number, registered or not. */
  async namesOf(number: string): Promise<readonly string[]> {
    await this.#readOnce();
    const wanted = plain(number);
    return [...this.#known].filter(([, known]) => plain(known.number) === wanted).map(([name]) => name);
  }

  /** The number of a phone's endpoint. */
  numberOf(endpoint: string): string | undefined {
    return this.#known.get(endpoint)?.number;
  }

  /** Whether the endpoint is a phone whose number the switch vouches for. */
  isRegistered(endpoint: string): boolean {
    return this.#known.get(endpoint)?.registered === true;
  }

  /** Whether the phones have been read at all. */
  get read(): boolean {
    return this.#freshUntil !== undefined;
  }

  /** What was read holds for a while; then it is read anew beside its use. */
  async #readOnce(): Promise<void> {
    if (this.#freshUntil === undefined) await this.refresh();
    else if (performance.now() > this.#freshUntil) this.refresh().catch(() => undefined);
  }

  /** Reads all phones; one reading at a time. What was known stays if it fails. @throws AriError, AriDown, AriTimeout */
  refresh(): Promise<void> {
    this.#reading ??= this.#readAll().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    const started = performance.now();
    const endpoints = (await this.#get('endpoints/PJSIP')) as readonly Endpoint[];
    const names = endpoints.map((one) => one.resource).filter((name) => !this.#trunks.has(name));
    const known = new Map<string, Known>();
    const byNumber = new Map<string, string[]>();
    const left = names.values();
    const worker = async () => {
      for (const name of left) {
        const found = await this.#numberFrom(name);
        if (found !== undefined) known.set(name, found);
        const number = plain(found?.number ?? name);
        byNumber.set(number, [...(byNumber.get(number) ?? []), name]);
      }
    };
    await Promise.all(Array.from({ length: mostAtOnce }, worker));
    this.#known = known;
    this.#byNumber = byNumber;
    const now = performance.now();
    this.#freshUntil = now + Math.max(freshMs, (now - started) * restFactor);
  }

  async #numberFrom(endpoint: string): Promise<Known | undefined> {
    try {
      const uri = `asterisk/config/dynamic/res_pjsip/endpoint/${encodeURIComponent(endpoint)}`;
      const fields = (await this.#get(uri)) as readonly Attribute[];
      const all = (name: string) =>
        fields.filter((field) => field.attribute === name).map((field) => field.value);
      // What `set_var` sets stands under its own name.
      const number = /^\+?\d+$/.exec(all('AB_NUMBER')[0] ?? '')?.[0];
      if (number !== undefined) return { number, registered: true };
      const label = /<(\+?\d+)>/.exec(all('callerid')[0] ?? '')?.[1];
      return label === undefined ? undefined : { number: label, registered: false };
    } catch (error) {
      // Only the switch's own answer says that there is nothing to know.
      if (!(error instanceof AriError)) throw error;
      this.#log.debug('the number of an endpoint is not known', { endpoint, error: String(error) });
      return undefined;
    }
  }
}

/** Numbers count as the same with and without their plus. */
function plain(number: string): string {
  return number.replace(/^\+/, '');
}
