/** How soon a subscriber hears the message whose reference they dialled. */
import { setTimeout as pause } from 'node:timers/promises';
import type { E164 } from '../../app/core/ids.ts';
import type { PhoneCall } from '../../test/phone/call.ts';
import { openPhone, type Phone } from '../../test/phone/phone.ts';
import type { BenchProgram } from './bench-options.ts';
import { firstPacketOf } from './heard-sound.ts';
import { resultOf, type Result } from './result.ts';
import { leaveMessages } from './sipp-load.ts';
import { access, callerNumber, subscriberNumber, type Stage } from './stage.ts';
import { percentile, spreadOf } from './statistics.ts';

const about = [
  'Subscribers call at the rate named, each from their own number. By digits: the access number is called and the ten digits ' +
    'of the reference are pressed (RFC 4733); counted from the end of the last digit to the first packet that holds the beginning ' +
    'of the message. By SIP user part: the reference is the user of the request URI; counted from the ACK. Native has nothing like it.',
];

export interface Waiting {
  readonly number: string;
  readonly reference: string;
  readonly sound: Uint8Array;
}

export const reference: BenchProgram = {
  name: 'reference',
  async run(stage, { quick }) {
    const calls = quick ? 6 : 200;
    const rate = quick ? 5 : 20;
    const waiting = await leaveOneEach(stage, calls);
    await using phone = await openPhone({ server: stage.server, number: callerNumber(3) });
    await inTurn(waiting.slice(0, quick ? 1 : 20), rate, (one) => byDigits(phone, one));
    const allDigits = await inTurn(waiting, rate, (one) => byDigits(phone, one));
    const allUsers = await inTurn(waiting, rate, (one) => byUserPart(phone, one));
    const [digits, users] = [allDigits, allUsers].map(heard) as [number[], number[]];
    const unheard = 2 * calls - digits.length - users.length;
    const line = (name: string, values: number[], percent: number, most?: number): Result =>
      resultOf({
        name: `${name}, ${rate} calls/s (p${percent})`,
        unit: 'ms',
        ours: [percentile(values, percent)],
        ...(most === undefined ? {} : { target: { of: 'ours', most } as const }),
        spread: spreadOf(values),
      });
    return {
      name: 'reference',
      title: 'From reference to message',
      about,
      results: [
        line('last digit → message', digits, 50),
        line('last digit → message', digits, 99, 150),
        line('ACK → message, by SIP user part', users, 50),
        line('ACK → message, by SIP user part', users, 99, 100),
        resultOf({
          name: 'calls that heard no message',
          unit: '',
          ours: [unheard],
          target: { of: 'ours', most: 0 },
        }),
      ],
    };
  },
};

export async function leaveOneEach(stage: Stage, calls: number): Promise<Waiting[]> {
  const numbers = Array.from({ length: calls }, (_, n) => ({
    to: subscriberNumber('quiet', n),
    from: callerNumber(n),
  }));
  const folder = `${stage.directory}/load`;
  await leaveMessages({
    server: stage.server,
    numbers,
    callsPerSecond: 20,
    calls,
    messageSeconds: 4,
    folder,
  });
  await pause(1000);
  return Promise.all(
    numbers.map(async ({ to }) => {
      const mailbox = await stage.store.mailboxes.find(to as E164);
      const [message] =
        mailbox === undefined ? [] : await stage.store.messages.list(mailbox.id, { limit: 1 });
      const [part] = message?.envelope.parts ?? [];
      const media = part === undefined ? undefined : await stage.store.media.get(part.media);
      if (message === undefined || media === undefined) throw new Error('a message was not kept');
      return { number: to, reference: message.reference, sound: media.bytes };
    }),
  );
}

/** Begins them at a steady rate. */
function inTurn(
  waiting: readonly Waiting[],
  rate: number,
  one: (subscriber: Waiting) => Promise<number | undefined>,
): Promise<(number | undefined)[]> {
  return Promise.all(
    waiting.map(async (subscriber, n) => {
      await pause((n * 1000) / rate);
      return one(subscriber);
    }),
  );
}

function heard(times: readonly (number | undefined)[]): number[] {
  return times.filter((time) => time !== undefined);
}

async function byDigits(phone: Phone, subscriber: Waiting): Promise<number | undefined> {
  const call = await phone.call(access, { fromUser: subscriber.number, quiet: true });
  await call.up();
  await call.press(subscriber.reference, { onMs: 60, gapMs: 60 });
  return soundSince(call, call.lastDigitAt ?? Number.NaN, subscriber);
}

async function byUserPart(phone: Phone, subscriber: Waiting): Promise<number | undefined> {
  const call = await phone.call(subscriber.reference, { fromUser: subscriber.number, quiet: true });
  await call.up();
  return soundSince(call, call.times.ack ?? Number.NaN, subscriber);
}

/** Until the message is heard; it may overtake the end of what it is counted from. `undefined` if it never is. */
async function soundSince(call: PhoneCall, since: number, { sound }: Waiting): Promise<number | undefined> {
  const at = await firstPacketOf(call, sound).catch(() => undefined);
  await call.hangup();
  return at === undefined ? undefined : Math.max(0, at - since);
}
