/** Who a request comes from, by its source address: what its headers say is believed only after that. */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { NamedTrunk } from '../../core/address/identify.ts';

/** A trunk as the configuration names it. */
export interface EdgeTrunk extends NamedTrunk {
  readonly host: string;
  readonly port: number;
}

/** How long the addresses of a name are remembered, in milliseconds. */
const namesMs = 60_000;

export type Resolve = (host: string) => Promise<readonly string[]>;

export class Peers {
  readonly #trunks: readonly EdgeTrunk[];
  readonly #phones = new BlockList();
  readonly #resolve: Resolve;
  readonly #names = new Map<string, { readonly at: number; readonly found: Promise<readonly string[]> }>();

  /** @param phones networks (CIDR) of phones that may subscribe and call */
  constructor(trunks: readonly EdgeTrunk[], phones: readonly string[], resolve: Resolve = addressesOf) {
    this.#trunks = trunks;
    this.#resolve = resolve;
    for (const network of phones) {
      const [address = '', bits = ''] = network.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      this.#phones.addSubnet(address, Number(bits || (family === 'ipv6' ? 128 : 32)), family);
    }
  }

  isPhone(address: string): boolean {
    const plain = plainAddress(address);
    const family = isIP(plain);
    return family !== 0 && this.#phones.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  }

  /** The trunk at this address; of several at one host the one of this port, else the least believed. */
  async trunkOf(address: string, port: number): Promise<EdgeTrunk | undefined> {
    const plain = plainAddress(address);
    const here: EdgeTrunk[] = [];
    for (const trunk of this.#trunks)
      if ((await this.#addresses(trunk.host)).includes(plain)) here.push(trunk);
    return here.find((trunk) => trunk.port === port) ?? here.find((trunk) => !trunk.trusted) ?? here[0];
  }

  #addresses(host: string): Promise<readonly string[]> | readonly string[] {
    const literal = host.replace(/^\[(.*)\]$/, '$1');
    if (isIP(literal) !== 0) return [plainAddress(literal)];
    const known = this.#names.get(host);
    if (known !== undefined && performance.now() - known.at < namesMs) return known.found;
    // While a name cannot be found out, nobody is believed to be it.
    const found = this.#resolve(host).then(
      (addresses) => addresses.map(plainAddress),
      () => [],
    );
    this.#names.set(host, { at: performance.now(), found });
    return found;
  }
}

async function addressesOf(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** Of an IPv4 address written as IPv6 what it is; brackets and zone gone. */
function plainAddress(address: string): string {
  return address
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
}
