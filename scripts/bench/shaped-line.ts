/**
 * A line between two nodes of this machine: its rate by the kernel's token bucket (tc-tbf(8)) on a cable into a network of its
 * own, its delay by a proxy before it. Where that cannot be made (it takes root) the proxy does both, and no packets are sent.
 */
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createInterface, type Interface } from 'node:readline';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openNamespace } from '../../test/farm/namespace.ts';
import { openLine } from '../../test/sync/line.ts';

const run = promisify(execFile);

/** As in a call of 64 kbit/s (RFC 3551): 50 packets a second of 160 bytes and the header. */
const packetBytes = 172;
const packetMs = 20;

export interface Packets {
  readonly sent: number;
  readonly lost: number;
  /** How much later than the quickest each came, in milliseconds, in order of size. */
  readonly late: readonly number[];
}

export interface ShapedLine extends AsyncDisposable {
  /** Where the sending node connects to. */
  readonly port: number;
  /** Bytes that went through, both ways. */
  readonly bytes: number;
  /** Which way it is made. */
  readonly kind: 'tbf' | 'proxy';
  /** Sends packets as of a call until the work is done. `undefined` where the rate is not the kernel's. */
  packets(work: Promise<unknown>): Promise<Packets | undefined>;
}

export interface ShapedLineOptions {
  readonly megabits: number;
  /** One way, in milliseconds. */
  readonly delayMs: number;
  /** Where the other node listens, on all addresses. */
  readonly target: number;
}

export async function openShapedLine(options: ShapedLineOptions): Promise<ShapedLine> {
  try {
    return await openKernelLine(options);
  } catch {
    const line = await openLine({
      delayMs: options.delayMs,
      bytesPerSecond: (options.megabits * 1e6) / 8,
    });
    line.target = options.target;
    return {
      port: line.port,
      get bytes() {
        return line.bytes;
      },
      kind: 'proxy',
      packets: async (work) => {
        await work;
        return undefined;
      },
      [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
    };
  }
}

async function openKernelLine({ megabits, delayMs, target }: ShapedLineOptions): Promise<ShapedLine> {
  const space = await openNamespace(7);
  try {
    const { stdout } = await run('ip', ['-o', 'addr', 'show', 'to', space.near]);
    const device = stdout.split(/\s+/)[1] ?? '';
    const shape = ['rate', `${megabits}mbit`, 'burst', '32kb', 'latency', '50ms'];
    await run('tc', ['qdisc', 'add', 'dev', device, 'root', 'tbf', ...shape]);
    const far = space.start(process.execPath, [
      '--import',
      'tsx',
      'scripts/bench/line-far.ts',
      space.far,
      space.near,
      String(target),
    ]);
    if (far.stdout === null || far.stdin === null) throw new Error('no pipes');
    const lines = createInterface(far.stdout);
    const ports = JSON.parse(await nextLine(lines)) as { tcp: number; udp: number };
    const line = await openLine({ delayMs });
    line.host = space.far;
    line.target = ports.tcp;
    const { stdin } = far;
    return {
      port: line.port,
      get bytes() {
        return line.bytes;
      },
      kind: 'tbf',
      async packets(work) {
        const sent = await sendPackets(space.far, ports.udp, work);
        await pause(500);
        stdin.write('\n');
        const late = (JSON.parse(await nextLine(lines)) as number[]).toSorted((a, b) => a - b);
        const least = late[0] ?? 0;
        return { sent, lost: sent - late.length, late: late.map((one) => one - least) };
      },
      async [Symbol.asyncDispose]() {
        await line[Symbol.asyncDispose]();
        const gone = once(far, 'exit');
        stdin.end();
        await gone;
        await space[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await space[Symbol.asyncDispose]();
    throw error;
  }
}

async function nextLine(lines: Interface): Promise<string> {
  const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(30_000) })) as [string];
  return line;
}

async function sendPackets(host: string, port: number, work: Promise<unknown>): Promise<number> {
  const socket = createSocket('udp4');
  const ending = new AbortController();
  const { signal } = ending;
  const ended = work.finally(() => ending.abort());
  ended.catch(() => undefined);
  let sent = 0;
  const began = performance.now();
  while (!signal.aborted) {
    const packet = Buffer.alloc(packetBytes);
    packet.writeDoubleBE(performance.timeOrigin + performance.now(), 12);
    socket.send(packet, port, host);
    sent += 1;
    await pause(Math.max(0, began + sent * packetMs - performance.now()));
  }
  socket.close();
  await ended;
  return sent;
}
