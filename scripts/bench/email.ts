/**
 * How many mails of 50 kB a second are taken in over SMTP: read, stored and acknowledged, on a real store. `--mails N` for
 * another number, `--out FOLDER` for another place. Prints the figures and writes docs/benchmarks/email.json and .md.
 */
import { join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createTransport } from 'nodemailer';
import { openMailServices } from '../../test/services/mail-services.ts';
import { localStore } from '../../test/storage/local-store.ts';
import { checkout } from '../stack/machine.ts';
import { cpuOf } from './cpu.ts';
import { commit, machineFacts } from './machine-facts.ts';
import { terminalTable, writeReport } from './report.ts';
import { resultOf } from './result.ts';

const usual = 1000;
const rounds = 3;
const { values } = parseArgs({
  options: {
    mails: { type: 'string', default: String(usual) },
    out: { type: 'string', default: join(checkout, 'docs/benchmarks') },
  },
});
const count = Number(values.mails);
/** Connections of the relay in front. */
const connections = 16;

const local = await localStore();
await using world = await openMailServices({
  standard: { notify: [], maxMessages: 1_000_000 },
  counting: true,
});
/** Processor time of sender and server, and of the store, which is no child of theirs. */
const spent = (): { node: number; store: number } => ({
  node: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000,
  store: Object.values(local.pids ?? {}).reduce((sum, pid) => sum + cpuOf(pid), 0),
});
const program = createTransport({
  pool: true,
  host: '127.0.0.1',
  port: world.port,
  ignoreTLS: true,
  maxConnections: connections,
  maxMessages: Infinity,
});
/** 50 kB with its base64: words and a picture. Written once, so that the sender costs little. */
const picture = Buffer.from(Array.from({ length: 35_000 }, (_, i) => (i * 7919) % 256));
const words = 'They are under the mat, as always. Please call when you are there.\n'.repeat(20);
const body = [
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  words,
  '--b',
  'Content-Type: image/png; name=mat.png',
  'Content-Transfer-Encoding: base64',
  '',
  picture.toString('base64').replace(/.{76}/g, '$&\n'),
  '--b--',
  '',
].join('\n');

interface Figures {
  readonly perSecond: number;
  readonly delayMs: number;
  readonly nodeMs: number;
  readonly storeMs: number;
}

async function round(n: number): Promise<Figures> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const mails = Array.from({ length: count }, (_, i) => ({
    envelope: {
      from: 'alice@far.example',
      to: [`+1202555${String(1000 + (i % 500))}@voice.example`],
    },
    raw: `From: alice@far.example\nMessage-ID: <${n}-${i}@far.example>\nSubject: About the keys\n${body}`,
  }));
  delays.enable();
  const before = spent();
  const begun = performance.now();
  await Promise.all(mails.map((mail) => program.sendMail(mail)));
  const seconds = (performance.now() - begun) / 1000;
  delays.disable();
  const after = spent();
  return {
    perSecond: count / seconds,
    delayMs: delays.percentile(99) / 1e6,
    nodeMs: (after.node - before.node) / count,
    storeMs: (after.store - before.store) / count,
  };
}

// The first connection, mailbox and hundreds of mails are slower.
await round(0);
const figures = [];
for (let n = 1; n <= rounds; n += 1) figures.push(await round(n));
program.close();
const kept = await world.test.client.db(world.test.database).collection('messages').countDocuments();
if (kept !== count * (rounds + 1)) throw new Error(`${kept} messages of ${count * (rounds + 1)} mails`);
const results = [
  resultOf({
    name: 'mails of 50 kB in',
    unit: '/s',
    ours: figures.map((one) => one.perSecond),
    target: { of: 'ours', least: 100 },
  }),
  resultOf({
    name: 'processor time of a mail, sender and server',
    unit: 'ms',
    ours: figures.map((one) => one.nodeMs),
  }),
  resultOf({
    name: 'the same of the store',
    unit: 'ms',
    ours: figures.map((one) => one.storeMs),
  }),
  resultOf({
    name: 'delay of the event loop, 99th percentile',
    unit: 'ms',
    ours: figures.map((one) => one.delayMs),
    target: { of: 'ours', most: 50 },
  }),
];
process.stdout.write(`${terminalTable(results)}\n`);
if (count === usual) {
  await writeReport(
    resolve(values.out),
    {
      name: 'email',
      title: 'Mail in over SMTP',
      about: [
        `${usual} mails of 50 kB, with words and a picture, over ${connections} connections to 500 numbers: each is read, stored and then ` +
          'acknowledged. Store, sender and server share the machine; sender and server are one process. Three rounds.',
      ],
      results,
    },
    {
      date: new Date(),
      commit: commit(),
      command: 'bash scripts/run.sh scripts/bench/email.ts',
      machine: machineFacts({ asterisk: 'no switch', store: 'FerretDB over PostgreSQL' }),
    },
  );
}
