import type { Log } from '../../ports/log.ts';
import type { Endpoint } from './wire/resources.ts';

/** GET over the connection; rejects with AriError where there is no such thing. */
export type Get = (uri: string) => Promise<unknown>;

interface Attribute {
  readonly attribute: string;
  readonly value: string;
}

const freshMs = 30_000;

/** Which endpoint of the switch is whose phone: by `set_var = AB_NUMBER=…`, by callerid, or by its very name. */
export class Phones {
  readonly #get: Get;
  readonly #trunks: ReadonlySet<string>;
  readonly #log: Log;
  #byNumber: ReadonlyMap<string, string> = new Map();
  #numberOf: ReadonlyMap<string, string> = new Map();
  #read = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(get: Get, trunks: readonly string[], log: Log) {
    this.#get = get;
    this.#trunks = new Set(trunks);
    this.#log = log;
  }

  /** The phone of a number and whether it is registered now; `undefined` if no endpoint is this number's phone. */
  async find(number: string): Promise<{ readonly endpoint: string; readonly online: boolean } | undefined> {
    if (performance.now() - this.#read > freshMs) {
      this.#reading ??= this.refresh().finally(() => (this.#reading = undefined));
      if (this.#read === Number.NEGATIVE_INFINITY) await this.#reading;
      else this.#reading.catch(() => undefined);
    }
    const endpoint = this.#byNumber.get(plain(number));
    if (endpoint === undefined) return undefined;
    const { state } = (await this.#get(`endpoints/PJSIP/${encodeURIComponent(endpoint)}`)) as Endpoint;
    return { endpoint, online: state === 'online' };
  }

  /** The number of a phone's endpoint. */
  numberOf(endpoint: string): string | undefined {
    return this.#numberOf.get(endpoint);
  }

  async refresh(): Promise<void> {
    const endpoints = (await this.#get('endpoints/PJSIP')) as readonly Endpoint[];
    const names = endpoints.map((one) => one.resource).filter((name) => !this.#trunks.has(name));
    const found = await Promise.all(names.map(async (name) => [name, await this.#numberFrom(name)] as const));
    this.#numberOf = new Map(
      found.flatMap(([name, number]) => (number === undefined ? [] : [[name, number] as const])),
    );
    this.#byNumber = new Map(found.map(([name, number]) => [plain(number ?? name), name]));
    this.#read = performance.now();
  }

  async #numberFrom(endpoint: string): Promise<string | undefined> {
    try {
      const uri = `asterisk/config/dynamic/res_pjsip/endpoint/${encodeURIComponent(endpoint)}`;
      const fields = (await this.#get(uri)) as readonly Attribute[];
      const all = (name: string) =>
        fields.filter((field) => field.attribute === name).map((field) => field.value);
      const set = all('set_var').map((value) => /(?:^|,)AB_NUMBER=(\+?\d+)/.exec(value)?.[1]);
      return set.find((value) => value !== undefined) ?? /<(\+?\d+)>/.exec(all('callerid')[0] ?? '')?.[1];
    } catch (error) {
      this.#log.debug('the number of an endpoint is not known', { endpoint, error: String(error) });
      return undefined;
    }
  }
}

/** Numbers count as the same with and without their plus. */
function plain(number: string): string {
  return number.replace(/^\+/, '');
}
