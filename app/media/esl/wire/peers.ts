import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** How long the addresses of a name are remembered, in milliseconds. */
const namesMs = 60_000;

/**
 * Who is the switch, by address: the event socket knows no secret in this direction.
 * @param host of the switch; of this machine, all of this machine's addresses are its
 * @param more further networks that it dials from (CIDR)
 */
export function switchPeers(host: string, more: readonly string[]): (address: string) => Promise<boolean> {
  const networks = new BlockList();
  for (const network of more) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    networks.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  let known: { readonly at: number; readonly found: Promise<readonly string[]> } | undefined;
  const addresses = (): Promise<readonly string[]> => {
    if (known === undefined || performance.now() - known.at > namesMs)
      known = { at: performance.now(), found: addressesOf(host) };
    return known.found;
  };
  return async (from) => {
    const address = plainAddress(from);
    if (isIP(address) === 0) return false;
    if (networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')) return true;
    const own = await addresses();
    return own.includes(address) || (own.some(isLoopback) && isThisMachine(address));
  };
}

/** While a name cannot be found out, nobody is believed to be it. */
async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => plainAddress(address));
  } catch {
    return [];
  }
}

function isThisMachine(address: string): boolean {
  if (isLoopback(address)) return true;
  const own = Object.values(networkInterfaces()).flat();
  return own.some((one) => one !== undefined && plainAddress(one.address) === address);
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** Of an IPv4 address written as IPv6 what it is; the zone gone. */
function plainAddress(address: string): string {
  return address
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
}
