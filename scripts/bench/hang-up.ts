/** From the caller's BYE until the message can be read, and until the text about it is on its way. */
import { readdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { PhoneCall } from '../../test/phone/call.ts';
import { openPhone, type Phone } from '../../test/phone/phone.ts';
import type { BenchProgram } from './bench-options.ts';
import { clearNative, nativeInbox, nativeNumber } from './native.ts';
import { resultOf } from './result.ts';
import { speechOf } from './sound.ts';
import { callerNumber, subscriberNumber, type Stage } from './stage.ts';
import { percentile, spreadOf } from './statistics.ts';

const about = [
  'Telephones leave messages of one second, two calls a second of each way. Ours counts from the BYE until the store’s port ' +
    'gives the message, asked again and again, a millisecond apart, over a connection of its own (on the same cores), and until the SIP MESSAGE reaches the network; the ' +
    'store syncs to disk before it confirms. Native counts until the file bears its name in INBOX; nothing is synced to disk. ' +
    'Mailboxes exist already.',
];

/** A message that is not there by then is lost. */
const patienceMs = 15_000;
const callEveryMs = 500;

interface Times {
  readonly readable: number;
  readonly texted: number;
}

export const hangUp: BenchProgram = {
  name: 'hang-up',
  async run(stage, { quick, rounds }) {
    await using phone = await openPhone({ server: stage.server, number: callerNumber(2) });
    await clearNative(stage.asterisk.spool);
    const speech = await speechOf(1);
    const calls = quick ? 4 : 40 * rounds;
    for (let n = 0; n < calls; n += 1) await openMailbox(stage, n);
    await Promise.all(series(quick ? 1 : 20, (n) => leaveWithUs(stage, phone, speech, n)));
    const [ours, native] = await Promise.all([
      Promise.all(series(calls, (n) => leaveWithUs(stage, phone, speech, n))),
      Promise.all(series(calls, (n) => leaveNatively(stage, phone, speech, n))),
    ]);
    const readable = ours.map((one) => one.readable);
    const texted = ours.map((one) => one.texted);
    const line = (name: string, values: number[], percent: number, most: number, nativeTimes?: number[]) =>
      resultOf({
        name: `${name} (p${percent})`,
        unit: 'ms',
        ours: [percentile(values, percent)],
        ...(nativeTimes === undefined ? {} : { native: [percentile(nativeTimes, percent)] }),
        target: { of: 'ours', most },
        spread: spreadOf(values),
      });
    const results = [
      line('hang-up → message readable', readable, 50, 15, native),
      line('hang-up → message readable', readable, 99, 150, native),
      line('hang-up → text on its way', texted, 99, 1000),
    ];
    return { name: 'hang-up', title: 'From hang-up to message and text', about, results };
  },
};

async function openMailbox({ store }: Stage, n: number): Promise<MailboxId> {
  const { mailbox } = await store.mailboxes.findOrCreate({
    id: randomUUID() as MailboxId,
    number: subscriberNumber('texted', n) as E164,
    origin: 'dynamic',
    classOfService: 'texted',
    created: new Date(),
  });
  return mailbox.id;
}

/** One call after the other is begun; they overlap. */
function series<T>(calls: number, one: (n: number) => Promise<T>): Promise<T>[] {
  return Array.from({ length: calls }, async (_, n) => {
    await pause(n * callEveryMs);
    return one(n);
  });
}

/** Each from another number: of one caller so many are not taken. */
async function leave(phone: Phone, to: string, speech: Buffer, n: number): Promise<PhoneCall> {
  const call = await phone.call(to, { fromUser: callerNumber(n) });
  await call.up();
  await call.hearsTone(1000, { withinMs: patienceMs });
  await call.say(speech);
  return call;
}

async function leaveWithUs(stage: Stage, phone: Phone, speech: Buffer, n: number): Promise<Times> {
  const number = subscriberNumber('texted', n);
  const before = stage.network.texts.length;
  const began = new Date();
  const mailbox = await openMailbox(stage, n);
  const call = await leave(phone, number, speech, n);
  const over = call.hangup();
  const bye = call.times.ended ?? Number.NaN;
  await inTime(bye, async () => {
    const [newest] = await stage.store.messages.list(mailbox, { limit: 1 });
    // Asterisk's clock and ours may round differently.
    return newest !== undefined && newest.envelope.received.getTime() > began.getTime() - 5
      ? true
      : undefined;
  });
  const readable = performance.now() - bye;
  const text = await inTime(bye, async () =>
    stage.network.texts.slice(before).find((one) => one.to === number && one.at >= bye),
  );
  await over;
  return { readable, texted: text.at - bye };
}

async function leaveNatively(stage: Stage, phone: Phone, speech: Buffer, n: number): Promise<number> {
  const call = await leave(phone, nativeNumber(n), speech, n);
  const over = call.hangup();
  const bye = call.times.ended ?? Number.NaN;
  const inbox = nativeInbox(stage.asterisk.spool, n);
  await inTime(bye, async () => {
    const names = await readdir(inbox).catch(() => []);
    return names.some((name) => name.endsWith('.wav')) ? true : undefined;
  });
  const visible = performance.now() - bye;
  await over;
  return visible;
}

/** Looks again and again, with other work in between. */
async function inTime<T>(since: number, look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() - since > patienceMs) throw new Error('a message or its text did not come');
    await pause(1);
  }
}
