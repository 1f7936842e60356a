/** Ports on loopback. */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

export type Protocol = 'tcp' | 'udp';

/**
 * None that the system gives to whoever asks for any (Linux: from 32768): a server that is started again finds its port free. Above
 * those of Asterisk's sound.
 */
const range = { from: 20_100, to: 32_700 } as const;
const tries = 100;

/** A port of 127.0.0.1 that nobody uses now, and nobody is given by chance. */
export async function freePort(protocol: Protocol = 'tcp'): Promise<number> {
  for (let n = 0; n < tries; n += 1) {
    const port = randomInt(range.from, range.to);
    if (await isFree(protocol, port)) return port;
  }
  throw new Error(`no port of 127.0.0.1 from ${range.from} to ${range.to} is free`);
}

/** Whether a port of 127.0.0.1 could be opened now. */
export async function isFree(protocol: Protocol, port: number): Promise<boolean> {
  return listenOnce(protocol, port).then(
    () => true,
    () => false,
  );
}

async function listenOnce(protocol: Protocol, port: number): Promise<number> {
  if (protocol === 'udp') {
    const socket = createSocket('udp4');
    socket.bind(port, '127.0.0.1');
    // Rejects if it cannot be bound.
    await once(socket, 'listening');
    const bound = socket.address().port;
    await new Promise<void>((done) => socket.close(done));
    return bound;
  }
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  await new Promise((done) => server.close(done));
  return bound;
}
