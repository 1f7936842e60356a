/** The story: leave a message for a number without a mailbox, get a text, call back, hear it, answer the text, hear it again. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cdr } from '../../app/core/account/cdr.ts';
import type { E164 } from '../../app/core/ids.ts';
import { isReference } from '../../app/core/reference/reference.ts';
import { correlate } from '../audio/correlate.ts';
import type { PhoneText } from './baresip.ts';
import { access, caller, message, otherMessage, subscriber } from './cast.ts';
import { expect } from './failure.ts';
import { otherSound, type PhoneCall } from './phone-call.ts';
import { time, wrap, type Report } from './report.ts';
import type { DemoStack } from './stack.ts';
import { pause, until } from './wait.ts';
import { toUlaw } from './wav.ts';

export interface Story {
  readonly stack: DemoStack;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** What the caller says, and what nobody says. */
  readonly speech: { readonly message: Int16Array; readonly other: Int16Array };
}

/** Frequency of the tone before a recording. */
const toneHertz = 1000;
/** Two commas: phones pause two seconds for each; one second is enough for Answerback. */
const tapPauseMs = 1000;
const quoteWidth = 72;

/** Tells the whole story. @throws at the first step that goes wrong; the report has then said so. */
export async function tellStory(story: Story): Promise<void> {
  const began = new Date();
  const hungUp = await leaveMessage(story);
  const reference = await readTexts(story, hungUp);
  await callBack(story, reference);
  await answerText(story);
  await showCalls(story, began);
}

/** Answers when the caller hung up, by performance.now(). */
async function leaveMessage({ stack, report, signal, speech }: Story): Promise<number> {
  report.heading('A message for a number that nobody provisioned');
  const number = subscriber.number as E164;
  await report.step(`${number} has no mailbox`, async () => {
    const found = await stack.store.mailboxes.find(number);
    expect(found === undefined, 'no mailbox', `the mailbox ${found?.id ?? ''}`);
  });
  const call = await report.step(
    `${caller.displayName} (${caller.number}) rings it and is answered`,
    async () => stack.caller.call(number),
  );
  await report.step(
    'hears the greeting, then the tone',
    async () => {
      const tone = await call.hearsTone(toneHertz, 30_000);
      const greeting = await readFile(join(stack.prompts, 'en/greeting-default.ulaw'));
      const { score } = correlate(tone.all, greeting);
      // A machine that is still busy with setting up may tear a hole into it; another text would be far below.
      expect(score > 0.5, 'the greeting (a match of 0.5 or more)', `a match of ${score.toFixed(2)}`);
      return { score, ms: tone.endMs - tone.startMs };
    },
    ({ score, ms }) => `match ${score.toFixed(2)}, ${toneHertz} Hz for ${ms} ms`,
  );
  const hungUp = await report.step('speaks and hangs up', async () => {
    await call.say(speech.message);
    await pause(400, signal);
    const at = performance.now();
    await call.hangUp();
    return at;
  });
  for (const line of wrap(`“${message}”`, quoteWidth)) report.line(line);
  await report.step(
    'a mailbox exists now',
    async () =>
      until(() => stack.store.mailboxes.find(number), {
        expected: `a mailbox of ${number}`,
        got: () => 'none',
        ms: 10_000,
        everyMs: 10,
        signal,
      }),
    (mailbox) => `${mailbox.origin}, ${mailbox.status}, new messages: ${mailbox.counts.new}`,
  );
  return hungUp;
}

/** The welcome text, then the notice. Answers the reference in it. */
async function readTexts({ stack, report, speech }: Story, hungUp: number): Promise<string> {
  report.heading('The subscriber’s phone, behind the trunk');
  const show = (text: PhoneText): void => report.phone(userOf(text.from), text.body);
  const since = ({ at }: PhoneText): string => `${time(at - hungUp)} after the hang-up`;
  const welcome = await report.step(
    'gets the welcome text',
    async () => {
      const text = await stack.texting.nextText('the welcome text', 15_000);
      expect(/voice mail/i.test(text.body), 'a welcome to voice mail', text.body);
      return text;
    },
    since,
  );
  show(welcome);
  const notice = await report.step(
    'gets the text about the message',
    async () => {
      const text = await stack.texting.nextText('the text about the message', 15_000);
      checkNotice(text, speech.message.length / 8000);
      return text;
    },
    since,
  );
  show(notice);
  return referenceIn(notice.body);
}

function checkNotice({ from, body }: PhoneText, seconds: number): void {
  expect(userOf(from) === access, `a text from ${access}`, `one from ${from}`);
  for (const part of [caller.displayName, caller.number])
    expect(body.includes(part), `a text that names ${part}`, body);
  const [, minutes, rest] = /(\d+):(\d\d)/.exec(body) ?? [];
  const length = Number(minutes) * 60 + Number(rest);
  expect(Math.abs(length - seconds) <= 2.5, `a length of about ${seconds.toFixed(0)} s`, body);
  expect(isReference(referenceIn(body)), `${access},, and a reference of ten digits and #`, body);
}

function referenceIn(body: string): string {
  return /\+\d+,,(\d{10})#/.exec(body)?.[1] ?? '';
}

async function callBack({ stack, report, signal, speech }: Story, reference: string): Promise<void> {
  report.heading('The subscriber taps the number');
  const call = await report.step(`calls ${access} and dials ${reference}#`, async () => {
    const made = await stack.subscriber.call(access);
    await pause(tapPauseMs, signal);
    await made.dial(`${reference}#`);
    return made;
  });
  await hearMessage(report, call, speech);
}

async function answerText({ stack, report, signal, speech }: Story): Promise<void> {
  report.heading('The subscriber answers the text with “1”');
  const call = await report.step('and is called', async () => {
    const called = await stack.subscriber.calledBack(
      () => stack.texting.text('1'),
      `a call from ${access}`,
      15_000,
    );
    expect(userOf(called.peer) === access, `a call from ${access}`, `one from ${called.peer}`);
    return called;
  });
  await report.step('presses 1 to hear it: an answering machine would hear nothing', async () => {
    await pause(tapPauseMs, signal);
    await call.dial('1');
  });
  await hearMessage(report, call, speech);
}

async function hearMessage(report: Report, call: PhoneCall, speech: Story['speech']): Promise<void> {
  await report.step(
    'hears exactly that message',
    async () => {
      const heard = await call.hears(toUlaw(speech.message), 'the message', 30_000);
      const other = correlate(heard.all, toUlaw(speech.other)).score;
      expect(other < otherSound, `no match with “${otherMessage}”`, `a match of ${other.toFixed(2)}`);
      return { score: heard.score, other };
    },
    ({ score, other }) => `match ${score.toFixed(3)}; of another text ${other.toFixed(3)}`,
  );
  await call.hangUp();
}

async function showCalls({ stack, report, signal }: Story, since: Date): Promise<void> {
  report.heading('Call detail records');
  const rows = await report.step(
    'each call has its record',
    async () => {
      let count = 0;
      return until(
        async () => {
          const all = await stack.store.cdrs.list({ limit: 100, since: new Date(since.getTime() - 1000) });
          const calls = all.filter((row) => row.event === 'call');
          count = calls.length;
          return count >= 3 ? all : undefined;
        },
        { expected: '3 calls', got: () => `${count}`, ms: 15_000, signal },
      );
    },
    (all) => `${all.length} records`,
  );
  report.table(
    ['event', 'direction', 'src', 'dst', 'lastapp', 'disposition', 'duration'],
    rows.toReversed().map(cells),
  );
}

function cells(row: Cdr): string[] {
  const exact = row.end.getTime() - row.start.getTime();
  const duration = row.event === 'call' ? time(exact) : '';
  return [row.event, row.direction, row.src, row.dst, row.lastapp, row.disposition, duration];
}

/** `+12025550199` of `sip:+12025550199@127.0.0.1`. */
export function userOf(uri: string): string {
  return /^sips?:([^@;]+)@/.exec(uri)?.[1] ?? uri;
}
