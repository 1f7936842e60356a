/** Automatic management while calls go on: how long these wait with it and without, in windows of time that take turns. */
import { setTimeout as pause } from 'node:timers/promises';
import type { SweepReport } from '../../app/services/sweep.ts';
import { resultOf, type Result } from './result.ts';
import { deposit, lookUp, type Subject } from './scale-questions.ts';
import { percentile, spreadOf } from './statistics.ts';

const windowMs = 20_000;
/** A second, at a steady pace whatever the answers take. */
const lookUps = 20;
const deposits = 5;

/** Half a day: messages to purge and to compress; a whole day: mailboxes over their allocation. See scale-messages.ts. */
const dueAfterMs = [43_260_000, 86_460_000];

interface Waits {
  readonly lookUps: number[];
  readonly deposits: number[];
}

interface Swept {
  readonly report: SweepReport;
  readonly sweepingMs: number;
  /** Pairs, one after the other. */
  readonly without: readonly Waits[];
  readonly during: readonly Waits[];
}

const none: SweepReport = { purged: 0, compressed: 0, archived: 0, held: 0, failed: 0 };

/** Sweeps what is due until nothing is, or the minutes are over. */
async function sweepUnderCalls(
  subject: Subject,
  minutes: number,
  say: (line: string) => void,
): Promise<Swept> {
  const swept: Swept[] = [];
  const end = performance.now() + minutes * 60_000;
  await calls(subject, 2000, 0);
  for (let over = false; !over && performance.now() < end;) {
    const one = await pairOfWindows(subject, swept.length * 20_000);
    over = one.over;
    // The last one may have ended at once.
    const counts = one.sweepingMs > windowMs / 2 || swept.length === 0;
    swept.push(counts ? one : { ...one, without: [], during: [] });
    const { purged, archived, compressed, failed } = sumOf(swept).report;
    const [before, during] = [one.without, one.during].map((some) => percentile(some[0]?.lookUps ?? [], 99));
    say(
      `${subject.name}: purged ${purged}, archived ${archived}, compressed ${compressed}, failed ${failed}; ` +
        `look-ups p99 ${Math.round(before ?? 0)} ms, with the sweep ${Math.round(during ?? 0)} ms`,
    );
  }
  return sumOf(swept);
}

/** @param n where the questions begin */
async function pairOfWindows(subject: Subject, n: number): Promise<Swept & { readonly over: boolean }> {
  const without = await calls(subject, windowMs, n);
  const ending = new AbortController();
  const begun = performance.now();
  let ranMs: number | undefined;
  const running = subject.services.sweep.sweepDue(ending.signal).finally(() => {
    ranMs = performance.now() - begun;
  });
  const during = await calls(subject, windowMs, n + 10_000);
  const over = ranMs !== undefined;
  ending.abort();
  const report = await running;
  return { report, sweepingMs: ranMs ?? 0, without: [without], during: [during], over };
}

function sumOf(all: readonly Swept[]): Swept {
  const report = { ...none };
  for (const one of all)
    for (const name of Object.keys(none) as (keyof SweepReport)[])
      Object.assign(report, { [name]: report[name] + one.report[name] });
  return {
    report,
    sweepingMs: all.reduce((sum, one) => sum + one.sweepingMs, 0),
    without: all.flatMap((one) => one.without),
    during: all.flatMap((one) => one.during),
  };
}

/** Calls' work on the store for a while; times from when each was due until it is done. */
async function calls(subject: Subject, ms: number, n: number): Promise<Waits> {
  const waits: Waits = { lookUps: [], deposits: [] };
  const begun = performance.now();
  const series = (perSecond: number, ask: typeof lookUp, into: number[]): Promise<void>[] =>
    Array.from({ length: Math.trunc((perSecond * ms) / 1000) }, async (_, k) => {
      const due = begun + (k * 1000) / perSecond;
      await pause(due - performance.now());
      await ask(subject, n + k);
      into.push(performance.now() - due);
    });
  await Promise.all([
    ...series(lookUps, lookUp, waits.lookUps),
    ...series(deposits, deposit, waits.deposits),
  ]);
  return waits;
}

/** @param shift goes to a time, in milliseconds from now: at the first messages are due, at the next mailboxes too */
export async function compareSweeps(
  large: Subject,
  small: Subject,
  {
    due,
    minutes,
    shift,
    say,
  }: {
    readonly due: number;
    readonly minutes: number;
    readonly shift: (ms: number) => void;
    readonly say: (line: string) => void;
  },
): Promise<Result[]> {
  const [fewParts, manyParts]: [Swept[], Swept[]] = [[], []];
  for (const ms of dueAfterMs) {
    shift(ms);
    fewParts.push(await sweepUnderCalls(small, Math.max(1, minutes / 8), say));
    manyParts.push(await sweepUnderCalls(large, minutes / 2, say));
  }
  const [few, many] = [sumOf(fewParts), sumOf(manyParts)];
  const p99 = (name: keyof Waits, percent: number, target: boolean): Result =>
    resultOf({
      name: `${name === 'lookUps' ? 'look-up' : 'deposit'} during a sweep, against before it (p${percent})`,
      unit: 'ms',
      ours: many.during.map((one) => percentile(one[name], percent)),
      native: many.without.map((one) => percentile(one[name], percent)),
      ...(target ? { target: { of: 'ratio', most: 1.2 } as const } : {}),
    });
  const { purged, archived, compressed, failed } = many.report;
  const told = (name: string, value: number): Result =>
    resultOf({ name: `1 % due: ${name}`, unit: 'messages', ours: [value] });
  return [
    p99('lookUps', 50, false),
    p99('lookUps', 99, true),
    p99('deposits', 50, false),
    p99('deposits', 99, true),
    resultOf({
      name: 'sweep of 1 % due, a message',
      unit: 'ms',
      ours: [each(many)],
      native: [each(few)],
      spread: spreadOf([each(many)]),
    }),
    told('purged', purged),
    told('archived', archived),
    told('compressed', compressed),
    told('failed', failed),
    told('left when the time was over', due - purged - archived - compressed),
  ];
}

function each({ report, sweepingMs }: Swept): number {
  return sweepingMs / Math.max(1, report.purged + report.archived + report.compressed);
}
