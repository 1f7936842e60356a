import { asFault } from './line.ts';
import type { EslConnection } from './wire/connection.ts';
import { EslError } from './wire/errors.ts';

export interface PhoneDeps {
  readonly connection: () => EslConnection;
  /** SIP profile that phones are on. */
  readonly profile: string;
  /** Domain of the directory: its users are named by the subscribers' numbers. */
  readonly domain: string;
}

/** What may stand as a user in an API command. */
const nameable = /^\+?[0-9A-Za-z*._-]{1,64}$/;

/** The subscribers' own phones, as the switch's directory and registrations have them. */
export class Phones {
  readonly #deps: PhoneDeps;

  constructor(deps: PhoneDeps) {
    this.#deps = deps;
  }

  /** `none` = the number has no phone here. @throws Fault if the switch cannot be asked */
  async stateOf(number: string): Promise<'registered' | 'away' | 'none'> {
    if ((await this.#contacts(number)).length > 0) return 'registered';
    const known = await this.#ask(`user_exists id ${number} ${this.#deps.domain}`);
    return known === 'true' ? 'away' : 'none';
  }

  /**
   * Whether this number's phone registered, with its password, from this address: what comes from there is its own, as far as
   * an address can tell.
   * @throws Fault if the switch cannot be asked
   */
  async isAt(number: string, host: string, port: string): Promise<boolean> {
    if (!nameable.test(number) || host === '' || port === '') return false;
    const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    return (await this.#contacts(number)).some((place) => place === at);
  }

  /** `host:port` of the number's registrations: for a phone behind NAT, where its registration came from. */
  async #contacts(number: string): Promise<string[]> {
    if (!nameable.test(number)) return [];
    const { profile, domain } = this.#deps;
    const said = await this.#ask(`sofia_contact ${profile}/${number}@${domain}`);
    if (!said.startsWith('sofia/')) return [];
    return said.split(',').flatMap((contact) => {
      const path = /;fs_path=([^;>]+)/.exec(contact)?.[1];
      const uri = path === undefined ? contact : path.replaceAll(/%([0-9A-Fa-f]{2})/g, fromHex);
      const [, host, port] = /(?:@|sips?:)(\[[0-9A-Fa-f:]+\]|[\w.-]+)(?::(\d+))?(?:[;>]|$)/.exec(uri) ?? [];
      return host === undefined ? [] : [`${host}:${port ?? '5060'}`];
    });
  }

  async #ask(line: string): Promise<string> {
    try {
      return (await this.#deps.connection().api(line)).trim();
    } catch (error) {
      if (error instanceof EslError) return '';
      throw asFault(error);
    }
  }
}

function fromHex(_whole: string, hex: string): string {
  return String.fromCodePoint(Number.parseInt(hex, 16));
}
