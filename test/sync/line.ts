/** A line between two nodes: slow, far, and cut at any byte. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Line extends AsyncDisposable {
  readonly port: number;
  /** Where it leads; default: this machine. */
  host: string;
  target: number;
  /** Bytes that went through, both ways. */
  readonly bytes: number;
  /** Cuts every connection after so many bytes more. */
  cutAfter(bytes: number): void;
  /** Nobody gets through, and connections are reset, until it is mended. */
  cut(): void;
  mend(): void;
}

export interface LineOptions {
  /** One way, in milliseconds. */
  readonly delayMs?: number;
  /** Each way. */
  readonly bytesPerSecond?: number;
}

export async function openLine({ delayMs = 0, bytesPerSecond = Infinity }: LineOptions = {}): Promise<Line> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let left = Infinity;
  let bytes = 0;
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const server = createServer((near) => {
    if (isCut) return void near.resetAndDestroy();
    const far = connect(line.target, line.host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    forward(near, far, ways[0]);
    forward(far, near, ways[1]);
  });
  const ways = [{ free: 0 }, { free: 0 }] as const;
  const forward = (from: Socket, to: Socket, way: { free: number }): void => {
    let waiting = 0;
    const queue: { readonly part: Buffer; readonly due: number }[] = [];
    // What waits on the line fills it: the sender has to wait too.
    const most = Math.max(65_536, (bytesPerSecond * Math.max(50, 2 * delayMs)) / 1000);
    // One timer for all: of several the later may be first on a busy machine, and no line changes the order.
    const arrive = (): void => {
      for (let [next] = queue; next !== undefined; [next] = queue) {
        const wait = next.due - performance.now();
        if (waiting <= most) from.resume();
        if (wait >= 1) return void setTimeout(arrive, wait);
        queue.shift();
        waiting -= next.part.length;
        if (!to.destroyed) to.write(next.part);
      }
      if (waiting <= most) from.resume();
    };
    from.on('data', (data) => {
      const through = Math.min(data.length, left);
      bytes += through;
      left -= through;
      const part = data.subarray(0, through);
      way.free = Math.max(way.free, performance.now()) + (part.length * 1000) / bytesPerSecond;
      waiting += part.length;
      if (waiting > most) from.pause();
      queue.push({ part, due: way.free + delayMs });
      if (queue.length === 1) arrive();
      if (left === 0) cut();
    });
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const line: Line = {
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    target: 0,
    get bytes() {
      return bytes;
    },
    cutAfter(count) {
      left = count;
    },
    cut() {
      isCut = true;
      cut();
    },
    mend() {
      isCut = false;
      left = Infinity;
    },
    async [Symbol.asyncDispose]() {
      isCut = true;
      cut();
      server.close();
      await once(server, 'close');
    },
  };
  return line;
}
