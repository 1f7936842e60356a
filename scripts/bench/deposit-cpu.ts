/** CPU time of one deposit: native `VoiceMail()` and this system in turns on the same Asterisk. */
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchOptions, BenchProgram } from './bench-options.ts';
import {
  depositRound,
  idleCost,
  isWhole,
  type Cost,
  type Round,
  type RoundOptions,
  type Way,
} from './deposit-round.ts';
import { resultOf, rounded, type Result, type Target } from './result.ts';
import type { Kind, Stage } from './stage.ts';

const about = [
  'CPU time of one deposit, in milliseconds, from `/proc/<pid>/stat`: a caller (SIPp, PCMU, real RTP) is answered, hears a ' +
    'greeting of one second and a tone, speaks, and hangs up. Native is `Answer`, `Playback`, `VoiceMail(box,s)` of the same ' +
    'Asterisk on the same trunk, with the same greeting and tone files, format wav, 1,000 mailboxes, no e-mail. Ours is the ' +
    'whole product with its defaults: Asterisk, controller, and the store (FerretDB and PostgreSQL with all its processes, ' +
    'fsync and synchronous_commit on). What each process uses while idle is subtracted: of Asterisk as measured before, of controller and store as in ' +
    'the native run of the same round.',
  '“no texts” is like for like, since native sends none; “a text each” adds a SIP MESSAGE for every message. The two ways ' +
    'run in turns; ratios are of runs that followed each other, and the spread is that of these ratios. Mailboxes exist ' +
    'already in the measured runs. Native rounds run while the controller is connected.',
];

export const depositCpu: BenchProgram = {
  name: 'deposit-cpu',
  async run(stage, options) {
    // Before anything was done, and with the processes' own start behind them: what follows a load is part of its cost.
    await pause(options.quick ? 1000 : 10_000);
    const idle = await idleCost(stage, options.quick ? 2000 : 15_000);
    // To make mailboxes and warm caches; not counted, nor what it leaves behind.
    for (const way of waysOf(options)) await depositRound(stage, way, warmUp(options), idle);
    await pause(options.quick ? 500 : 15_000);
    const results = [
      ...(await measure(stage, options, { load: short(options), most: 1.4, idle })),
      ...(options.quick ? [] : await measure(stage, options, { load: long, most: 1.1, idle })),
    ];
    return { name: 'deposit-cpu', title: 'CPU of a deposit', about, results };
  },
};

function short({ quick }: BenchOptions): RoundOptions {
  return quick
    ? { callsPerSecond: 10, calls: 40, messageSeconds: 4 }
    : { callsPerSecond: 20, calls: 240, messageSeconds: 4 };
}

const long: RoundOptions = { callsPerSecond: 8, calls: 96, messageSeconds: 20 };

async function measure(
  stage: Stage,
  options: BenchOptions,
  { load, most, idle }: { load: RoundOptions; most: number; idle: Cost },
): Promise<Result[]> {
  const ways = waysOf(options);
  const rounds: Record<Way, Round[]> = { native: [], quiet: [], texted: [] };
  for (let n = 1; n <= options.rounds; n += 1) {
    let idleNow = idle;
    for (const way of ways) {
      const round = await depositRound(stage, way, load, idleNow);
      rounds[way].push(round);
      // Controller and store are idle while callers talk to native: what they use then they use at all times.
      if (way === 'native') idleNow = { ...round.perSecond, asterisk: idle.asterisk };
      options.say(`${load.messageSeconds} s, round ${n}, ${way}: ${told(round, load)}`);
    }
  }
  const label = `${load.messageSeconds} s`;
  // Native has neither controller nor store: what these use during its runs is no part of it.
  const native = rounds.native.map((round) => round.perCall.asterisk);
  const line = (kind: Kind, target?: Target): Result[] =>
    linesOf(`${label}, ${kind === 'quiet' ? 'no texts' : 'a text each'}`, rounds[kind], native, target);
  return [
    ...line('quiet', { of: 'ratio', most }),
    ...(options.quick ? [] : line('texted')),
    resultOf({
      name: `${label}: messages lost or cut`,
      unit: '',
      ours: [incomplete([...rounds.quiet, ...rounds.texted], load.calls)],
      target: { of: 'ours', most: 0 },
    }),
  ];
}

function linesOf(
  label: string,
  ours: readonly Round[],
  native: readonly number[],
  target: Target | undefined,
): Result[] {
  const part = (name: keyof Cost): number[] => ours.map((round) => round.perCall[name]);
  return [
    resultOf({
      name: `${label}: all processes`,
      unit: 'ms',
      ours: ours.map((round) => total(round.perCall)),
      native,
      ...(target === undefined ? {} : { target }),
    }),
    resultOf({
      name: `${label}: Asterisk`,
      unit: 'ms',
      ours: part('asterisk'),
      native,
      ...(target === undefined ? {} : { target: { of: 'ratio', most: 1 } as const }),
    }),
    resultOf({ name: `${label}: controller`, unit: 'ms', ours: part('controller') }),
    resultOf({ name: `${label}: store`, unit: 'ms', ours: part('store') }),
  ];
}

function total(cost: Cost): number {
  return cost.asterisk + cost.controller + cost.store;
}

function waysOf({ quick }: BenchOptions): readonly Way[] {
  return quick ? ['native', 'quiet'] : ['native', 'quiet', 'texted'];
}

function warmUp({ quick }: BenchOptions): RoundOptions {
  return quick
    ? { callsPerSecond: 10, calls: 10, messageSeconds: 1 }
    : { callsPerSecond: 40, calls: 1000, messageSeconds: 1 };
}

function incomplete(rounds: readonly Round[], calls: number): number {
  return rounds.reduce((sum, { kept }) => sum + calls - kept.messages + kept.short, 0);
}

function told(round: Round, load: RoundOptions): string {
  const { asterisk, controller, store } = round.perCall;
  const whole = isWhole(round, load.calls)
    ? 'all whole'
    : `${round.kept.messages} kept, ${round.kept.short} cut, ${round.failed} calls failed`;
  return `Asterisk ${rounded(asterisk)}, controller ${rounded(controller)}, store ${rounded(store)} ms a call; ${round.peak} at once; ${whole}`;
}
