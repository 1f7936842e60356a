/** How long a search takes in a mailbox of 1,000 messages among 100,000, against the same mailbox among 10,000. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { MongoClient } from 'mongodb';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import type { MailboxId, Reference } from '../../app/core/ids.ts';
import { createSearch, type Search, type SearchRequest } from '../../app/services/search.ts';
import { toDocument } from '../../app/storage/message-document.ts';
import { openStore } from '../../app/storage/open.ts';
import { sampleMessage } from '../../test/storage/sample.ts';
import type { BenchProgram } from './bench-options.ts';
import { resultOf, type Result } from './result.ts';
import type { Stage } from './stage.ts';
import { percentile, spreadOf } from './statistics.ts';

const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const mailbox = 'the mailbox' as MailboxId;
const mailboxSize = 1000;
/** Words that there are, and those of a transcript; the first are the commonest. */
const vocabulary = Array.from({ length: 5000 }, (_, i) => `word${i.toString(36)}`);
const wordsEach = 8;
const perRound = 20;

const about = [
  'The first 20 messages that are found, in one mailbox of 1,000 messages: "ours" is among 100,000 in the store, "native" the same among ' +
    '10,000. Each message has a transcript of 8 words of 5,000, the commonest in one of 20. Milliseconds of one search, with reading the messages. ' +
    '"In all" is an operator’s search over all mailboxes.',
];

interface Asked {
  readonly name: string;
  readonly request: SearchRequest;
  readonly all?: true;
  /** Over all mailboxes, or sorted: told, and not promised. */
  readonly promised: boolean;
}

const searches: readonly Asked[] = [
  { name: 'a common word', request: { words: 'word0' }, promised: true },
  { name: 'a rare word', request: { words: 'word3rk' }, promised: true },
  { name: 'a word that there is none of', request: { words: 'elephant' }, promised: true },
  { name: 'two words', request: { words: 'word0 word1' }, promised: true },
  { name: 'the beginning of a word', request: { words: 'word1*' }, promised: true },
  { name: 'a sender', request: { from: '+12025550107' }, promised: true },
  { name: 'a kind, of a week', request: { kinds: ['voice'], since: new Date(5e8) }, promised: true },
  { name: 'in all: a common word', request: { words: 'word0' }, all: true, promised: false },
  {
    name: 'in all: a word that there is none of',
    request: { words: 'elephant' },
    all: true,
    promised: false,
  },
];

export const search: BenchProgram = {
  name: 'search',
  async run(stage, { quick, rounds, say }) {
    const [small, large] = quick ? [1000, 2000] : [10_000, 100_000];
    await using few = await openFilled(stage, 'bench_search_few', small, say);
    await using many = await openFilled(stage, 'bench_search_many', large, say);
    // PostgreSQL looks at a new table within a minute; until then it reads it as if it were small.
    if (!quick) await pause(75_000);
    const results: Result[] = [];
    for (const asked of searches) results.push(...(await compare(asked, few.search, many.search, rounds)));
    return { name: 'search', title: 'Search in a mailbox among others', about, results };
  },
};

async function compare(asked: Asked, few: Search, many: Search, rounds: number): Promise<Result[]> {
  const [ours, native]: [number[], number[]] = [[], []];
  const round = async (one: Search): Promise<number[]> => {
    const times: number[] = [];
    for (let i = 0; i < perRound; i += 1) {
      const begun = performance.now();
      const found = await (asked.all ? one.everywhere(asked.request) : one.inMailbox(mailbox, asked.request));
      times.push(performance.now() - begun);
      if (found.kind !== 'found') throw new Error(`${asked.name}: ${found.why}`);
    }
    return times;
  };
  await round(few);
  await round(many);
  const middles: { ours: number[]; native: number[] } = { ours: [], native: [] };
  for (let i = 0; i < rounds; i += 1) {
    const [theirs, own] = [await round(few), await round(many)];
    native.push(...theirs);
    ours.push(...own);
    middles.native.push(percentile(theirs, 50));
    middles.ours.push(percentile(own, 50));
  }
  const target = asked.promised ? { target: { of: 'ratio', most: 1.2 } as const } : {};
  return [
    resultOf({ name: `${asked.name} (p50)`, unit: 'ms', ...middles, ...target }),
    resultOf({
      name: `${asked.name} (p99)`,
      unit: 'ms',
      ours: [percentile(ours, 99)],
      native: [percentile(native, 99)],
      spread: spreadOf(ours),
    }),
  ];
}

async function openFilled(stage: Stage, database: string, messages: number, say: (line: string) => void) {
  const store = await openStore({ url: stage.local.url, database, timeoutMs: 60_000 }, { log });
  await store.ping();
  const begun = performance.now();
  await fill(stage.client, database, messages);
  say(`${messages} messages in ${Math.round((performance.now() - begun) / 1000)} s`);
  const plan = createNumberPlan({ access: [], country: 'US', ranges: [] });
  return {
    search: createSearch({ store, plan }),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await stage.client.db(database).dropDatabase();
    },
  };
}

/** The mailbox has the same part of every thousand. */
async function fill(client: MongoClient, database: string, total: number): Promise<void> {
  const messages = client.db(database).collection<{ _id: string }>('messages');
  const others = Array.from({ length: total / 20 }, () => randomUUID() as MailboxId);
  const own = total / mailboxSize;
  for (let from = 0; from < total; from += 1000) {
    const some = Array.from({ length: 1000 }, (_, k) => {
      const i = from + k;
      const chosen = i % own === 0 ? mailbox : (others[i % others.length] ?? mailbox);
      const sender = { number: `+1202555${String(i % 997).padStart(4, '0')}`, private: false };
      return toDocument(
        sampleMessage(
          { mailbox: chosen, reference: String(1e9 + i) as Reference, transcript: said(i) },
          { received: new Date(Math.trunc((i / total) * 1e9)), from: sender },
        ),
      );
    });
    await messages.insertMany(some);
  }
}

/** The same words of the same message whenever it is made; the first of the vocabulary most. */
function said(i: number): string {
  return Array.from({ length: wordsEach }, (_, k) => {
    // A hash that spreads over 0 to 1.
    const spread = (Math.imul(i * wordsEach + k + 1, 2_654_435_761) >>> 0) / 2 ** 32;
    return vocabulary[Math.trunc(vocabulary.length * spread ** 3)];
  }).join(' ');
}
