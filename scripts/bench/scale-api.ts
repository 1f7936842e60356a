/** Lists over the API, at a steady rate, of a large store and of a small one. */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
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

export interface ApiOptions {
  /** Of each store. */
  readonly seconds: number;
  /** CPU time that this process and the store have had, in milliseconds. */
  readonly cpu: () => number;
  readonly say: (line: string) => void;
}

export async function measureLists(large: Subject, small: Subject, options: ApiOptions): Promise<Result[]> {
  const results: Result[] = [];
  const { say } = options;
  const ask = (subject: Subject, requests: Load['requests']): Promise<Measured> =>
    withWeb(subject, async ({ address }) => {
      const before = options.cpu();
      const told = await loadOf({ address, requests, perSecond, seconds: options.seconds });
      return { ...told, cpu: (options.cpu() - before) / told.times.length };
    });
  // What a process does first is compiled as it goes.
  await withWeb(small, (web) =>
    loadOf({
      address: web.address,
      requests: spreadOver(small),
      perSecond,
      seconds: Math.min(5, options.seconds),
    }),
  );
  const few = { small: await ask(small, spreadOver(small)), large: await ask(large, spreadOver(large)) };
  results.push(...resultsOf(`list over the API at ${perSecond}/s`, few.large, few.small));
  const box = await fillOne(large);
  say(`a mailbox has ${many} messages`);
  const pages = await pagesOf(large, box);
  results.push(...resultsOf(`the same in a mailbox of ${many}`, await ask(large, pages), few.small));
  for (const { name, ours, native } of results) say(`${name}: ${ours} ms, ${native} ms`);
  return results;
}

/** `cpu`: of one list, in milliseconds. */
type Measured = LoadTold & { readonly cpu: number };

function resultsOf(name: string, ours: Measured, native: Measured): Result[] {
  const wrong = ours.wrong + native.wrong;
  if (wrong > 0) throw new Error(`${name}: ${wrong} answers were wrong`);
  const times = [50, 99].map((percent) =>
    resultOf({
      name: `${name} (p${percent})`,
      unit: 'ms',
      ours: [percentile(ours.times, percent)],
      native: [percentile(native.times, percent)],
      spread: spreadOf(ours.times),
      ...(percent === 99 ? { target: { of: 'ours' as const, most: 25 } } : {}),
    }),
  );
  const cpu = {
    name: `${name}: CPU of one, store and all`,
    unit: 'ms',
    ours: [ours.cpu],
    native: [native.cpu],
  };
  return [...times, resultOf({ ...cpu, target: { of: 'ratio', most: 1.5 } })];
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
