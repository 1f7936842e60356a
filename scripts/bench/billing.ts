/** Call detail records beside what SIPp and the far side of the trunk counted; and what keeping the books costs. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Cdr } from '../../app/core/account/cdr.ts';
import type { NumberedCdr } from '../../app/core/account/summary.ts';
import type { CdrId } from '../../app/core/ids.ts';
import { createBilling, type Billing } from '../../app/services/billing.ts';
import { createExports, type Exports } from '../../app/services/cdr-export.ts';
import { openJournal } from '../../app/storage/spool/journal.ts';
import { openTables } from '../../app/tables/open.ts';
import { openLog } from '../../app/telemetry/open.ts';
import { systemClock } from '../../app/telemetry/system-clock.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import type { BenchProgram } from './bench-options.ts';
import { billedCalls, type BilledKind, type BilledLoad } from './billed-calls.ts';
import { resultOf, type Result } from './result.ts';
import { access, callerNumber, subscriberNumber, type Stage } from './stage.ts';

const about = [
  'Calls by SIPp at the same time: callers who hang up (half of them leave what a subscriber is sent a text about), calls that the ' +
    'controller ends, and calls that it turns away as busy. SIPp logs each Call-ID with the times of its 200 and of its end; records are ' +
    'held against that one by one. Billed seconds are whole ones, rounded down. The table and the summaries are held against the records, ' +
    'the texts against those that the far side of the trunk got.',
  'Below: what it costs to keep a record on the disk before anybody goes on, and to number, sum up and write out records of as many ' +
    'mailboxes as records, in one process, with the store on the same machine.',
];

/** Longest wait until the last record is written, in milliseconds. */
const longestMs = 120_000;

export const billing: BenchProgram = {
  name: 'billing',
  async run(stage, { quick, say }) {
    const calls = quick ? 60 : 1000;
    await using log = openLog({ level: 'error' });
    const books = createBilling({
      store: stage.store,
      rates: [],
      timeZone: 'UTC',
      cdrDays: 400,
      summaryDays: 3650,
      clock: systemClock,
      random: systemRandom,
      log,
    });
    const exports_ = createExports({ store: stage.store, tables: openTables() });
    const results = [
      ...(await reconcile(stage, calls, books, exports_, say)),
      ...(await cost(stage, quick ? 500 : 5000, books, exports_)),
    ];
    return { name: 'billing', title: 'Call detail records', about, results };
  },
};

async function reconcile(
  stage: Stage,
  calls: number,
  books: Billing,
  exports_: Exports,
  say: (line: string) => void,
): Promise<Result[]> {
  const before = stage.network.texts.length;
  const { through: cursor } = await stage.store.ledger.ledger();
  const runs = await Promise.all(
    (['caller-ends', 'switch-ends', 'busy'] as const).map((kind, i) =>
      billedCalls(loadOf(stage, kind, i, calls)),
    ),
  );
  const sipp = new Map(runs.flatMap((one) => [...one.calls]));
  const sum = (name: 'successful' | 'failed') => runs.reduce((total, one) => total + one[name], 0);
  say(`SIPp: ${sum('successful')} successful, ${sum('failed')} failed`);
  const rows = await written(books, exports_, cursor, sipp.size, () => stage.network.texts.length - before);
  const inbound = rows.filter(({ event, direction }) => event === 'call' && direction === 'inbound');
  const known = new Set(inbound.map(({ linkedid }) => linkedid));
  const differences = inbound.flatMap(({ linkedid, billsec }) => {
    const ms = sipp.get(linkedid)?.ms;
    return ms === undefined ? [] : [ms / 1000 - billsec];
  });
  const answered = [...sipp.values()].filter((one) => one.answered).length;
  const texts = rows.filter(({ event }) => event === 'text-out').length;
  const none = { target: { of: 'ours', most: 0 } } as const;
  const count = (name: string, ours: number) => resultOf({ name, unit: '', ours: [Math.abs(ours)], ...none });
  return [
    resultOf({
      name: 'calls that SIPp made',
      unit: '',
      ours: [sipp.size],
      target: { of: 'ours', least: calls },
    }),
    resultOf({ name: 'of them failed by SIPp’s count', unit: '', ours: [sum('failed')] }),
    count('calls without a record', [...sipp.keys()].filter((id) => !known.has(id)).length),
    count(
      'records without a call, or second ones',
      inbound.length - known.size + [...known].filter((id) => !sipp.has(id)).length,
    ),
    count(
      'answered calls, difference',
      inbound.filter(({ disposition }) => disposition === 'ANSWERED').length - answered,
    ),
    resultOf({
      name: 'seconds of a call that are not billed, most',
      unit: 's',
      ours: [Math.max(...differences)],
      target: { of: 'ours', most: 2 },
      spread: { min: Math.min(...differences), max: Math.max(...differences) },
    }),
    count('texts, difference', texts - (stage.network.texts.length - before)),
    count('lines of the table, difference', (await tableLines(exports_, cursor)) - rows.length),
    count(
      'summaries by trunk, difference',
      (await summed(stage)) - (await exports_.page({}, 0, 1_000_000)).rows.length,
    ),
  ];
}

function loadOf(stage: Stage, kind: BilledKind, i: number, calls: number): BilledLoad {
  const own = kind === 'caller-ends' ? calls * 0.8 : calls * 0.1;
  return {
    server: stage.server,
    kind,
    calls: Array.from({ length: own }, (_, n) => ({
      to: kind === 'switch-ends' ? '+14155550100' : subscriberNumber(n % 2 === 0 ? 'quiet' : 'texted', n),
      from: kind === 'busy' ? access : callerNumber(n),
      holdMs: 1000 + ((n * 377) % 6000),
    })),
    callsPerSecond: kind === 'caller-ends' ? 8 : 1,
    folder: join(stage.directory, `sipp-${kind}`),
    rtpPorts: [30_000 + 2000 * i, 31_998 + 2000 * i],
  };
}

/** All records after the cursor, once those of all calls and texts are there, or nothing more comes. */
async function written(
  books: Billing,
  exports_: Exports,
  cursor: number,
  calls: number,
  texts: () => number,
): Promise<readonly NumberedCdr[]> {
  const deadline = AbortSignal.timeout(longestMs);
  for (;;) {
    await books.post(deadline);
    const { rows } = await exports_.page({}, cursor, 1_000_000);
    const of = (event: Cdr['event'], direction: string) =>
      rows.filter((row) => row.event === event && row.direction === direction).length;
    const all = of('call', 'inbound') >= calls && of('text-out', 'outbound') >= texts();
    if (all || deadline.aborted) return rows;
  }
}

async function tableLines(exports_: Exports, cursor: number): Promise<number> {
  let lines = -1;
  for await (const line of exports_.cdrs({}, 'csv', cursor)) lines += line === '' ? 0 : 1;
  return lines;
}

async function summed({ store }: Stage): Promise<number> {
  const days = { from: '2000-01-01', to: '2099-12-31', by: 'trunk' } as const;
  const { summaries } = await store.summaries.list(days, undefined, 100_000);
  return summaries.reduce((sum, { count }) => sum + count, 0);
}

async function cost(stage: Stage, count: number, books: Billing, exports_: Exports): Promise<Result[]> {
  const rows = Array.from({ length: count }, (_, n) => sample(n));
  await using log = openLog({ level: 'error' });
  await using journal = openJournal({ directory: join(stage.directory, 'journal') }, { log });
  const timed = async (work: () => void | Promise<void>): Promise<number> => {
    const begun = performance.now();
    await work();
    return performance.now() - begun;
  };
  const keptMs = await timed(() => rows.forEach((row) => journal.keep(row)));
  journal.settled([]);
  const insertedMs = await timed(async () => {
    for (let i = 0; i < count; i += 1000) await stage.store.cdrs.insert(rows.slice(i, i + 1000));
  });
  const { through } = await stage.store.ledger.ledger();
  const postedMs = await timed(async () => {
    while ((await stage.store.ledger.ledger()).through < through + count)
      await books.post(AbortSignal.timeout(600_000));
  });
  const exportedMs = await timed(async () => {
    await tableLines(exports_, through);
  });
  const perSecond = (name: string, ms: number) => resultOf({ name, unit: '/s', ours: [count / (ms / 1000)] });
  return [
    resultOf({
      name: 'a record kept on the disk',
      unit: 'ms',
      ours: [keptMs / count],
      target: { of: 'ours', most: 0.2 },
    }),
    perSecond('records into the store', insertedMs),
    perSecond('records numbered and summed up', postedMs),
    perSecond('records written as a table', exportedMs),
  ];
}

function sample(n: number): Cdr {
  const start = new Date(Date.now() - 60_000);
  return {
    id: randomUUID() as CdrId,
    event: 'call',
    direction: 'inbound',
    src: callerNumber(n),
    dst: subscriberNumber('quiet', n),
    clid: callerNumber(n),
    channel: 'trunk',
    dcontext: 'incoming',
    lastapp: 'deposit',
    start,
    answer: start,
    end: new Date(start.getTime() + 10_000),
    duration: 10,
    billsec: 10,
    disposition: 'ANSWERED',
    hangup_cause: 16,
    uniqueid: randomUUID(),
    linkedid: randomUUID(),
    accountcode: `box-${n}`,
  };
}
