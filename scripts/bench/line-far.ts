/**
 * The far end of the bench's line, in a network of its own: TCP that comes is handed on to where it is told, and of a stream of
 * UDP it says when each packet came. Arguments: the address to listen on, and where to hand on.
 */
import { createSocket } from 'node:dgram';
import { connect, createServer, type AddressInfo } from 'node:net';

const [host = '', onHost = '', onPort = ''] = process.argv.slice(2);
const server = createServer((near) => {
  const far = connect(Number(onPort), onHost);
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.setNoDelay(true);
    one.on('error', () => undefined);
    one.on('close', () => other.destroy());
  }
  near.pipe(far);
  far.pipe(near);
});
const packets = createSocket('udp4');
/** Milliseconds since 1970 that each number was late. */
let late: number[] = [];
packets.on('message', (packet) => {
  if (packet.length < 172) return;
  late.push(performance.timeOrigin + performance.now() - packet.readDoubleBE(12));
});
packets.bind(0, host, () =>
  server.listen(0, host, () => {
    const tcp = (server.address() as AddressInfo).port;
    process.stdout.write(`${JSON.stringify({ tcp, udp: packets.address().port })}\n`);
  }),
);
// A line asks for what came until then.
process.stdin.on('data', () => {
  process.stdout.write(`${JSON.stringify(late)}\n`);
  late = [];
});
process.stdin.on('end', () => process.exit(0));
