/**
 * What it costs to keep a telephone message's sound: one document against GridFS, each put and read, on the local store.
 * Prints milliseconds and CPU per operation and writes docs/benchmarks/storage-media.json and .md.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { Binary, GridFSBucket, MongoClient, type Db } from 'mongodb';
import { checkout } from '../stack/machine.ts';
import { openLocalStore } from '../stack/store.ts';
import { cpuOf } from './cpu.ts';
import { commit, machineFacts } from './machine-facts.ts';
import { terminalTable, writeReport } from './report.ts';
import { resultOf, type Result } from './result.ts';

/** Four and twenty seconds of G.711, and the largest that is one document. */
const sizes = [32_000, 160_000, 1_048_576];
const rounds = 5;
const perRound = 40;

interface Way {
  put(id: string, bytes: Uint8Array): Promise<unknown>;
  get(id: string): Promise<unknown>;
}

interface Cost {
  readonly ms: number;
  readonly storeCpu: number;
  readonly nodeCpu: number;
}

await using store = await openLocalStore({ directory: await freshFolder() });
const { pids } = store;
if (pids === undefined)
  throw new Error('this bench needs FerretDB over PostgreSQL: it reads the CPU of both');
const client = await new MongoClient(store.url).connect();
try {
  const ways = waysOf(client.db('bench_media'));
  const results: Result[] = [];
  for (const bytes of sizes) results.push(...(await compare(bytes, ways)));
  process.stdout.write(`${terminalTable(results)}\n`);
  await writeReport(
    join(checkout, 'docs/benchmarks'),
    {
      name: 'storage-media',
      title: 'Sound in the store: one document or GridFS',
      about: [
        `"Ours" is one document with the bytes in it, "native" the GridFS of the \`mongodb\` driver (a file document and chunks of 255 kB). ` +
          `${rounds} rounds of ${perRound} operations one after the other, the two ways in turn. CPU of the store is that of FerretDB and PostgreSQL with its background work.`,
      ],
      results,
    },
    {
      date: new Date(),
      commit: commit(),
      command: 'bash scripts/run.sh scripts/bench/storage-media.ts',
      machine: machineFacts({ asterisk: 'no switch', store: 'FerretDB over PostgreSQL' }),
    },
  );
} finally {
  await client.close();
}

async function freshFolder(): Promise<string> {
  const folder = join(checkout, 'var/bench-storage-media');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

function waysOf(database: Db): { document: Way; gridfs: Way } {
  const media = database.collection<{ _id: string; contentType: string; data: Binary }>('media');
  const bucket = new GridFSBucket(database, { bucketName: 'audio' });
  return {
    document: {
      put: (_id, bytes) => media.insertOne({ _id, contentType: 'audio/PCMU', data: new Binary(bytes) }),
      get: (_id) => media.findOne({ _id }),
    },
    gridfs: {
      put: (id, bytes) => finished(bucket.openUploadStreamWithId(id as never, id).end(bytes)),
      get: (id) => buffer(bucket.openDownloadStream(id as never)),
    },
  };
}

async function compare(bytes: number, ways: { document: Way; gridfs: Way }): Promise<Result[]> {
  const costs = { document: { put: [], get: [] }, gridfs: { put: [], get: [] } } as Record<
    'document' | 'gridfs',
    Record<'put' | 'get', Cost[]>
  >;
  const content = sound(bytes);
  // Round -1 warms up.
  for (let round = -1; round < rounds; round += 1) {
    for (const way of ['document', 'gridfs'] as const) {
      const name = (i: number) => `${way} ${bytes} ${round} ${i}`;
      const put = await cost((i) => ways[way].put(name(i), content));
      const get = await cost((i) => ways[way].get(name(i)));
      if (round < 0) continue;
      costs[way].put.push(put);
      costs[way].get.push(get);
    }
  }
  return (['put', 'get'] as const).flatMap((operation) =>
    (['ms', 'storeCpu', 'nodeCpu'] as const).map((figure) =>
      resultOf({
        name: `${operation} ${bytes / 1000} kB: ${{ ms: 'time', storeCpu: 'CPU of the store', nodeCpu: 'CPU of Node' }[figure]}`,
        unit: 'ms',
        ours: costs.document[operation].map((one) => one[figure]),
        native: costs.gridfs[operation].map((one) => one[figure]),
      }),
    ),
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

/** Like speech in G.711 for a compressor: noise of changing loudness. */
function sound(bytes: number): Uint8Array {
  return new Uint8Array(bytes).map(
    (_, i) => 0xff - Math.floor(Math.random() * 64 * (1 + Math.sin(i / 4000))),
  );
}
