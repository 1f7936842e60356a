/** How soon a subscriber who calls from another phone is heard and hears, once the PIN is typed. */
import { setTimeout as pause } from 'node:timers/promises';
import type { E164 } from '../../app/core/ids.ts';
import { openHasher } from '../../app/secrets/open.ts';
import type { PhoneCall } from '../../test/phone/call.ts';
import { openPhone, type Phone } from '../../test/phone/phone.ts';
import type { BenchProgram } from './bench-options.ts';
import { firstPacketOf } from './heard-sound.ts';
import { leaveOneEach, type Waiting } from './reference.ts';
import { resultOf, type Result } from './result.ts';
import { access, callerNumber, type Stage } from './stage.ts';
import { percentile, spreadOf } from './statistics.ts';

const pin = '482915';
/** Calls begin to type so many a second; all stay up until the last has heard. */
const rate = 10;
/** Most milliseconds until something is heard. */
const patienceMs = 10_000;
const overtakeMs = 300;

const about = [
  'All calls are up and at the question for the PIN; then ten a second begin to type it (RFC 4733, 60 ms a digit and 60 ms between), ' +
    'and stay up. The PIN is hashed with Argon2id (19 MiB, 2 passes), two at once. By reference: ten digits of a reference and the PIN ' +
    'from a phone that is not the mailbox’s own; counted from the end of the last key, the #, to the first packet of the message. ' +
    'By mailbox: star, number and PIN; counted from the end of the # to the first sound of what waits there.',
];

const keys = { onMs: 60, gapMs: 60 };

/** Gets a call to the question for the PIN. */
type Way = (call: PhoneCall, subscriber: Waiting) => Promise<void>;
type Hears = (call: PhoneCall, subscriber: Waiting) => Promise<number>;

export const login: BenchProgram = {
  name: 'login',
  async run(stage, { quick, rounds }) {
    const calls = quick ? 6 : 50;
    const waiting = await leaveOneEach(stage, calls);
    await setPins(stage, waiting);
    await using phone = await openPhone({ server: stage.server, number: callerNumber(4) });
    await loginsAtOnce(phone, waiting.slice(0, 5), byReference, hearsMessage);
    const several = async (way: Way, hears: Hears): Promise<number[][]> => {
      const all: number[][] = [];
      for (let round = 0; round < rounds; round += 1)
        all.push(await loginsAtOnce(phone, waiting, way, hears));
      return all;
    };
    const messages = await several(byReference, hearsMessage);
    const mailboxes = await several(byMailbox, hearsAnything);
    const unheard = 2 * rounds * calls - messages.flat().length - mailboxes.flat().length;
    const line = (name: string, times: number[][], percent: number): Result =>
      resultOf({
        name: `${name}, ${calls} calls up (p${percent})`,
        unit: 'ms',
        ours: times.map((one) => percentile(one, percent)),
        ...(percent === 99 ? { target: { of: 'ours', most: 300 } as const } : {}),
        spread: spreadOf(times.flat()),
      });
    return {
      name: 'login',
      title: 'From PIN to message',
      about,
      results: [
        line('last key of the PIN → message', messages, 50),
        line('last key of the PIN → message', messages, 99),
        line('last key of the PIN → what waits', mailboxes, 50),
        line('last key of the PIN → what waits', mailboxes, 99),
        resultOf({
          name: 'calls that heard nothing',
          unit: '',
          ours: [unheard],
          target: { of: 'ours', most: 0 },
        }),
      ],
    };
  },
};

async function setPins({ store }: Stage, waiting: readonly Waiting[]): Promise<void> {
  await using hasher = openHasher({ memoryKiB: 19_456, passes: 2, atOnce: 2 });
  for (const { number } of waiting) {
    const mailbox = await store.mailboxes.find(number as E164);
    if (mailbox === undefined) throw new Error('a mailbox is not there');
    const hash = await hasher.hash(pin);
    await store.credentials.setPin({
      mailbox: mailbox.id,
      hash,
      set: new Date(),
      mustChange: false,
      keep: 5,
    });
  }
}

async function loginsAtOnce(
  phone: Phone,
  waiting: readonly Waiting[],
  way: Way,
  hears: Hears,
): Promise<number[]> {
  const up = await Promise.all(
    waiting.map(async (subscriber, n) => {
      await pause((n * 1000) / rate);
      const call = await phone.call(access, { fromUser: callerNumber(1000 + n), quiet: true });
      await call.up();
      await way(call, subscriber);
      return { call, subscriber };
    }),
  );
  // The question for the PIN is being played to the last of them.
  await pause(1500);
  const times = await Promise.all(
    up.map(async ({ call, subscriber }, n) => {
      await pause((n * 1000) / rate);
      await call.press(`${pin}#`, keys);
      const since = call.lastDigitAt ?? Number.NaN;
      const at = await hears(call, subscriber).catch(() => undefined);
      return at === undefined ? undefined : Math.max(0, at - since);
    }),
  );
  await Promise.all(up.map(({ call }) => call.hangup()));
  return times.filter((time) => time !== undefined);
}

async function byReference(call: PhoneCall, { reference }: Waiting): Promise<void> {
  await call.press(reference, keys);
}

async function byMailbox(call: PhoneCall, { number }: Waiting): Promise<void> {
  await call.press(`*${number.slice(2)}#`, keys);
}

function hearsMessage(call: PhoneCall, { sound }: Waiting): Promise<number> {
  // What was heard before takes long to look through. The message may overtake the end of the key.
  return firstPacketOf(call, sound, (call.lastDigitAt ?? 0) - overtakeMs);
}

async function hearsAnything(call: PhoneCall): Promise<number> {
  return (await call.soundAfter(call.lastDigitAt ?? Number.NaN, patienceMs)).at;
}
