/** Replication over a line that is slow and far: how close to the line's own time, what a message costs, when a new one is playable. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { E164 } from '../../app/core/ids.ts';
import { makeCertificate } from '../../test/sync/nodes.ts';
import { openLine } from '../../test/sync/line.ts';
import type { BenchProgram } from './bench-options.ts';
import { cpuOf } from './cpu.ts';
import { resultOf, type Result } from './result.ts';
import { openShapedLine, type Packets, type ShapedLine } from './shaped-line.ts';
import type { Stage } from './stage.ts';
import { percentile, spreadOf } from './statistics.ts';
import type { SyncNodeAnswer, SyncNodeCommand, SyncNodeOptions } from './sync-node.ts';

const megabits = 20;
const rttMs = 150;
const bytes = 80_000;
const perMailbox = 100;
/** Of the line's rate, where replication is held back for calls. */
const capped = 0.8;
const lineBytes = (megabits * 1e6) / 8;

const about = [
  `Two nodes, each a process with a store of its own; ${bytes / 1000} kB a message, over ${megabits} Mbit/s and ${rttMs} ms there and ` +
    'back (rate: `tc` tbf; delay: a proxy, a process of its own; both ways of the bench and the stores are not counted as CPU of the nodes). ' +
    'The line’s own time is that of the parts’ bytes alone. New deposits are made at home while the others are on their way, and ' +
    'looked for in the other store.',
  `Calls: packets as of a call, 50 a second, over the same line while replication is held at ${capped * 100} % of it; ` +
    'what is later than the quickest.',
];

export const replication: BenchProgram = {
  name: 'replication',
  async run(stage, { quick, messages, say }) {
    const count = messages ?? (quick ? 200 : 1000);
    const free = await replicate(stage, { name: 'free', count, probes: quick ? 8 : 50, say });
    const held = await replicate(stage, {
      name: 'held',
      count: quick ? 50 : 300,
      probes: 0,
      bytesPerSecond: capped * lineBytes,
      say,
    });
    const results = [
      resultOf({
        name: `${count} messages, of the line’s own time`,
        unit: '×',
        ours: [free.seconds / free.ownSeconds],
        target: { of: 'ours', most: 1.15 },
      }),
      resultOf({
        name: 'new deposit to playable there, p99',
        unit: 'ms',
        ours: [percentile(free.times, 99)],
        target: { of: 'ours', most: 2000 },
        spread: spreadOf(free.times),
      }),
      resultOf({ name: 'the same, p50', unit: 'ms', ours: [percentile(free.times, 50)] }),
      resultOf({
        name: 'CPU of both nodes, a message',
        unit: 'ms',
        ours: [free.homeMs + free.awayMs],
        target: { of: 'ours', most: 5 },
      }),
      resultOf({ name: 'of it at home', unit: 'ms', ours: [free.homeMs] }),
      resultOf({ name: 'CPU of both stores, a message', unit: 'ms', ours: [free.storeMs] }),
      resultOf({
        name: 'idle nodes',
        unit: 'B/s',
        ours: [free.idle],
        target: { of: 'ours', most: 1000 },
      }),
      ...packetResults(held.packets, 'held back'),
      ...packetResults(free.packets, 'not held back'),
    ];
    return { name: 'replication', title: 'Replication', about, results };
  },
};

function packetResults(packets: Packets | undefined, how: string): Result[] {
  if (packets === undefined) return [];
  const target = how === 'held back' ? { target: { of: 'ours', most: 1 } as const } : {};
  const late = how === 'held back' ? { target: { of: 'ours', most: 60 } as const } : {};
  return [
    resultOf({
      name: `a call’s packets lost, ${how}`,
      unit: '%',
      ours: [(100 * packets.lost) / packets.sent],
      ...target,
    }),
    resultOf({
      name: `a call’s packets late, ${how}, p99`,
      unit: 'ms',
      ours: [percentile(packets.late, 99)],
      spread: spreadOf(packets.late),
      ...late,
    }),
  ];
}

interface Run {
  readonly name: string;
  readonly count: number;
  readonly probes: number;
  readonly bytesPerSecond?: number;
  readonly say: (line: string) => void;
}

async function replicate(stage: Stage, { name, count, probes, bytesPerSecond, say }: Run) {
  const folder = join(stage.directory, `replication-${name}`);
  await mkdir(folder, { recursive: true });
  const files = { home: await makeCertificate(folder, 'home'), away: await makeCertificate(folder, 'away') };
  const database = (node: string): string => `replication_${name}_${node}`;
  const back = await openLine({ delayMs: rttMs / 2 });
  const options = (node: 'home' | 'away', port: number): SyncNodeOptions => {
    const [other, prefix, others] =
      node === 'home'
        ? (['away', '+1202555', '+1202666'] as const)
        : (['home', '+1202666', '+1202555'] as const);
    const peer = { name: other, url: `https://127.0.0.1:${port}`, certificate: files[other].certificate };
    return {
      store: { url: stage.local.url, database: database(node) },
      prefix,
      slice: {
        host: '0.0.0.0',
        port: 0,
        ...files[node],
        directory: join(folder, `${node}-stage`),
        nodes: [{ ...peer, prefixes: [others], ...(node === 'home' ? { bytesPerSecond } : {}) }],
      },
    };
  };
  const away = await SyncNode.start(options('away', back.port));
  const line = await openShapedLine({ megabits, delayMs: rttMs / 2, target: away.port });
  const home = await SyncNode.start(options('home', line.port));
  back.target = home.port;
  try {
    const numbers = Array.from(
      { length: Math.ceil(count / perMailbox) },
      (_, i) => `+1202555${String(1000 + i)}` as E164,
    );
    await home.ask({ kind: 'fill', numbers, each: Math.ceil(count / numbers.length), bytes });
    const nodes = {
      home,
      away,
      line,
      numbers,
      there: stage.client.db(database('away')).collection('messages'),
    };
    return await measured(stage, nodes, {
      total: numbers.length * Math.ceil(count / numbers.length),
      probes,
      say,
    });
  } finally {
    for (const node of [home, away]) await node.stop();
    for (const one of [line, back]) await one[Symbol.asyncDispose]();
    for (const node of ['home', 'away']) await stage.client.db(database(node)).dropDatabase();
  }
}

interface Nodes {
  readonly home: SyncNode;
  readonly away: SyncNode;
  readonly line: ShapedLine;
  readonly numbers: readonly E164[];
  readonly there: ReturnType<ReturnType<Stage['client']['db']>['collection']>;
}

async function measured(
  stage: Stage,
  { home, away, line, numbers, there }: Nodes,
  { total, probes, say }: { total: number; probes: number; say: (line: string) => void },
) {
  const state = { kind: 'state' } as const;
  const before = { home: await home.ask(state), away: await away.ask(state), store: storeCpu(stage) };
  const began = performance.now();
  await home.ask({ kind: 'report', numbers, node: 'away' });
  const probing = probe({ home, numbers, there }, probes, (total * bytes * 1000) / lineBytes);
  const all = (async () => {
    const times = await probing;
    while ((await there.countDocuments()) < total + probes) await pause(50);
    return times;
  })();
  const packets = await line.packets(all);
  const times = await all;
  const seconds = (performance.now() - began) / 1000;
  while ((await home.ask(state)).waiting > 0) await pause(50);
  const after = { home: await home.ask(state), away: await away.ask(state), store: storeCpu(stage) };
  const ownSeconds = ((total + probes) * bytes) / lineBytes;
  say(
    `${total} messages in ${seconds.toFixed(1)} s over ${line.kind}; the line’s own time ${ownSeconds.toFixed(1)} s`,
  );
  const each = (from: number, to: number): number => (to - from) / (total + probes);
  await pause(2000);
  const quiet = { at: performance.now(), bytes: line.bytes };
  await pause(probes === 0 ? 10 : 10_000);
  return {
    seconds,
    ownSeconds,
    times,
    packets,
    homeMs: each(before.home.cpuMs, after.home.cpuMs),
    awayMs: each(before.away.cpuMs, after.away.cpuMs),
    storeMs: each(before.store, after.store),
    idle: ((line.bytes - quiet.bytes) * 1000) / (performance.now() - quiet.at),
  };
}

/** New ones while the others are on their way, in the first three quarters of the time that they take. */
async function probe(
  { home, numbers, there }: Pick<Nodes, 'home' | 'numbers' | 'there'>,
  probes: number,
  ownMs: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < probes; n += 1) {
    await pause((0.75 * ownMs) / probes - (times.at(-1) ?? 0));
    const began = performance.now();
    const { id } = await home.ask({
      kind: 'deposit',
      number: numbers[n % numbers.length] as E164,
      bytes,
    });
    while ((await there.findOne({ _id: id as never }, { projection: { _id: 1 } })) === null) await pause(10);
    times.push(performance.now() - began);
  }
  return times;
}

function storeCpu({ local: { pids } }: Stage): number {
  return pids === undefined ? Number.NaN : cpuOf(pids.postgres) + cpuOf(pids.ferretdb);
}

/** A node as a process; what is asked of it is answered in order. */
class SyncNode {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(options: SyncNodeOptions): Promise<SyncNode> {
    const script = new URL('sync-node.ts', import.meta.url).pathname;
    const child = fork(script, [JSON.stringify(options)], { execArgv: ['--import', 'tsx'] });
    const ended = once(child, 'exit').then(() => {
      throw new Error('a node ended');
    });
    ended.catch(() => undefined);
    const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
    return new SyncNode(child, port);
  }

  async ask(command: SyncNodeCommand): Promise<SyncNodeAnswer> {
    const answered = once(this.#child, 'message') as Promise<[SyncNodeAnswer]>;
    this.#child.send(command);
    return (await answered)[0];
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.send({ kind: 'stop' } satisfies SyncNodeCommand);
    await Promise.race([gone, pause(10_000)]);
    this.#child.kill('SIGKILL');
  }
}
