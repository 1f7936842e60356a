/** Which addresses a stranger may make us connect to: those of the public internet, and no others. */
import { lookup as resolve } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The host's address leads, or might lead, inside. */
export class NotPublic extends Error {
  override readonly name = 'NotPublic';
}

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address belongs to the public internet. Private, loopback, link-local (also those of cloud metadata), shared,
 * multicast, reserved and documentation ranges do not, nor do those of IPv6 that carry an address of IPv4 within
 * (mapped, 6to4, Teredo, NAT64 of RFC 6052 and 8215): they end where that one leads.
 */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(globalUnicast);
}

/**
 * Resolves names for a connection and hands out what it has checked, so that a name cannot lead elsewhere between the
 * check and the connection. One address inside among several spoils the name.
 * @param lookup the system's own if absent
 */
export function publicLookup(lookup: typeof resolve = resolve): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true, verbatim: true }, (error, found) => {
      if (error !== null) return done(error, '');
      const [first] = found;
      if (first === undefined || found.some(({ address }) => !isPublic(address)))
        return done(new NotPublic('a name leads to an address that is not public'), '');
      if (options.all === true) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}

/** Whether the host of a URL is an address itself, and then one that is not public: nothing is looked up for those. */
export function isInnerLiteral(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) !== 0 && !isPublic(bare);
}
