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

interface Waits {
  readonly lookUps: number[];
  readonly deposits: number[];
}

interface Swept {
  readonly report: SweepReport;
  readonly sweepingMs: number;
  /** Pairs, one after the other. */
  readonly without: Waits[];
  readonly during: Waits[];
}

/** Sweeps what is due until nothing is, or the minutes are over. */
async function sweepUnderCalls(
  subject: Subject,
  minutes: number,
  say: (line: string) => void,
): Promise<Swept> {
  const total = { purged: 0, compressed: 0, archived: 0, held: 0, failed: 0 };
  const swept = { report: total, sweepingMs: 0, without: [] as Waits[], during: [] as Waits[] };
  const end = performance.now() + minutes * 60_000;
  let n = 0;
  await calls(subject, 2000, n);
  for (let over = false; !over && performance.now() < end;) {
    const without = await calls(subject, windowMs, (n += 10_000));
    const ending = new AbortController();
    const begun = performance.now();
    let ranMs: number | undefined;
    const running = subject.services.sweep.sweepDue(ending.signal).finally(() => {
      ranMs = performance.now() - begun;
    });
    const during = await calls(subject, windowMs, (n += 10_000));
    over = ranMs !== undefined;
    ending.abort();
    const report = await running;
    for (const name of Object.keys(total) as (keyof SweepReport)[]) total[name] += report[name];
    swept.sweepingMs += ranMs ?? 0;
    // The last one may have ended at once.
    if ((ranMs ?? 0) > windowMs / 2 || swept.during.length === 0) {
      swept.without.push(without);
      swept.during.push(during);
    }
    say(
      `${subject.name}: purged ${total.purged}, archived ${total.archived}, compressed ${total.compressed}, failed ${total.failed}; ` +
        `look-ups p99 ${Math.round(percentile(without.lookUps, 99))} ms, with the sweep ${Math.round(percentile(during.lookUps, 99))} ms`,
    );
  }
  return swept;
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

export async function compareSweeps(
  large: Subject,
  small: Subject,
  {
    due,
    minutes,
    say,
  }: { readonly due: number; readonly minutes: number; readonly say: (line: string) => void },
): Promise<Result[]> {
  const few = await sweepUnderCalls(small, Math.max(1, minutes / 4), say);
  const many = await sweepUnderCalls(large, minutes, say);
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
