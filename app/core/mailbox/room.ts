/** How full a mailbox is and whether it takes more: one quota for messages of all kinds, whatever network they come by. */
import type { ClassOfService } from '../profile/class-of-service.ts';
import type { Mailbox, MailboxUsage } from './mailbox.ts';
import { envelopeBytes, noUsage } from './usage.ts';

export type Limits = Pick<ClassOfService, 'maxMessages' | 'maxBytes' | 'maxSeconds' | 'urgentReservePercent'>;

/** What is known of a mailbox; `undefined`: there is none yet, or it is not known. */
export type Filled = Pick<Mailbox, 'counts' | 'usage'> | undefined;

/** What a quota is measured in. */
export const measures = ['messages', 'bytes', 'seconds'] as const;
export type Measure = (typeof measures)[number];

/** Of the measure that is used up the most. */
export interface Fullness {
  /** 0 or more, rounded down; above 100 where the reserve is used, or a message was let in that is larger than what was left. */
  readonly percent: number;
  readonly measure: Measure;
}

/** A caller is not asked to speak for less, in seconds. */
const leastSeconds = 10;
/** What a recording takes in a second, in the codecs of nearly all telephones (G.711, G.722). */
const recordedBytes = 8000;
/** A fax is not begun where there is less room than for a page, in bytes. */
const faxPageBytes = 100_000;

function used(mailbox: Filled): Readonly<Record<Measure, number>> {
  const { counts = { new: 0, old: 0 }, usage = noUsage } = mailbox ?? {};
  return {
    messages: Math.max(0, counts.new + counts.old - usage.archived),
    bytes: Math.max(0, usage.bytes),
    seconds: Math.max(0, usage.seconds),
  };
}

function limitsOf({ maxMessages, maxBytes, maxSeconds }: Limits): Readonly<Record<Measure, number>> {
  return { messages: maxMessages, bytes: maxBytes ?? Infinity, seconds: maxSeconds ?? Infinity };
}

/** How full it is: the largest share counts. */
export function fullnessOf(mailbox: Filled, limits: Limits): Fullness {
  const is = used(mailbox);
  const most = limitsOf(limits);
  let fullest: Fullness = { percent: 0, measure: 'messages' };
  for (const measure of measures) {
    const percent = Math.floor((is[measure] * 100) / most[measure]);
    if (percent > fullest.percent) fullest = { percent, measure };
  }
  return fullest;
}

/**
 * Whether a message may bring its mailbox to a share of its quota, or find it there.
 * @param mailbox before or with that message: counters follow a moment later
 */
export function nears(
  mailbox: Filled,
  limits: Limits,
  percent: number,
  size: Pick<MailboxUsage, 'bytes' | 'seconds'>,
): boolean {
  const is = used(mailbox);
  const most = limitsOf(limits);
  const needs = { messages: 1, ...size };
  // Those that came at the same moment may not be counted yet.
  const slack = (measure: Measure): number => Math.max(2 * needs[measure], Math.ceil(most[measure] / 50));
  return measures.some(
    (measure) => most[measure] < Infinity && (is[measure] + slack(measure)) * 100 >= most[measure] * percent,
  );
}

/** What comes; its size where that is known. */
export interface Coming {
  readonly urgent: boolean;
  readonly size?: Pick<MailboxUsage, 'bytes' | 'seconds'> | undefined;
}

/** `full`: it would fit into a mailbox with less in it; `too-large`: never. */
export type Verdict = 'fits' | 'full' | 'too-large';

/** Judges what comes: urgent messages may take the reserve too. */
export function judgeRoom(mailbox: Filled, limits: Limits, { urgent, size }: Coming): Verdict {
  const most = limitsFor(limits, urgent);
  const is = used(mailbox);
  const needs = { messages: 1, bytes: size?.bytes ?? envelopeBytes, seconds: size?.seconds ?? 0 };
  if (measures.some((measure) => needs[measure] > most[measure])) return 'too-large';
  const lacks = (measure: Measure): boolean =>
    is[measure] >= most[measure] || is[measure] + needs[measure] > most[measure];
  return measures.some(lacks) ? 'full' : 'fits';
}

/** Whether a fax may begin: how large it becomes is not known before it is there. */
export function takesFax(mailbox: Filled, limits: Limits): boolean {
  return judgeRoom(mailbox, limits, { urgent: false, size: { bytes: faxPageBytes, seconds: 0 } }) === 'fits';
}

/**
 * How long a recording may be, in whole seconds, by what is left.
 * @param urgent it will be marked urgent, and may take the reserve
 * @returns `full` where that is too little to say anything in
 */
export function secondsFor(
  mailbox: Filled,
  limits: Limits & Pick<ClassOfService, 'maxMessageSeconds'>,
  urgent: boolean,
): number | 'full' {
  const { maxMessageSeconds } = limits;
  if (judgeRoom(mailbox, limits, { urgent }) !== 'fits') return 'full';
  const is = used(mailbox);
  const most = limitsFor(limits, urgent);
  const bySize = Math.floor((most.bytes - is.bytes - envelopeBytes) / recordedBytes);
  const left = Math.min(maxMessageSeconds, most.seconds - is.seconds, bySize);
  return left < Math.min(leastSeconds, maxMessageSeconds) ? 'full' : left;
}

function limitsFor(limits: Limits, urgent: boolean): Readonly<Record<Measure, number>> {
  const most = limitsOf(limits);
  const share = urgent ? (limits.urgentReservePercent ?? 0) : 0;
  const raised = (limit: number): number =>
    limit === Infinity ? limit : limit + Math.ceil((limit * share) / 100);
  return { messages: raised(most.messages), bytes: raised(most.bytes), seconds: raised(most.seconds) };
}
