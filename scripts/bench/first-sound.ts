/** From INVITE to answer and from answer to the first packet of the greeting, as the caller's telephone sees it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPhone, type Phone } from '../../test/phone/phone.ts';
import type { BenchProgram } from './bench-options.ts';
import { firstPacketOf } from './heard-sound.ts';
import { nativeNumber } from './native.ts';
import { resultOf, type Result, type Target } from './result.ts';
import { callerNumber, subscriberNumber } from './stage.ts';
import { percentile } from './statistics.ts';

/** What a telephone needs to fill its first frame. */
const frameMs = 20;

interface Times {
  /** INVITE sent → 200 received, in ms. */
  readonly answer: number;
  /** 200 received → first RTP received, in ms. */
  readonly sound: number;
  /** The same where the telephone's own first packet leaves a frame after its ACK. */
  readonly soundOfPhone: number;
}

const about = [
  'A telephone calls, one call after the other, ours and native in turns; greeting files and trunk ' +
    'are the same. `Answer` of the dialplan waits for the caller’s first packet, so that it matters when the telephone sends it: at ' +
    'once, or 20 ms after its ACK, when the first frame of a microphone is full. Each round is a group of calls of both ways; the figures are the medians of the rounds’ percentiles.',
];

export const firstSound: BenchProgram = {
  name: 'first-sound',
  async run(stage, options) {
    await using phone = await openPhone({ server: stage.server, number: callerNumber(1) });
    const greeting = await readFile(join(stage.directory, 'prompts/en/greeting-default.ulaw'));
    // Not counted: code paths and caches that the first calls warm.
    await group(phone, options.quick ? 2 : 20, greeting);
    const groups = [];
    for (let n = 0; n < options.rounds; n += 1)
      groups.push(await group(phone, options.quick ? 5 : 20, greeting));
    return { name: 'first-sound', title: 'Answer and first sound', about, results: lines(groups) };
  },
};

type Group = Readonly<Record<'ours' | 'native', readonly Times[]>>;

async function group(phone: Phone, calls: number, greeting: Buffer): Promise<Group> {
  const ours: Times[] = [];
  const native: Times[] = [];
  for (let n = 0; n < calls; n += 1) {
    native.push(await callOnce(phone, nativeNumber(n), greeting));
    ours.push(await callOnce(phone, subscriberNumber('quiet', n), greeting));
  }
  return { ours, native };
}

async function callOnce(phone: Phone, number: string, greeting: Buffer): Promise<Times> {
  const { invite, final, sound } = await listen(phone, number, greeting, 0);
  const later = await listen(phone, number, greeting, frameMs);
  return { answer: final - invite, sound: sound - final, soundOfPhone: later.sound - later.final };
}

/** @param sendAfterMs from its ACK until the telephone sends its first packet */
async function listen(phone: Phone, number: string, greeting: Buffer, sendAfterMs: number) {
  const call = await phone.call(number, { quiet: sendAfterMs > 0 });
  await call.up();
  if (sendAfterMs > 0) setTimeout(() => call.resumeSending(), sendAfterMs);
  const sound = await firstPacketOf(call, greeting);
  await call.hangup();
  const { invite, final = Number.NaN } = call.times;
  return { invite, final, sound: Math.max(sound, final) };
}

function lines(groups: readonly Group[]): Result[] {
  const line = (name: string, part: keyof Times, percent: number, target?: Target): Result => {
    const of = (way: keyof Group): number[] =>
      groups.map((one) =>
        percentile(
          one[way].map((times) => times[part]),
          percent,
        ),
      );
    return resultOf({
      name: `${name} (p${percent})`,
      unit: 'ms',
      ours: of('ours'),
      native: of('native'),
      ...(target === undefined ? {} : { target }),
    });
  };
  return [
    line('INVITE → 200', 'answer', 50, { of: 'difference', most: 3 }),
    line('INVITE → 200', 'answer', 90),
    line('200 → greeting, telephone sends at once', 'sound', 50, { of: 'ratio', most: 1 }),
    line('200 → greeting, telephone sends at once', 'sound', 90),
    line('200 → greeting, telephone sends after a frame', 'soundOfPhone', 50, { of: 'ratio', most: 1 }),
    line('200 → greeting, telephone sends after a frame', 'soundOfPhone', 90),
  ];
}
