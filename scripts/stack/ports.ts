/** Ports on loopback. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

export type Protocol = 'tcp' | 'udp';

/** A port of 127.0.0.1 that nobody uses now. */
export async function freePort(protocol: Protocol = 'tcp'): Promise<number> {
  return listenOnce(protocol, 0);
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
