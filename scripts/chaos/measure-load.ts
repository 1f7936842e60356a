/**
 * How many deposits at once this machine carries: a ramp finds the number, then it is held, and at the end one more call than are taken
 * is refused at once. Telephones, switch, controller and store share the machine, so that the telephones take their part of it.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { babble } from '../../test/audio/babble.ts';
import { CallRefused } from '../../test/phone/call.ts';
import { countMessages, partOf, withEvidence, type Evidence } from './evidence.ts';
import { noticesOf } from './load.ts';
import { isUnharmed } from './same-sound.ts';
import { openWorld, type World } from './world.ts';

export interface LoadOptions {
  /** Of the load that is held. */
  readonly minutes: number;
  /** Calls at once that the ramp begins with, is raised by, and ends with at the latest. */
  readonly from: number;
  readonly step: number;
  readonly most: number;
  readonly say: (line: string) => void;
}

export interface LoadResult {
  /** Calls at once that were carried. */
  readonly atOnce: number;
  readonly calls: number;
  /** Whose caller spoke to the end, and whose message is not there or is not what was said. */
  readonly lost: number;
  readonly damaged: number;
  /** Messages beside the one that a call leaves. */
  readonly doubled: number;
  /** Callers who heard no tone in time, or got no answer. */
  readonly dead: number;
  /** From the end of the last call until all messages were in the store and all texts about them with the network, in milliseconds. */
  readonly behindMs: number;
  /** Of the controller while the load was held: resident memory in MiB at the begin and at the end, and its slope in MiB an hour. */
  readonly memory: { readonly from: number; readonly to: number; readonly slope: number };
  /** Statuses of the calls beyond what is taken, and the longest wait for one, in milliseconds. */
  readonly refused: { readonly statuses: readonly number[]; readonly longestMs: number };
}

/** Of one message, in milliseconds: spoken, and the longest wait for answer and tone that is no dead line. */
const spokenMs = 6000;
const patienceMs = 5000;
/** A load is carried if what it left is there so soon: else the rest grows for as long as it is held. */
const promptMs = 5000;
/** Messages that come later than this after the one before are lost, in milliseconds. */
const lateMs = 30_000;
/** A step of the ramp, in milliseconds. */
const stepMs = 20_000;
/** So many that none of them fills up in an hour. */
const mailboxes = 2000;
const beyond = 5;

interface Period {
  calls: number;
  dead: number;
  behindMs: number;
  /** Calls whose caller spoke to the end. What they said follows from the number. */
  readonly left: number[];
}

function callerOf(call: number): string {
  return `+1415${String(5_000_000 + call)}`;
}

function numberOf(call: number): string {
  return `+1202555${String(1000 + (call % mailboxes))}`;
}

function speechOf(call: number): Buffer {
  return babble(spokenMs, call);
}

export async function measureLoad({ minutes, from, step, most, say }: LoadOptions): Promise<LoadResult> {
  await using world = await openWorld({ logLevel: 'info', smallDisk: false });
  let next = 0;
  const hold = async (lines: number, ms: number): Promise<Period> => {
    const period: Period = { calls: 0, dead: 0, behindMs: 0, left: [] };
    const before = await thereNow(world);
    const until = performance.now() + ms;
    const line = async (n: number): Promise<void> => {
      // One after the other, as calls come.
      await pause((n / lines) * spokenMs);
      while (performance.now() < until) await leave(world, next++, period);
    };
    await Promise.all(Array.from({ length: lines }, (_, n) => line(n)));
    period.behindMs = await behind(world, before, period.left.length);
    return period;
  };
  let atOnce = 0;
  for (let lines = from; lines <= most; lines += step) {
    const period = await hold(lines, stepMs);
    const { lost, damaged, doubled } = await wrongOf(world, period);
    const { calls, dead, behindMs } = period;
    say(
      `${lines} at once: ${calls} calls, ${dead} dead, ${lost} lost, ${damaged} damaged, ${doubled} doubled, all there after ${seconds(behindMs)} s`,
    );
    if (dead + lost + damaged + doubled > 0 || behindMs > promptMs) break;
    atOnce = lines;
  }
  if (atOnce === 0) throw new Error(`this machine does not carry ${from} calls at once`);
  const memory = watchMemory(world.controller.pid);
  const { left, ...held } = await hold(atOnce, minutes * 60_000);
  const result = { atOnce, ...held, memory: memory.end(), ...(await wrongOf(world, { left })) };
  await world.restartWith({ calls: { atOnce } });
  return { ...result, refused: await refusals(world, atOnce) };
}

async function leave(world: World, number: number, period: Period): Promise<void> {
  await using phone = await world.phone(`load${number}`);
  period.calls += 1;
  try {
    const call = await phone.call(numberOf(number), { fromUser: callerOf(number) });
    await call.up(patienceMs);
    await call.press('#');
    await call.hearsTone(1000, { withinMs: patienceMs });
    await call.say(speechOf(number));
    await call.hangup();
    period.left.push(number);
  } catch {
    period.dead += 1;
  }
}

interface There {
  readonly messages: number;
  readonly texts: number;
}

async function thereNow(world: World): Promise<There> {
  return { messages: await countMessages(world), texts: noticesOf(world).length };
}

/** How long it takes until so many more messages are there, and told of; until no more come if some are missing. */
async function behind(world: World, before: There, more: number): Promise<number> {
  const began = performance.now();
  let [there, deadline] = [0, began + lateMs];
  for (;;) {
    const { messages, texts } = await thereNow(world);
    const now = Math.min(messages - before.messages, texts - before.texts);
    if (now > there) deadline = performance.now() + lateMs;
    there = now;
    if (there >= more || performance.now() > deadline) return performance.now() - began;
    await pause(500);
  }
}

/** Waits until all are there, or none has come for a while, and compares. */
async function wrongOf(
  world: World,
  { left }: Pick<Period, 'left'>,
): Promise<Pick<LoadResult, 'lost' | 'damaged' | 'doubled'>> {
  const ours = new Set(left.map(callerOf));
  const missing = new Map(left.map((number) => [callerOf(number), number]));
  let [damaged, doubled] = [0, 0];
  const look = async ({ messages, sound }: Evidence): Promise<void> => {
    const senders = messages.map((message) => String(message['sender'])).filter((sender) => ours.has(sender));
    doubled = senders.length - new Set(senders).size;
    for (const message of messages) {
      const sender = String(message['sender']);
      const number = missing.get(sender);
      if (number === undefined) continue;
      missing.delete(sender);
      if (!isUnharmed(await sound(partOf(message).media), speechOf(number))) damaged += 1;
    }
  };
  for (let deadline = performance.now() + lateMs; ;) {
    const before = missing.size;
    await withEvidence(world, look);
    // Comparing many takes longer than that.
    if (missing.size < before) deadline = performance.now() + lateMs;
    if (missing.size === 0 || performance.now() > deadline) return { lost: missing.size, damaged, doubled };
    await pause(500);
  }
}

/** Resident memory every five seconds, from /proc. */
function watchMemory(pid: number): { end(): LoadResult['memory'] } {
  const began = performance.now();
  const points: { hours: number; mib: number }[] = [];
  const timer = setInterval(() => {
    // One that has ended shows in the calls.
    void readFile(`/proc/${pid}/status`, 'utf8').then(
      (status) => {
        const kib = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
        points.push({ hours: (performance.now() - began) / 3_600_000, mib: kib / 1024 });
      },
      () => undefined,
    );
  }, 5000);
  return {
    end() {
      clearInterval(timer);
      // The first half is the heap finding its size.
      const later = points.slice(Math.floor(points.length / 2));
      return { from: points[0]?.mib ?? 0, to: points.at(-1)?.mib ?? 0, slope: slopeOf(later) };
    },
  };
}

/** Least squares. */
function slopeOf(points: readonly { readonly hours: number; readonly mib: number }[]): number {
  const mean = (of: (point: (typeof points)[number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [hours, mib] = [mean((point) => point.hours), mean((point) => point.mib)];
  const [above, below] = [
    mean((point) => (point.hours - hours) * (point.mib - mib)),
    mean((point) => (point.hours - hours) ** 2),
  ];
  return below === 0 ? 0 : above / below;
}

/** As many calls as are taken are held; some more come. */
async function refusals(world: World, atOnce: number): Promise<LoadResult['refused']> {
  const phones = await Promise.all(Array.from({ length: atOnce }, (_, n) => world.phone(`hold${n}`)));
  try {
    const held = await Promise.all(phones.map((phone, n) => phone.call(numberOf(n))));
    await Promise.all(held.map((call) => call.up(20_000)));
    const statuses: number[] = [];
    let longestMs = 0;
    for (let n = 0; n < beyond; n += 1) {
      await using phone = await world.phone('beyond');
      const began = performance.now();
      const call = await phone.call(numberOf(n));
      const status = await call.up(10_000).then(
        () => 200,
        (error: unknown) => (error instanceof CallRefused ? error.status : 0),
      );
      longestMs = Math.max(longestMs, performance.now() - began);
      statuses.push(status);
    }
    return { statuses, longestMs };
  } finally {
    for (const phone of phones) await phone[Symbol.asyncDispose]();
  }
}

/** As words for a terminal. */
export function loadLines({
  atOnce,
  calls,
  lost,
  damaged,
  doubled,
  dead,
  behindMs,
  memory,
  refused,
}: LoadResult): string[] {
  const mib = (value: number) => value.toFixed(1);
  return [
    `${atOnce} calls at once carried: ${calls} calls, ${lost} lost, ${damaged} damaged, ${doubled} doubled, ${dead} dead lines; all stored and told of after ${seconds(behindMs)} s`,
    `memory of the controller: ${mib(memory.from)} MiB, then ${mib(memory.to)} MiB; ${mib(memory.slope)} MiB an hour in the second half`,
    `beyond that: ${refused.statuses.join(', ')}, ${Math.round(refused.longestMs)} ms at most`,
  ];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

/** Nothing lost or damaged, no dead line, nothing left over, and whoever is too much is refused. */
export function isCarried({ lost, damaged, doubled, dead, behindMs, refused }: LoadResult): boolean {
  return (
    lost + damaged + doubled + dead === 0 &&
    behindMs <= promptMs &&
    refused.statuses.every((status) => status === 503 || status === 486)
  );
}
