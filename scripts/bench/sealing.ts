/**
 * What encryption at rest costs: a message put and read with it and without, in turns on the local store. Prints milliseconds and
 * CPU per message and writes docs/benchmarks/sealing.json and .md.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { E164, MailboxId, MediaId } from '../../app/core/ids.ts';
import type { Log } from '../../app/ports/log.ts';
import type { Store } from '../../app/ports/store.ts';
import { openEnvironmentMaster } from '../../app/sealing/master/local.ts';
import { openSealing } from '../../app/sealing/open.ts';
import { openKeyStore } from '../../app/storage/open-keys.ts';
import { openStore } from '../../app/storage/open.ts';
import { sampleMessage } from '../../test/storage/sample.ts';
import { checkout } from '../stack/machine.ts';
import { openLocalStore } from '../stack/store.ts';
import { cpuOf } from './cpu.ts';
import { commit, machineFacts } from './machine-facts.ts';
import { terminalTable, writeReport } from './report.ts';
import { resultOf, type Result } from './result.ts';

/** Four, twenty and 125 seconds of G.711. */
const sizes = [32_000, 160_000, 1_000_000];
const rounds = 7;
const perRound = 60;
const mailboxes = 20;
const ways = ['sealed', 'plain'] as const;
const operations = ['put', 'get'] as const;
const figures = { ms: 'time', storeCpu: 'CPU of the store', nodeCpu: 'CPU of Node' } as const;

type Cost = Record<keyof typeof figures, number>;

const silent: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silent,
  within: (_fields, work) => work(),
};

await using local = await openLocalStore({ directory: await freshFolder() });
const { pids } = local;
if (pids === undefined)
  throw new Error('this bench needs FerretDB over PostgreSQL: it reads the CPU of both');
const options = { url: local.url, timeoutMs: 30_000 };
await using keys = await openKeyStore({ ...options, database: 'bench_keys' }, { log: silent });
await using bare = await openStore({ ...options, database: 'bench_sealing' }, { log: silent });
const master = openEnvironmentMaster(`bench:${randomBytes(32).toString('base64')}`);
const stores: Record<(typeof ways)[number], Store> = {
  sealed: openSealing({ log: silent, with: { keys, master } }).store(bare),
  plain: bare,
};
const results: Result[] = [];
for (const bytes of sizes) results.push(...(await compare(bytes)));
process.stdout.write(`${terminalTable(results)}\n`);
await writeReport(
  join(checkout, 'docs/benchmarks'),
  {
    name: 'sealing',
    title: 'Encryption at rest',
    about: [
      '"Ours" is with encryption, "native" the same without. `put` is what a deposit writes of a voice message with a transcript of ten words: the sound, then the message; ' +
        `\`get\` reads both. ${rounds} rounds of ${perRound} messages in ${mailboxes} mailboxes that have their keys, one after the other, the two ways in turn. CPU of the store is that of FerretDB and PostgreSQL with its background work.`,
    ],
    results,
  },
  {
    date: new Date(),
    commit: commit(),
    command: 'bash scripts/run.sh scripts/bench/sealing.ts',
    machine: machineFacts({ asterisk: 'no switch', store: 'FerretDB over PostgreSQL' }),
  },
);

async function freshFolder(): Promise<string> {
  const folder = join(checkout, 'var/bench-sealing');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

async function compare(bytes: number): Promise<Result[]> {
  const costs = { sealed: { put: [], get: [] }, plain: { put: [], get: [] } } as Record<
    (typeof ways)[number],
    Record<(typeof operations)[number], Cost[]>
  >;
  const content = new Uint8Array(bytes).map(
    (_, i) => 0xff - Math.floor(Math.random() * 64 * (1 + Math.sin(i / 4000))),
  );
  // Round -1 warms up.
  for (let round = -1; round < rounds; round += 1) {
    for (const way of ways) {
      const messages = Array.from({ length: perRound }, (_, i) => draft(way, i, bytes));
      const store = stores[way];
      const put = await cost(async (i) => {
        const message = messages[i] as ReturnType<typeof draft>;
        const media = message.envelope.parts[0]?.media as MediaId;
        await store.media.put(media, 'audio/PCMU', content, message.mailbox);
        await store.messages.insert(message);
      });
      const get = await cost(async (i) => {
        const message = await store.messages.get((messages[i] as ReturnType<typeof draft>).id);
        const read = await store.media.get(message?.envelope.parts[0]?.media as MediaId);
        if (read?.bytes.length !== bytes) throw new Error('a message is not whole');
      });
      if (round < 0) continue;
      costs[way].put.push(put);
      costs[way].get.push(get);
    }
  }
  return operations.flatMap((operation) =>
    (['ms', 'storeCpu', 'nodeCpu'] as const).map((figure) =>
      resultOf({
        name: `${operation} ${bytes / 1000} kB: ${figures[figure]}`,
        unit: 'ms',
        ours: costs.sealed[operation].map((one) => one[figure]),
        native: costs.plain[operation].map((one) => one[figure]),
      }),
    ),
  );
}

function draft(way: string, i: number, bytes: number) {
  const part = {
    media: `sip:${randomUUID()}` as MediaId,
    contentType: 'audio/PCMU',
    bytes,
    durationMs: bytes / 8,
  };
  return sampleMessage(
    {
      mailbox: `${way} ${i % mailboxes}` as MailboxId,
      transcript: 'please call me back about the ladder when you are home again',
    },
    { to: '+12025550123' as E164, parts: [{ ...part, sha256: 'a'.repeat(64) }] },
  );
}

async function cost(operation: (i: number) => Promise<unknown>): Promise<Cost> {
  const before = { at: performance.now(), store: storeCpu(), node: process.cpuUsage() };
  for (let i = 0; i < perRound; i += 1) await operation(i);
  const node = process.cpuUsage(before.node);
  return {
    ms: (performance.now() - before.at) / perRound,
    storeCpu: (storeCpu() - before.store) / perRound,
    nodeCpu: (node.user + node.system) / 1000 / perRound,
  };
}

function storeCpu(): number {
  return pids === undefined ? Number.NaN : cpuOf(pids.postgres) + cpuOf(pids.ferretdb);
}
