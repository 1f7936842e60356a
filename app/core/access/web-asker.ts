/**
 * The key that wrong tries from an address of the internet count against. Of IPv6 it is the network of 64 bits: whoever has
 * one address has all of those (RFC 6177). It has one colon alone, before the address.
 */
export function webAskerKey(address: string): string {
  const plain = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped !== undefined) return `web:${mapped}`;
  if (!plain.includes(':')) return `web:${plain === '' ? 'unknown' : plain}`;
  const [head = '', tail] = plain.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const rest = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const whole = [...groups, ...Array.from({ length: zeros }, () => '0'), ...rest];
  const network = whole.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `web:${network.join('-') || 'unknown'}`;
}
