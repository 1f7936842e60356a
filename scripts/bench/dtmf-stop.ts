/** From a key's release until a prompt has stopped, as the caller's telephone hears it. */
import { setTimeout as pause } from 'node:timers/promises';
import { openPhone, type Phone } from '../../test/phone/phone.ts';
import type { BenchProgram } from './bench-options.ts';
import { resultOf } from './result.ts';
import { access, callerNumber } from './stage.ts';
import { percentile, spreadOf } from './statistics.ts';

const about = [
  'Telephones call the access number and press a key, for 100 ms, while its prompt is played. A figure is the time from the first ' +
    'packet that says that the key is up (RFC 4733) to the end of the sound of the prompt’s last packet; nothing is played for seconds after it. First one ' +
    'call after the other, then as many at once as named, whose keys come at different times. A call whose prompt went on to its end counts as 10 s.',
];

const atOnce = 25;
/** No packet for so long is the end of the prompt. */
const quietMs = 400;
/** So much is heard before the key. */
const beforeKeyMs = 400;
const keyMs = 100;
const unstoppedMs = 10_000;
/** The sound of a packet. */
const frameMs = 20;

export const dtmfStop: BenchProgram = {
  name: 'dtmf-stop',
  async run(stage, { quick, rounds, say }) {
    await using phone = await openPhone({ server: stage.server, number: callerNumber(3) });
    await stopOnce(phone, 0);
    const alone: number[] = [];
    for (let n = 0; n < (quick ? 5 : 20 * rounds); n += 1) alone.push(await stopOnce(phone, n));
    const crowd: number[] = [];
    for (let n = 0; n < (quick ? 1 : 2 * rounds); n += 1) {
      const calls = Array.from({ length: atOnce }, (_, k) => stopLater(phone, k));
      crowd.push(...(await Promise.all(calls)));
    }
    say(`${alone.length} keys alone, ${crowd.length} in a crowd`);
    const line = (name: string, values: readonly number[], percent: number, most?: number) =>
      resultOf({
        name: `${name} (p${percent})`,
        unit: 'ms',
        ours: [percentile(values, percent)],
        ...(most === undefined ? {} : { target: { of: 'ours', most } }),
        spread: spreadOf(values),
      });
    const results = [
      line('key up → prompt stopped', alone, 50),
      line('key up → prompt stopped', alone, 99, 100),
      line(`the same, ${atOnce} calls at once`, crowd, 50),
      line(`the same, ${atOnce} calls at once`, crowd, 99, 100),
    ];
    return { name: 'dtmf-stop', title: 'A key stops a prompt', about, results };
  },
};

async function stopLater(phone: Phone, n: number): Promise<number> {
  await pause(n * 40);
  return stopOnce(phone, n);
}

async function stopOnce(phone: Phone, n: number): Promise<number> {
  const call = await phone.call(access, { fromUser: callerNumber(n) });
  await call.up();
  const { at } = await call.soundAfter(0);
  await call.soundAfter(at + beforeKeyMs);
  await call.press('1', { onMs: keyMs });
  const up = call.lastDigitAt ?? Number.NaN;
  const last = await call.quietFor(quietMs, unstoppedMs).catch(() => up + unstoppedMs);
  await call.hangup();
  return Math.max(0, (last ?? up) + frameMs - up);
}
