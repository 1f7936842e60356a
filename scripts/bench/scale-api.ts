/** Lists over the API, at a steady rate, of a large store and of a small one. */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { MailboxId } from '../../app/core/ids.ts';
import { messageListRoutes } from '../../app/gateways/web/api/routes/message-list.ts';
import type { ApiServices } from '../../app/gateways/web/api/services.ts';
import { openWeb, type Web } from '../../app/gateways/web/open.ts';
import { createMessagePages } from '../../app/services/message-pages.ts';
import { sampleMailbox, sampleMessage } from '../../test/storage/sample.ts';
import { quiet } from './scale-services.ts';
import type { Load, LoadTold } from './scale-api-load.ts';
import { boxOf, mailboxIdOf } from './scale-messages.ts';
import type { Subject } from './scale-questions.ts';
import { resultOf, type Result } from './result.ts';
import { percentile, spreadOf } from './statistics.ts';

const perSecond = 200;
/** Of a mailbox of many messages. */
const many = 10_000;

/** Each store is asked so often, in turns: what a shared machine does besides meets all of them. */
const rounds = 5;

export interface ApiOptions {
  /** Of each store, in all rounds. */
  readonly seconds: number;
  /** CPU time that this process and the store have had, in milliseconds. */
  readonly cpu: () => number;
  /** After a store was filled further: it looks at its tables. */
  readonly settle: () => Promise<void>;
  readonly say: (line: string) => void;
}

export async function measureLists(large: Subject, small: Subject, options: ApiOptions): Promise<Result[]> {
  const { say, seconds } = options;
  const box = await fillOne(large);
  await options.settle();
  say(`a mailbox has ${many} messages`);
  const lists = {
    small: { subject: small, requests: spreadOver(small) },
    large: { subject: large, requests: spreadOver(large) },
    pages: { subject: large, requests: await pagesOf(large, box) },
  };
  const ask = (list: keyof typeof lists, forSeconds: number): Promise<Measured> =>
    withWeb(lists[list].subject, async ({ address }) => {
      const before = options.cpu();
      const { requests } = lists[list];
      const told = await loadOf({ address, requests, perSecond, seconds: forSeconds });
      if (told.wrong > 0) throw new Error(`${list}: ${told.wrong} answers were wrong`);
      return { ...told, cpu: (options.cpu() - before) / told.times.length };
    });
  // What a process does first is compiled as it goes.
  for (const list of ['small', 'pages'] as const) await ask(list, Math.min(5, seconds));
  const measured: Record<keyof typeof lists, Measured[]> = { small: [], large: [], pages: [] };
  const stolen = stealing();
  for (let round = 0; round < rounds; round += 1)
    for (const list of ['small', 'large', 'pages'] as const)
      measured[list].push(await ask(list, seconds / rounds));
  const results = [
    ...resultsOf(`list over the API at ${perSecond}/s`, measured.large, measured.small),
    ...resultsOf(`the same in a mailbox of ${many}`, measured.pages, measured.small),
    resultOf({ name: 'processor time that the machine did not get', unit: '%', ours: [stolen()] }),
  ];
  for (const { name, ours, native, spread } of results)
    say(`${name}: ${ours}, ${native ?? '-'}; ${spread.min} to ${spread.max}`);
  return results;
}

/** `cpu`: of one list, in milliseconds. */
type Measured = LoadTold & { readonly cpu: number };

function resultsOf(name: string, ours: readonly Measured[], native: readonly Measured[]): Result[] {
  const times = [50, 99].map((percent) => {
    const of = ({ times: all }: Measured): number => percentile(all, percent);
    const each = ours.map(of);
    return resultOf({
      name: `${name} (p${percent})`,
      unit: 'ms',
      ours: each,
      native: native.map(of),
      spread: spreadOf(each),
      ...(percent === 99 ? { target: { of: 'ours' as const, most: 25 } } : {}),
    });
  });
  const cpu = {
    name: `${name}: CPU of one, store and all`,
    unit: 'ms',
    ours: ours.map((one) => one.cpu),
    native: native.map((one) => one.cpu),
  };
  return [...times, resultOf({ ...cpu, target: { of: 'ratio', most: 1.5 } })];
}

/** Answers what part of the processors’ time since now others had, in percent: “steal” of proc(5). */
function stealing(): () => number {
  const read = () => {
    const ticks = readFileSync('/proc/stat', 'utf8')
      .split('\n', 1)
      .join()
      .split(/ +/)
      .slice(1, 9)
      .map(Number);
    return { all: ticks.reduce((sum, one) => sum + one, 0), stolen: ticks[7] ?? 0 };
  };
  const before = read();
  return () => {
    const now = read();
    return (100 * (now.stolen - before.stolen)) / (now.all - before.all);
  };
}

/** Mailboxes in no order, each asked for once in a while. */
function spreadOver({ messages, mailboxes }: Subject): Load['requests'] {
  return Array.from({ length: 5000 }, (_, i) => listOf(mailboxIdOf(boxOf((i * 7919) % messages, mailboxes))));
}

function listOf(mailbox: MailboxId, query = ''): Load['requests'][number] {
  return { path: `/v1/mailboxes/${mailbox}/messages${query}`, token: mailbox };
}

/** Whose token it is says the token itself: how people sign in is measured elsewhere. */
async function withWeb<T>({ services: { store } }: Subject, work: (web: Web) => Promise<T>): Promise<T> {
  const pages = createMessagePages({ store, plan: { parse: () => undefined } });
  await using web = await openWeb(
    { host: '127.0.0.1', port: 0, api: { limits: { perMinute: 1e6, perAddress: 1e6 } } },
    {
      log: quiet,
      ready: async () => ({ ok: true, parts: {} }),
      onText: async () => undefined,
      onReport: async () => undefined,
      api: {
        routes: messageListRoutes({ pages } as unknown as ApiServices),
        guard: {
          async whoIs({ headers }) {
            const mailbox = headers.authorization?.replace('Bearer ', '') as MailboxId;
            return { kind: 'subscriber', mailbox, via: 'pin' };
          },
        },
      },
    },
  );
  return await work(web);
}

/** By a process of its own: what it does is not to hold up what is measured. */
async function loadOf(load: Load): Promise<LoadTold> {
  const child = fork(new URL('scale-api-load.ts', import.meta.url));
  child.send(load);
  const [told] = (await once(child, 'message')) as [LoadTold];
  return told;
}

async function fillOne({ services: { store } }: Subject): Promise<MailboxId> {
  const mailbox = { ...sampleMailbox(), classOfService: 'usual' };
  await store.mailboxes.findOrCreate(mailbox);
  const begun = Date.now();
  const lanes = Array.from({ length: 16 }, async (_, lane) => {
    for (let i = lane; i < many; i += 16) {
      const received = new Date(begun - i * 60_000);
      await store.messages.insert(
        sampleMessage(
          { mailbox: mailbox.id, state: i % 3 === 0 ? 'new' : 'heard' },
          { received, to: mailbox.number, origin: { network: 'sip', id: randomUUID() } },
        ),
      );
    }
  });
  await Promise.all(lanes);
  return mailbox.id;
}

/** Every page of it, one after the other. */
async function pagesOf(subject: Subject, mailbox: MailboxId): Promise<Load['requests']> {
  return withWeb(subject, async ({ address }) => {
    const requests: Load['requests'][number][] = [];
    for (let query: string | undefined = ''; query !== undefined && requests.length < 300;) {
      const one = listOf(mailbox, query);
      requests.push(one);
      const answer = await fetch(`${address}${one.path}`, {
        headers: { authorization: `Bearer ${one.token}` },
      });
      const { next } = (await answer.json()) as { next?: string };
      query = next === undefined ? undefined : `?cursor=${next}`;
    }
    return requests;
  });
}
