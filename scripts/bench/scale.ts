/**
 * `npm run bench:scale -- [--messages N] [--against N] [--rounds N] [--sweep-minutes N] [--api-seconds N] [--indexes before|after] [--skip store|native]
 * [--only questions|api|memory|sweep]... [--keep FOLDER] [--out FOLDER]`: what a store of a million messages costs against one of ten thousand. Prints ratios; the whole run writes
 * docs/benchmarks/scale and, of Asterisk's own voice mail as far as that goes, scale-native. A bounded slice: `--messages 20000 --against 2000 --rounds 3 --sweep-minutes 1`.
 */
import { join, resolve } from 'node:path';
import type { Db } from 'mongodb';
import { configSchema } from '../../app/config/schema.ts';
import { writtenRules } from '../../app/services/follow-rules.ts';
import { createProfiles } from '../../app/services/profile.ts';
import { cpuOf } from './cpu.ts';
import { commit, machineFacts } from './machine-facts.ts';
import { terminalTable, writeReport } from './report.ts';
import { resultOf, type Bench, type Result } from './result.ts';
import { measureLists } from './scale-api.ts';
import { fill, filledWith, type Filled } from './scale-fill.ts';
import { compareMemory } from './scale-memory.ts';
import { perMailbox } from './scale-messages.ts';
import { measureNative } from './scale-native.ts';
import { readOptions } from './scale-options.ts';
import { compareAll, type Subject } from './scale-questions.ts';
import { openScaleServices } from './scale-services.ts';
import { compareSweeps } from './scale-sweep.ts';
import { speechOf } from './sound.ts';
import { openStage, type Stage } from './stage.ts';

const quiet = { notify: [], welcome: false, retentionDays: 365 };
/** `small` mailboxes are over their memory allocation with whatever they have. */
const classes = {
  usual: { ...quiet, compressAfterDays: 60 },
  small: { ...quiet, memoryBytes: 1000, archiveAfterDays: 30 },
};

const options = readOptions();
const begun = performance.now();
try {
  await using stage = await openStage({ store: options.keep });
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stage[Symbol.asyncDispose]().then(() => process.exit(130)));
  if (options.store) await measureStores(stage);
  if (options.native) await measureVoiceMail(stage);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}

async function measureStores(stage: Stage): Promise<void> {
  const time = { shift: 0 };
  const clock = { now: () => new Date(Date.now() + time.shift) };
  await using small = await openSubject(stage, 'bench_scale_small', options.against, clock);
  await using large = await openSubject(stage, 'bench_scale_large', options.messages, clock);
  await analyse(stage);
  const results: Result[] = [
    resultOf({
      name: 'filling the store',
      unit: 'messages/s',
      ours: [large.fillRate],
      native: [small.fillRate],
    }),
  ];
  const { parts } = options;
  if (parts.has('questions'))
    await part(stage, results, () => compareAll(large, small, { rounds: options.rounds, say }));
  if (parts.has('api')) {
    const lists: Result[] = [];
    const asked = {
      seconds: options.apiSeconds,
      cpu: () => cpuOfAll(stage),
      settle: () => analyse(stage),
      say,
    };
    await part(stage, lists, () => measureLists(large, small, asked), benchOfLists);
  }
  const some = { classes, rounds: Math.min(2, options.rounds) };
  const databases = { large: large.name, small: small.name };
  if (parts.has('memory')) await part(stage, results, () => compareMemory(stage, databases, some));
  const shift = (ms: number): void => {
    time.shift = ms;
  };
  if (parts.has('sweep'))
    await part(stage, results, () =>
      compareSweeps(large, small, { due: large.due, minutes: options.minutes, shift, say }),
    );
}

async function measureVoiceMail(stage: Stage): Promise<void> {
  const results: Result[] = [];
  await part(stage, results, () => measureNative(stage, Math.min(5, options.rounds), say), benchOfNative);
}

/** One that fails is told, and ends the run with an error; the rest is measured all the same. */
async function part(
  stage: Stage,
  results: Result[],
  measure: () => Promise<readonly Result[]>,
  bench: (results: readonly Result[]) => Bench = benchOf,
): Promise<void> {
  try {
    results.push(...(await measure()));
    console.log(terminalTable(results));
    // After each part: a long run that is broken off has told what it found.
    if (options.out !== undefined)
      await writeReport(resolve(options.out), bench(results), await circumstances(stage));
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
}

type OpenSubject = Subject & Pick<Filled, 'due'> & { readonly fillRate: number } & AsyncDisposable;

async function openSubject(
  stage: Stage,
  database: string,
  messages: number,
  clock: { now(): Date },
): Promise<OpenSubject> {
  const { local, client, directory } = stage;
  const parsed = configSchema.parse({ classes }).classes;
  const profiles = createProfiles(() => parsed);
  const from = performance.now();
  const { indexes } = options;
  const now = clock.now();
  const known = await filledBefore(client.db(database), messages);
  const filled =
    known ??
    (await fill({
      url: local.url,
      client,
      database,
      messages,
      profiles: { usual: profiles.classOfService('usual'), small: profiles.classOfService('small') },
      now,
      indexes,
      say: (line) => say(`${database}: ${line}`),
    }));
  const fillRate = messages / ((performance.now() - from) / 1000);
  // These rules are known: a class whose rules have changed has all its mailboxes looked at. Last: it says that all is there.
  if (known === undefined)
    await client
      .db(database)
      .collection<RulesDocument>('sweeprules')
      .insertMany(
        Object.entries(parsed).map(([_id, rules]) => ({ _id, rules: writtenRules(rules, true), at: now })),
      );
  const services = await openScaleServices({
    url: local.url,
    database,
    directory: join(directory, database),
    classes: parsed,
    clock,
  });
  await services.store.ping();
  const sound = await speechOf(4);
  return {
    name: database,
    services,
    ...filled,
    clock,
    sound,
    fillRate,
    [Symbol.asyncDispose]: () => services[Symbol.asyncDispose](),
  };
}

interface RulesDocument {
  _id: string;
  rules: string;
  at: Date;
}

/** What an earlier run with the same folder has left. @throws Error if that was another number of messages */
async function filledBefore(database: Db, messages: number): Promise<Filled | undefined> {
  if ((await database.collection<RulesDocument>('sweeprules').findOne({ _id: 'usual' })) === null)
    return undefined;
  const there = await database.collection('messages').estimatedDocumentCount();
  if (there < messages * 0.98)
    throw new Error(`${options.keep ?? ''} has ${there} messages and not ${messages}`);
  say(`${database.databaseName}: about ${there} messages are there`);
  return filledWith(messages);
}

/** Of this process and of the store, where it is ours. */
function cpuOfAll({ local }: Stage): number {
  const { user, system } = process.cpuUsage();
  const stores = Object.values(local.pids ?? {});
  return (user + system) / 1000 + stores.reduce((sum, pid) => sum + cpuOf(pid), 0);
}

/** Right after a bulk load PostgreSQL plans as if its tables were small; it would look at them by itself within minutes. */
async function analyse({ local }: Stage): Promise<void> {
  if (local.sql === undefined) return say('a store of its own: it looks at its tables by itself');
  await local.sql('VACUUM ANALYZE', 'CHECKPOINT');
  const size = await local.sql("SELECT pg_size_pretty(pg_database_size('postgres'))");
  say(`PostgreSQL was told to look at its tables (VACUUM ANALYZE); ${size.trim()} on the disk`);
}

function benchOf(results: readonly Result[]): Bench {
  const { messages, against } = options;
  return {
    name: 'scale',
    title: 'A million messages against ten thousand',
    about: [
      `"Ours" is a store of ${messages} messages over ${messages / perMailbox} mailboxes, "native" one of ${against} over ${against / perMailbox}, ` +
        'both databases of one server. The product’s own services, in turns; p50 is the median of the rounds’ medians, the ratio that of the rounds’ ratios. ' +
        'Filled through the store’s own documents and indexes; after that PostgreSQL was told `VACUUM ANALYZE`.',
      'During a sweep: "ours" is with it, "native" without, both in the large store, in windows of 20 s that take turns: 20 look-ups and 5 deposits ' +
        'a second by the same process. A hundredth of all messages is due: a third is purged, a third archived into a directory, a third compressed to Opus.',
    ],
    results,
  };
}

function benchOfLists(results: readonly Result[]): Bench {
  const { messages, against } = options;
  return {
    name: 'scale-lists',
    title: 'Lists over the API, of many messages',
    about: [
      `Pages of messages of one mailbox, asked for over HTTP 200 times a second by a process of its own: "ours" is a store of ${messages} messages, "native" one of ${against}. ` +
        'Times are from when each was to be asked. The default page of 50 messages; mailboxes of 5 messages in no order, and the pages of one mailbox of 10,000, in turns, five times each: the middle of the rounds, and their spread. Who asks is known, and not looked up.',
    ],
    results,
  };
}

function benchOfNative(results: readonly Result[]): Bench {
  return {
    name: 'scale-native',
    title: 'Asterisk’s own voice mail as far as it goes',
    about: [
      'app_voicemail alone: the column "ours" is the size named, "native" the smallest of them. It takes 9,999 messages in a folder at most. ' +
        'A reload is `voicemail reload` of a changed voicemail.conf, less the time of a command that does nothing; between two of them it has few mailboxes again.',
    ],
    results,
  };
}

async function circumstances(stage: Stage) {
  const version = /Asterisk \S+/.exec(await stage.asterisk.cli('core show version'))?.[0] ?? 'Asterisk';
  const info = await stage.client.db('admin').command({ buildInfo: 1 });
  const ferretdb = info['ferretdb'] as { version?: string } | undefined;
  const store =
    ferretdb === undefined ? `MongoDB ${String(info['version'])}` : `FerretDB ${ferretdb.version ?? ''}`;
  const more = process.argv.slice(2).join(' ');
  return {
    date: new Date(),
    commit: commit(),
    command: `npm run bench:scale${more === '' ? '' : ` -- ${more}`}`,
    machine: machineFacts({ asterisk: version, store }),
  };
}

function say(line: string): void {
  const seconds = String(Math.round((performance.now() - begun) / 1000)).padStart(5);
  console.log(`${seconds} s  ${line}`);
}
