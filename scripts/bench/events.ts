/** A thousand who follow events at one controller: its memory, how soon they know of a message, and what telling costs a message. */
import { fork, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Scope } from '../../app/core/access/principal.ts';
import type { MailboxId } from '../../app/core/ids.ts';
import { sampleMailbox } from '../../test/storage/sample.ts';
import type { BenchOptions, BenchProgram } from './bench-options.ts';
import { cpuOf, memoryOf } from './cpu.ts';
import { machineMs, type ClientsNews, type ClientsWork } from './event-clients.ts';
import { compareTelling } from './event-cost.ts';
import { resultOf, type Result } from './result.ts';
import type { Stage } from './stage.ts';
import { percentile, spreadOf } from './statistics.ts';

const clients = 1000;
/** Streams that a key may have at once. */
const perKey = 32;
/** Of all who follow, in the scene with such as do not read. */
const idlers = 300;
const settleMs = 3000;
const lanesOfFlood = 16;

const about = [
  `${clients} streams (Server-Sent Events) at the web server of one controller, a process of its own; clients are another process, messages come over the API. ` +
    'First one page of each of as many subscribers, who are told of their own messages; then programs that are told of all; then the same programs, of whom ' +
    `${idlers} do not read, while a great many messages come. Times are from the sending of the message until a client has its event, of programs until the last client has it. ` +
    'Memory is resident, the most that was seen, beside the same process before anybody followed.',
  'What telling costs: the services and the store without switch and web, in turns: "ours" with a store that tells, nobody following, "native" the same store without. CPU time ' +
    'of this process and of the store (FerretDB and PostgreSQL) for one message, at 25 messages a second.',
];

export const events: BenchProgram = {
  name: 'events',
  async run(stage, options) {
    const idle = await idleMemory(stage);
    const people = await makePeople(stage);
    const results: Result[] = [];
    const own = await followed(stage, people.subscribers, people, options);
    results.push(...linesOf(`${clients} subscribers`, own, idle));
    const all = await followed(stage, people.programs, people, options);
    results.push(...linesOf(`${clients} who see all`, all, idle));
    const slow = await flooded(stage, people, options.quick ? 40 : 160);
    results.push(memoryLine(`${clients} who see all, ${idlers} do not read`, slow, idle));
    results.push(...(await compareTelling(stage, options)));
    return { name: 'events', title: 'A thousand who follow events', about, results };
  },
};

interface People {
  readonly mailboxes: readonly MailboxId[];
  /** A key for each mailbox, and one for each client that sees all. */
  readonly subscribers: readonly string[];
  readonly programs: readonly string[];
  readonly sender: string;
}

interface Followed {
  readonly memory: readonly number[];
  /** From the sending to the last who is to know, and to the answer that it is stored. */
  readonly times: readonly number[];
  readonly stored: readonly number[];
  /** CPU time of the controller for one message, in milliseconds. */
  readonly cpu: number;
}

async function idleMemory({ controller }: Stage): Promise<number> {
  await pause(settleMs);
  return memoryOf(controller.pid);
}

async function makePeople({ store }: Stage): Promise<People> {
  const mailboxes = await inLanes(clients, async () => {
    const made = await store.mailboxes.findOrCreate({ ...sampleMailbox(), classOfService: 'quiet' });
    return made.mailbox.id;
  });
  const key = async (scopes: readonly Scope[], mailbox?: MailboxId): Promise<string> => {
    const id = randomBytes(8).toString('hex');
    const secret = randomBytes(32).toString('base64url');
    const hash = createHash('sha256').update(secret).digest('hex');
    const of = mailbox === undefined ? {} : { mailbox };
    await store.keys.insert({ id, hash, name: 'bench', scopes, created: new Date(), by: 'bench', ...of });
    return `ab_${id}_${secret}`;
  };
  const read: Scope[] = ['messages:read', 'mailboxes:read'];
  const programs = await inLanes(Math.ceil(clients / perKey), () => key(read));
  return {
    mailboxes,
    subscribers: await inLanes(clients, (i) => key(read, mailboxes[i])),
    programs: Array.from({ length: clients }, (_, i) => programs[i % programs.length] ?? ''),
    sender: await key(['messages:write']),
  };
}

/** A few at once: a store on a busy machine answers in time. */
async function inLanes<T>(many: number, one: (i: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  const lanes = Array.from({ length: 16 }, async (_, lane) => {
    for (let i = lane; i < many; i += 16) done[i] = await one(i);
  });
  await Promise.all(lanes);
  return done;
}

/** Messages one after the other, each when the one before is known to all who are to know. */
async function followed(
  stage: Stage,
  tokens: readonly string[],
  { mailboxes, sender, subscribers }: People,
  { quick, say }: BenchOptions,
): Promise<Followed> {
  await using crowd = await openCrowd({ address: stage.controller.web, tokens, idle: 0 });
  using watch = watchMemory(stage);
  const times: number[] = [];
  const stored: number[] = [];
  const expected = tokens === subscribers ? 1 : tokens.length;
  await pause(settleMs);
  const before = cpuOf(stage.controller.pid);
  const messages = quick ? 10 : 50;
  for (let i = 0; i < messages; i += 1) {
    const sent = machineMs();
    const id = await leave(stage, sender, mailboxes[(i * 617) % mailboxes.length]);
    stored.push(machineMs() - sent);
    times.push((await crowd.told(id, expected)) - sent);
    await pause(100);
  }
  const cpu = (cpuOf(stage.controller.pid) - before) / messages;
  say(
    `${expected} told of each message: p50 ${percentile(times, 50).toFixed(1)} ms, CPU ${cpu.toFixed(1)} ms`,
  );
  return { memory: watch.memory, times, stored, cpu };
}

/** Many messages at once to clients of whom some do not read. */
async function flooded(stage: Stage, people: People, messages: number): Promise<readonly number[]> {
  const { programs, mailboxes, sender } = people;
  await using crowd = await openCrowd({ address: stage.controller.web, tokens: programs, idle: idlers });
  using watch = watchMemory(stage);
  const lanes = Array.from({ length: lanesOfFlood }, async (_, lane) => {
    for (let i = lane; i < messages; i += lanesOfFlood) {
      const id = await leave(stage, sender, mailboxes[i], 'word '.repeat(100));
      await crowd.told(id, clients - idlers);
    }
  });
  await Promise.all(lanes);
  return watch.memory;
}

async function leave({ controller }: Stage, sender: string, mailbox = '', text = 'A parcel is at the desk.') {
  const answer = await fetch(`${controller.web}/v1/mailboxes/${mailbox}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sender}`, 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'text', text }),
  });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { message: string }).message;
}

function linesOf(name: string, { memory, times, stored, cpu }: Followed, idle: number): Result[] {
  const spread = { spread: spreadOf(times) };
  return [
    memoryLine(name, memory, idle),
    ...[50, 99].map((percent) =>
      resultOf({
        name: `${name}: sent to known, beside stored (p${percent})`,
        unit: 'ms',
        ours: [percentile(times, percent)],
        native: [percentile(stored, percent)],
        ...spread,
        ...(percent === 50 ? {} : { target: { of: 'ours' as const, most: 500 } }),
      }),
    ),
    resultOf({ name: `${name}: CPU of the controller, a message`, unit: 'ms', ours: [cpu] }),
  ];
}

function memoryLine(name: string, memory: readonly number[], idle: number): Result {
  return resultOf({
    name: `${name}: memory, beside idle`,
    unit: 'MiB',
    ours: [Math.max(...memory)],
    native: [idle],
    spread: spreadOf(memory),
    target: { of: 'ours', most: 300 },
  });
}

function watchMemory({ controller }: Stage): Disposable & { readonly memory: number[] } {
  const memory: number[] = [];
  const timer = setInterval(() => memory.push(memoryOf(controller.pid)), 100);
  return { memory, [Symbol.dispose]: () => clearInterval(timer) };
}

interface Crowd extends AsyncDisposable {
  /** When the last of so many clients was told of the message. */
  told(message: string, many: number): Promise<number>;
}

async function openCrowd(work: ClientsWork): Promise<Crowd> {
  const child: ChildProcess = fork(new URL('event-clients.ts', import.meta.url));
  const known = new Map<string, number[]>();
  const waiting = new Map<string, (() => void)[]>();
  const opened = new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the clients ended with ${code}`)));
    child.on('message', (news: ClientsNews) => {
      if (news.kind === 'open') resolve();
      else {
        known.set(news.message, [...(known.get(news.message) ?? []), news.at]);
        for (const look of waiting.get(news.message) ?? []) look();
      }
    });
  });
  child.send(work);
  await opened;
  return {
    told: (message, many) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('not all were told in time')), 60_000);
        const look = (): void => {
          const at = known.get(message) ?? [];
          if (at.length < many) return;
          clearTimeout(late);
          known.delete(message);
          waiting.delete(message);
          resolve(Math.max(...at));
        };
        waiting.set(message, [look]);
        look();
      }),
    async [Symbol.asyncDispose]() {
      const over = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await over;
    },
  };
}
