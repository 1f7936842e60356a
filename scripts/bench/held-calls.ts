/** The highest rate of calls at which every message is kept whole, for a minute. */
import type { BenchOptions, BenchProgram } from './bench-options.ts';
import { depositRound, isWhole, type Way } from './deposit-round.ts';
import { resultOf } from './result.ts';
import type { Stage } from './stage.ts';

const about = [
  'Callers (SIPp, PCMU, real RTP) leave messages of 4 s at growing rates until a call fails or a message is lost or cut short; ' +
    'the highest rate before is then held for a minute, and if that fails the one below. Load generator, switch, controller and ' +
    'store share the cores, so the absolute figures are this machine’s.',
];

const rates = [20, 40, 60, 70, 80, 90, 100, 120, 140];
const messageSeconds = 4;
const noIdle = { asterisk: 0, controller: 0, store: 0 };

export const heldCalls: BenchProgram = {
  name: 'held-calls',
  async run(stage, options) {
    const native = await highest(stage, 'native', options);
    const ours = await highest(stage, 'quiet', options);
    const result = resultOf({
      name: options.quick ? 'calls/s held for 3 s' : 'calls/s held for a minute, every message whole',
      unit: '/s',
      ours: [ours],
      native: [native],
      target: { of: 'ratio', least: 0.9 },
    });
    return { name: 'held-calls', title: 'Calls a second', about, results: [result] };
  },
};

/** 0 if even the lowest rate is too much. */
async function highest(stage: Stage, way: Way, options: BenchOptions): Promise<number> {
  if (options.quick) return (await holds(stage, way, 10, 3, options)) ? 10 : 0;
  let good = -1;
  while (good + 1 < rates.length && (await holds(stage, way, rates[good + 1] ?? 0, 10, options))) good += 1;
  while (good >= 0 && !(await holds(stage, way, rates[good] ?? 0, 60, options))) good -= 1;
  return rates[good] ?? 0;
}

async function holds(
  stage: Stage,
  way: Way,
  rate: number,
  seconds: number,
  options: BenchOptions,
): Promise<boolean> {
  const calls = rate * seconds;
  const round = await depositRound(stage, way, { callsPerSecond: rate, calls, messageSeconds }, noIdle);
  const whole = isWhole(round, calls);
  const { kept, failed, peak } = round;
  options.say(
    `${way}, ${rate}/s for ${seconds} s: ${peak} at once, ` +
      (whole ? 'all whole' : `${calls} calls, ${failed} failed, ${kept.messages} kept, ${kept.short} cut`),
  );
  return whole;
}
