/**
 * Whether a large mailbox is slower than a small one: what the menu asks of the store, of a mailbox of 10 messages and of one
 * of 10,000, among 100,000 in all. Prints milliseconds and writes docs/benchmarks/mailbox-size.json and .md.
 */
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import type { E164, MailboxId, Reference } from '../../app/core/ids.ts';
import type { Log } from '../../app/ports/log.ts';
import type { MessageFilter, Store } from '../../app/ports/store.ts';
import { toDocument } from '../../app/storage/message-document.ts';
import { openStore } from '../../app/storage/open.ts';
import { sampleMessage } from '../../test/storage/sample.ts';
import { checkout } from '../stack/machine.ts';
import { openLocalStore } from '../stack/store.ts';
import { commit, machineFacts } from './machine-facts.ts';
import { terminalTable, writeReport } from './report.ts';
import { resultOf, type Result } from './result.ts';

/** Messages in the mailboxes that are compared, and in the whole store. */
const small = 10;
const large = 10_000;
const keptMessages = 100_000;
const rounds = 15;
const perRound = 20;
const database = 'bench_mailbox';
const log: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => log,
  within: (_fields, work) => work(),
};

const directory = await mkdtemp(join(tmpdir(), 'answerback-bench-'));
await chmod(directory, 0o755);
try {
  await using local = await openLocalStore({ directory: join(directory, 'store') });
  await using store = await openStore({ url: local.url, database, timeoutMs: 60_000 }, { log });
  const client = await new MongoClient(local.url).connect();
  const boxes = {
    small: await makeMailbox(store, '+12025550001'),
    large: await makeMailbox(store, '+12025550002'),
  };
  await fill(client, boxes);
  await client.close();
  // PostgreSQL looks at a new table within a minute; until then it reads it as if it were small.
  await sleep(75_000);
  const results: Result[] = [];
  for (const [name, ask] of Object.entries(questions())) results.push(await compare(name, ask, store, boxes));
  process.stdout.write(`${terminalTable(results)}\n`);
  await writeReport(
    join(checkout, 'docs/benchmarks'),
    {
      name: 'mailbox-size',
      title: 'A large mailbox against a small one',
      about: [
        `"Ours" is a mailbox of ${large} messages, "native" one of ${small}; ${keptMessages} in all in the store. ` +
          `Milliseconds of one question of the menu, ${rounds} rounds of ${perRound} in turn. Opening a mailbox is finding it by its number and its first new message.`,
      ],
      results,
    },
    {
      date: new Date(),
      commit: commit(),
      command: 'bash scripts/run.sh scripts/bench/mailbox-size.ts',
      machine: machineFacts({ asterisk: 'no switch', store: 'FerretDB over PostgreSQL' }),
    },
  );
} finally {
  await rm(directory, { recursive: true, force: true });
}

interface Mailboxed {
  readonly id: MailboxId;
  readonly number: E164;
}

type Question = (store: Store, mailbox: Mailboxed) => Promise<unknown>;

function questions(): Readonly<Record<string, Question>> {
  const folder =
    (filter: MessageFilter): Question =>
    (store, { id }) =>
      store.messages.next(id, filter, undefined);
  return {
    opening: async (store, { id, number }) => {
      await store.mailboxes.find(number);
      await store.messages.next(id, { states: ['new'], order: 'urgent-first' }, undefined);
    },
    'first saved': folder({ states: ['heard', 'saved'], order: 'oldest' }),
    'newest in the trash': folder({ states: ['deleted'], order: 'newest' }),
    'next in the middle': async (store, { id }) => {
      const [first] = await store.messages.list(id, { states: ['new'], limit: 1 });
      await store.messages.next(id, { states: ['new'], order: 'newest' }, first);
    },
    'a kind that there is none of': folder({ states: ['new'], kinds: ['fax'], order: 'oldest' }),
    'a caller who never called': folder({ states: ['new'], from: '+34600111222', order: 'oldest' }),
  };
}

async function compare(
  name: string,
  ask: Question,
  store: Store,
  boxes: { readonly small: Mailboxed; readonly large: Mailboxed },
): Promise<Result> {
  const ours: number[] = [];
  const native: number[] = [];
  const time = async (mailbox: Mailboxed): Promise<number> => {
    const begun = performance.now();
    for (let i = 0; i < perRound; i += 1) await ask(store, mailbox);
    return (performance.now() - begun) / perRound;
  };
  await time(boxes.large);
  for (let round = 0; round < rounds; round += 1) {
    native.push(await time(boxes.small));
    ours.push(await time(boxes.large));
  }
  // Looking for what is not there reads the index of the folder: told, and not promised.
  const promised = !name.startsWith('a ');
  return resultOf({
    name,
    unit: 'ms',
    ours,
    native,
    ...(promised ? { target: { of: 'ratio', most: 1.2 } } : {}),
  });
}

async function makeMailbox(store: Store, number: string): Promise<Mailboxed> {
  const fresh = { id: randomUUID() as MailboxId, number: number as E164, origin: 'provisioned' as const };
  await store.mailboxes.create({ ...fresh, classOfService: 'standard', created: new Date() });
  return fresh;
}

async function fill(
  client: MongoClient,
  boxes: { readonly small: Mailboxed; readonly large: Mailboxed },
): Promise<void> {
  const messages = client.db(database).collection<{ _id: string }>('messages');
  const others = Array.from({ length: 5000 }, () => randomUUID() as MailboxId);
  const states = ['new', 'heard', 'saved', 'deleted'] as const;
  for (let from = 0; from < keptMessages; from += 1000) {
    const some = Array.from({ length: 1000 }, (_, k) => {
      const i = from + k;
      const mailbox =
        i < large ? boxes.large.id : i < large + small ? boxes.small.id : others[i % others.length];
      const state = states[i % 4] ?? 'new';
      const reference = String(1e9 + i) as Reference;
      const received = new Date(i * 1000);
      return toDocument(sampleMessage({ mailbox: mailbox as MailboxId, state, reference }, { received }));
    });
    await messages.insertMany(some);
  }
}
