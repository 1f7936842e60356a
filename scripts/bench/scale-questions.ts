/** What calls ask of a store, through the product's own services: the same of a large store and of a small one, in turns. */
import { randomUUID } from 'node:crypto';
import { resultOf, type Result, type Target } from './result.ts';
import {
  boxOf,
  fateOf,
  mailboxIdOf,
  mailboxNumber,
  referenceOf,
  said,
  spread,
  wordOf,
} from './scale-messages.ts';
import type { ScaleServices } from './scale-services.ts';
import { percentile, spreadOf } from './statistics.ts';

const perRound = 20;

/** A filled store with the services over it. */
export interface Subject {
  readonly name: string;
  readonly services: ScaleServices;
  readonly messages: number;
  readonly mailboxes: number;
  readonly clock: { now(): Date };
  /** Of a message that is left. */
  readonly sound: Buffer;
}

/** Asks once; `n` is another each time. Rejects if the answer is wrong. */
type Question = (subject: Subject, n: number) => Promise<void>;

export const deposit: Question = async ({ services, mailboxes, clock, sound }, n) => {
  const number = mailboxNumber(someBox(mailboxes, n));
  const mailbox = await services.store.mailboxes.find(number);
  const result = await services.deposits.take({
    draft: {
      kind: 'voice',
      origin: { network: 'sip', id: randomUUID() },
      from: { number: '+13035550123', private: false },
      to: number,
      received: clock.now(),
      urgent: false,
      confidential: false,
      cut: false,
    },
    classOfService: 'usual',
    mailbox,
    contentType: 'audio/PCMU',
    durationMs: sound.length / 8,
    bytes: sound,
  });
  wants(result.kind === 'stored' && !result.created, result.kind);
};

export const lookUp: Question = async ({ services, messages, mailboxes }, n) => {
  const i = someMessage(messages, n);
  const number = mailboxNumber(boxOf(i, mailboxes));
  const opened = await services.retrieval.open(referenceOf(i), { key: number, number, trusted: true });
  wants(opened.kind === 'open', opened.kind);
};

const open: Question = async ({ services, mailboxes }, n) => {
  const mailbox = await services.store.mailboxes.find(mailboxNumber(someBox(mailboxes, n)));
  wants(mailbox !== undefined, 'no mailbox');
  if (mailbox !== undefined)
    await services.inbox.next(mailbox.id, { states: ['new'], order: 'urgent-first' }, undefined);
};

const lamp: Question = ({ services, mailboxes }, n) =>
  services.lamps.publish(mailboxIdOf(someBox(mailboxes, n)));

const recount: Question = async ({ services, mailboxes }, n) => {
  const counted = await services.store.mailboxes.recount(mailboxIdOf(someBox(mailboxes, n)));
  wants(counted !== undefined, 'no mailbox');
};

const searchMailbox: Question = async ({ services, messages, mailboxes }, n) => {
  const i = someMessage(messages, n);
  const words = said(i).split(' ')[0] ?? '';
  const found = await services.search.inMailbox(mailboxIdOf(boxOf(i, mailboxes)), { words });
  wants(found.kind === 'found', found.kind);
};

const searchAll =
  (words: string): Question =>
  async ({ services }) => {
    const found = await services.search.everywhere({ words });
    wants(found.kind === 'found', found.kind);
  };

const sweepNothing: Question = async ({ services }) => {
  const report = await services.sweep.sweepDue(new AbortController().signal);
  wants(
    Object.values(report).every((n) => n === 0),
    'something was due',
  );
};

interface Asked {
  readonly name: string;
  readonly ask: Question;
  readonly target?: Target;
}

const flat: Target = { of: 'ratio', most: 1.2 };
const questions: readonly Asked[] = [
  { name: 'deposit', ask: deposit, target: flat },
  { name: 'opening a mailbox', ask: open, target: flat },
  { name: 'look-up of a reference', ask: lookUp, target: flat },
  { name: 'lamp count', ask: lamp, target: flat },
  { name: 'counting a mailbox anew', ask: recount, target: flat },
  { name: 'search in a mailbox', ask: searchMailbox, target: flat },
  { name: 'search in all, a common word', ask: searchAll(wordOf(0)) },
  { name: 'search in all, a rare word', ask: searchAll(wordOf(15_000)) },
  { name: 'sweep with nothing due', ask: sweepNothing, target: { of: 'ours', most: 100 } },
];

export async function compareAll(
  large: Subject,
  small: Subject,
  { rounds, say }: { readonly rounds: number; readonly say: (line: string) => void },
): Promise<Result[]> {
  const results: Result[] = [];
  for (const asked of questions) {
    const some = await compare(asked, large, small, rounds);
    for (const { name, ours, native, ratio } of some)
      say(`${name}: ${ours} ms, ${native} ms, ratio ${ratio}`);
    results.push(...some);
  }
  return results;
}

async function compare(asked: Asked, large: Subject, small: Subject, rounds: number): Promise<Result[]> {
  let n = 0;
  const round = async (subject: Subject): Promise<number[]> => {
    const times: number[] = [];
    for (let i = 0; i < perRound; i += 1) {
      n += 1;
      const begun = performance.now();
      await asked.ask(subject, n);
      times.push(performance.now() - begun);
    }
    return times;
  };
  await round(small);
  await round(large);
  const all: { ours: number[][]; native: number[][] } = { ours: [], native: [] };
  for (let i = 0; i < rounds; i += 1) {
    // Who is first changes: what follows another round finds other things in the caches.
    if (i % 2 === 0) all.native.push(await round(small));
    all.ours.push(await round(large));
    if (i % 2 === 1) all.native.push(await round(small));
  }
  const middles = (of: number[][]): number[] => of.map((times) => percentile(times, 50));
  const target = asked.target === undefined ? {} : { target: asked.target };
  return [
    resultOf({
      name: `${asked.name} (p50)`,
      unit: 'ms',
      ours: middles(all.ours),
      native: middles(all.native),
      ...target,
    }),
    resultOf({
      name: `${asked.name} (p99)`,
      unit: 'ms',
      ours: [percentile(all.ours.flat(), 99)],
      native: [percentile(all.native.flat(), 99)],
      spread: spreadOf(all.ours.flat()),
    }),
  ];
}

/** A mailbox that is not over its allocation; all of them in turn, in no order. */
function someBox(mailboxes: number, n: number): number {
  const box = boxOf(someMessage(mailboxes * 5, n), mailboxes);
  return Math.min(box, mailboxes - 1);
}

/** One that stays where it is. */
function someMessage(messages: number, n: number): number {
  for (let tries = 0; ; tries += 1) {
    const i = Math.trunc(messages * spread(n * 17 + tries));
    if (fateOf(i) === 'stays') return i;
  }
}

function wants(right: boolean, what: string): void {
  if (!right) throw new Error(`the answer is wrong: ${what}`);
}
