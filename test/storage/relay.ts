/** A TCP relay in front of a server, to make a network that breaks. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Relay extends AsyncDisposable {
  readonly port: number;
  /** Nobody listens any more and every connection is reset. */
  cut(): Promise<void>;
  /** Listens again on the same port. */
  mend(): Promise<void>;
  /** Connections stay, and new ones are taken, but no byte goes through. */
  hang(): void;
  release(): void;
}

/**
 * @param port of the relay, if it must be a certain one; it then does not listen before `mend`.
 * @param host address of the relay
 */
export async function openRelay(target: number, port?: number, host = '127.0.0.1'): Promise<Relay> {
  const sockets = new Set<Socket>();
  let hanging = false;
  let server: Server | undefined;
  let own = port ?? 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    if (hanging) socket.pause();
  };
  const join = (near: Socket) => {
    const far = connect(target, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      keep(one);
      // Not pipe(): it would resume a socket that hangs.
      one.on('data', (data) => other.write(data));
      one.on('close', () => other.destroy());
      if (hanging) one.pause();
    }
  };
  const listen = async () => {
    server = createServer(join);
    server.listen(own, host);
    await once(server, 'listening');
    own = (server.address() as AddressInfo).port;
  };
  const cut = async () => {
    for (const socket of sockets) socket.resetAndDestroy();
    if (server?.listening) await new Promise((done) => server?.close(done));
  };
  if (port === undefined) await listen();
  return {
    get port() {
      return own;
    },
    cut,
    mend: listen,
    hang() {
      hanging = true;
      for (const socket of sockets) socket.pause();
    },
    release() {
      hanging = false;
      for (const socket of sockets) socket.resume();
    },
    [Symbol.asyncDispose]: cut,
  };
}
