/** One fax that is due: its pages, a call, and what comes of it. */
import { isTemporary } from '../core/errors.ts';
import type { MediaId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { faxEndText, type FaxEnd } from '../core/notification/fax-texts.ts';
import { recipientOf, rulesFor } from '../core/notification/recipients.ts';
import { nextTry } from '../core/notification/retry.ts';
import type { FaxReason } from '../core/notification/wording.ts';
import type { FaxSent, FaxTrouble } from '../ports/fax.ts';
import type { FaxJob } from '../ports/fax-jobs.ts';
import type { Call, DialResult, MediaServer } from '../ports/media.ts';
import type { Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import type { Account } from './account.ts';
import type { Deposits } from './deposit.ts';
import { classHere, depositHere, type FaxPages } from './fax-here.ts';
import { preparePages, type FaxPagesDeps } from './fax-pages.ts';
import type { Profiles } from './profile.ts';
import { sendOnce, type TextOutDeps } from './text-out.ts';
import type { Tolls } from './tolls.ts';

/** Renewed while it goes on: another process takes a fax over only when its sender must have died. */
const leaseMs = 120_000;
const renewMs = 40_000;
/** When one that goes on without a controller, or cannot be looked at now, is looked at again, in milliseconds. */
const lookMs = 15_000;
/** Tries to tell the store what became of one, each as long as the store's own deadline. */
const storeTries = 5;

export interface FaxRunDeps extends TextOutDeps, FaxPagesDeps {
  readonly store: Store;
  readonly media: Pick<MediaServer, 'dial' | 'faxSent' | 'faxKept' | 'canFax' | 'healthy'>;
  readonly deposits: Pick<Deposits, 'take'>;
  readonly account: Account;
  readonly tolls: Pick<Tolls, 'use' | 'giveBack'>;
  readonly profiles: Profiles;
  readonly texts: Texts;
  readonly fax: {
    /** Printed at the top of each page beside the sender's number. */
    readonly header: string;
    readonly maxSeconds: number;
    readonly maxTries: number;
    /** Wait before the second call, doubled each time, in milliseconds. */
    readonly retryMs: number;
    readonly ringSeconds: number;
    /** The switch's own for calls if absent. */
    readonly trunk?: string | undefined;
  };
}

/** Never rejects: what became of it is in the store, or its lease ends by itself. */
export async function runFax(deps: FaxRunDeps, job: FaxJob, signal: AbortSignal): Promise<void> {
  const { store, clock, log } = deps;
  const renewal = setInterval(() => {
    store.faxes
      .extend(job.id, clock.now(), leaseMs)
      .catch((error: unknown) => log.warn('a fax’s lease was not renewed', { error }));
  }, renewMs);
  const attempt: Attempt = { job, answered: false };
  try {
    if (job.status === 'over') await tell(deps, job);
    else await tryFax(deps, attempt, signal);
  } catch (error) {
    log.warn('a fax waits', { error, fax: job.id });
    await putBack(deps, attempt, error).catch((fault: unknown) =>
      log.warn('a fax waits for its lease to end', { error: fault }),
    );
  } finally {
    clearInterval(renewal);
  }
}

interface Attempt {
  readonly job: FaxJob;
  /** The far side may have pages by now: the try counts, so that the switch is asked for it. */
  answered: boolean;
}

/** What nothing but time mends is looked at again soon; all else is a try, so that it comes to an end. */
async function putBack(deps: FaxRunDeps, { job, answered }: Attempt, error: unknown): Promise<void> {
  const why = error instanceof Error ? error.message : String(error);
  if (answered) return later(deps, job, why, true);
  if (isTemporary(error)) return later(deps, job, why, false);
  return retry(deps, job, failed('other'), why);
}

async function tryFax(deps: FaxRunDeps, attempt: Attempt, signal: AbortSignal): Promise<void> {
  const { store, media } = deps;
  const { job } = attempt;
  const mailbox = await store.mailboxes.get(job.mailbox);
  if (mailbox === undefined) return over(deps, job, failed('other'), 'its mailbox is gone');
  const here = classHere(deps, job.to);
  if (here === undefined && (await isSettled(deps, job))) return;
  const document = job.document ?? (await preparePages(deps, job, mailbox));
  const pages = document === undefined ? undefined : await store.media.get(document.media);
  if (document === undefined || pages === undefined)
    return over(deps, job, failed('document'), 'its pages are gone, or there are none');
  if (here !== undefined) return giveHere(deps, job, mailbox, { ...pages, pages: document.pages }, here);
  if (!media.canFax) {
    deps.log.error('faxes cannot be sent: asterisk.spool is not set');
    return retry(deps, job, failed('other'), 'no folder that the switch and this host see');
  }
  const toll = await deps.tolls.use(mailbox, job.to);
  if (toll !== 'allowed')
    return over(deps, job, failed(toll === 'daily-limit' ? 'limit' : 'denied'), `toll rules: ${toll}`);
  const { trunk, ringSeconds } = deps.fax;
  const leg = {
    src: mailbox.number,
    dst: job.to,
    clid: deps.access,
    outcome: 'fax',
    accountcode: mailbox.id,
  };
  let dialled: DialResult;
  try {
    dialled = await deps.account.dial({ ...leg, message: job.message, fax: true }, () =>
      media.dial(
        { number: job.to, ...(trunk === undefined ? {} : { trunk }) },
        { callerNumber: deps.access, ringSeconds, signal },
      ),
    );
  } catch (error) {
    await giveBack(deps, job, mailbox);
    throw error;
  }
  if (dialled.kind !== 'answered') {
    // Not the far side's doing.
    if (signal.aborted) {
      await giveBack(deps, job, mailbox);
      return later(deps, job, 'the controller was stopped', false);
    }
    return retry(deps, job, unanswered(dialled), dialled.kind);
  }
  await using call = dialled.call;
  attempt.answered = true;
  // The call must not be let go of before.
  return await send(deps, job, mailbox, call, pages.bytes);
}

/** The tries before may have been other controllers', whose end nobody has heard of. */
async function isSettled(deps: FaxRunDeps, job: FaxJob): Promise<boolean> {
  // Before anything is asked, made or counted.
  if (!deps.media.healthy) {
    await later(deps, job, 'the switch is away', false);
    return true;
  }
  for (let n = job.tries - 1; n > 0; n -= 1) {
    const tag = tagOf(job, n);
    const before = await deps.media.faxSent(tag);
    if (before === undefined) continue;
    if (before === 'under-way') await later(deps, job, 'it goes on without its controller', false);
    else await conclude(deps, job, before, tag);
    return true;
  }
  if (job.tries <= deps.fax.maxTries) return false;
  await over(deps, job, failed('other'), 'no try is left');
  return true;
}

/** A call that was not made, for a reason of ours, takes nothing of the subscriber's day. */
async function giveBack(deps: FaxRunDeps, job: FaxJob, mailbox: Mailbox): Promise<void> {
  await deps.tolls
    .giveBack(mailbox, job.to)
    .catch((error: unknown) => deps.log.warn('a call that was not made stays counted', { error }));
}

async function send(
  deps: FaxRunDeps,
  job: FaxJob,
  mailbox: Mailbox,
  call: Call,
  pages: Uint8Array,
): Promise<void> {
  const tag = tagOf(job, job.tries);
  const rule = {
    tag,
    station: mailbox.number,
    header: `${deps.fax.header} ${mailbox.number}`.trim().slice(0, 50),
    maxSeconds: deps.fax.maxSeconds,
  };
  const sent = await call
    .sendFax(pages, rule)
    .catch((error: unknown) => ({ kind: 'broken', error }) as const);
  const unknown = sent.kind === 'gone' || sent.kind === 'broken';
  deps.account.call(call, {
    direction: 'outbound',
    src: mailbox.number,
    dst: job.to,
    outcome: 'fax',
    accountcode: mailbox.id,
    ...(job.message === undefined ? {} : { message: job.message }),
    fax: unknown
      ? { pages: 0, success: false, facts: undefined }
      : { pages: sent.pages, success: sent.kind === 'sent', facts: sent.facts },
  });
  if (sent.kind === 'broken') return broken(deps, job, sent.error);
  // It goes on at the switch: whichever controller comes asks what became of it. The try counts, so that it is asked for.
  if (call.released) return later(deps, job, 'the controller let go of the call', true);
  return conclude(deps, job, sent, tag);
}

/** Something of ours failed, and whether pages arrived is not known: the next time asks the switch, also after the last try. */
async function broken(deps: FaxRunDeps, job: FaxJob, error: unknown): Promise<void> {
  const rule = retryRule(deps);
  const due = nextTry(Math.min(job.tries, rule.maxTries - 1), rule, deps.clock.now()) ?? deps.clock.now();
  deps.log.error('a fax could not be sent', { error, fax: job.id, tries: job.tries });
  const why = error instanceof Error ? error.message : String(error);
  await stored(deps, job, () => deps.store.faxes.again(job.id, due, why, true));
  deps.onDue(due);
}

async function giveHere(
  deps: FaxRunDeps,
  job: FaxJob,
  from: Mailbox,
  pages: FaxPages,
  classOfService: string,
): Promise<void> {
  const end = await depositHere(deps, job, from, pages, classOfService);
  if (end.kind === 'sent') return over(deps, job, end, undefined);
  return retry(deps, job, end, 'the mailbox takes none');
}

/** Names one try at the switch; no name of a recording, so that nobody takes it for a message. */
function tagOf({ id }: FaxJob, n: number): string {
  return `out~${id.replace(/[^A-Za-z0-9._+-]/g, '_').slice(0, 150)}~${n}`;
}

/** @param tag of the try at the switch, which knows its end until it is in the store */
async function conclude(deps: FaxRunDeps, job: FaxJob, sent: FaxSent, tag: string): Promise<void> {
  switch (sent.kind) {
    case 'sent':
      return over(deps, job, { kind: 'sent', pages: sent.pages }, undefined, tag);
    case 'failed':
      return retry(deps, job, failed(reasonOf(sent), sent.pages), `${sent.why}: ${sent.detail}`, tag);
    case 'gone':
      return retry(deps, job, failed('no-fax'), 'hung up before it began', tag);
  }
}

/** Who hangs up without a sign of a machine was a person, or a machine of another kind. */
function reasonOf({ why, pages, facts }: Extract<FaxSent, { kind: 'failed' }>): FaxReason {
  const silent = pages === 0 && facts?.station === undefined;
  return silent && (why === 'hung-up' || why === 'time') ? 'no-fax' : reasons[why];
}

const reasons: Readonly<Record<FaxTrouble, FaxReason>> = {
  'no-fax': 'no-fax',
  'hung-up': 'transmission',
  transmission: 'transmission',
  time: 'transmission',
  document: 'document',
  unknown: 'other',
};

/** Nothing changes these. */
const final: ReadonlySet<FaxReason> = new Set(['number', 'denied', 'limit', 'document']);

function retryRule({ fax: { maxTries, retryMs } }: FaxRunDeps) {
  return { maxTries, firstRetryMs: retryMs, maxRetryMs: 3_600_000 };
}

async function retry(
  deps: FaxRunDeps,
  job: FaxJob,
  end: Extract<FaxEnd, { kind: 'failed' }>,
  why: string,
  tag?: string,
): Promise<void> {
  const due = final.has(end.why) ? undefined : nextTry(job.tries, retryRule(deps), deps.clock.now());
  if (due === undefined) return over(deps, job, end, why, tag);
  deps.log.info('a fax is tried again', { fax: job.id, tries: job.tries, why });
  await stored(deps, job, () => deps.store.faxes.again(job.id, due, why, true));
  if (tag !== undefined) await deps.media.faxKept(tag);
  deps.onDue(due);
}

async function later(deps: FaxRunDeps, job: FaxJob, why: string, counts: boolean): Promise<void> {
  const due = new Date(deps.clock.now().getTime() + lookMs);
  await deps.store.faxes.again(job.id, due, why, counts);
  deps.onDue(due);
}

async function over(
  deps: FaxRunDeps,
  job: FaxJob,
  end: FaxEnd,
  why: string | undefined,
  tag?: string,
): Promise<void> {
  deps.log.info('a fax is over', { fax: job.id, tries: job.tries, end: end.kind, why });
  await stored(deps, job, () => deps.store.faxes.over(job.id, end, why));
  if (tag !== undefined) await deps.media.faxKept(tag);
  await tell(deps, { ...job, end, status: 'over' });
}

/** The pages are out: a store that is away must not make them go out again while this process can still tell it. */
async function stored(deps: FaxRunDeps, job: FaxJob, write: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await write();
      return;
    } catch (error) {
      deps.log.warn('the store does not know yet what became of a fax', { error, fax: job.id });
      if (tries >= storeTries) throw error;
    }
  }
}

/** Tells once, however often it is come to. */
async function tell(deps: FaxRunDeps, job: FaxJob): Promise<void> {
  const { store } = deps;
  const { end, reply, document } = job;
  const mailbox = await store.mailboxes.get(job.mailbox);
  if (mailbox !== undefined && end !== undefined) {
    const profile = deps.profiles.of(mailbox);
    const body = faxEndText(deps.texts.wording(profile.language), job.to, end);
    const draft = { key: job.id, mailbox, body } as const;
    if (reply !== undefined) await sendOnce(deps, { ...draft, ...reply, kind: 'reply' }, () => body);
    else if (mailbox.textsStopped === undefined) {
      for (const rule of rulesFor(profile, 'fax-sent')) {
        const to = recipientOf(rule, mailbox);
        if (to !== undefined)
          await sendOnce(deps, { ...draft, gateway: rule.gateway, to, kind: 'hint' }, () => body);
      }
    }
  }
  // Pages that were made for it alone.
  const made = document?.media ?? (job.id as string as MediaId);
  await store.media.delete(made);
  await store.faxes.told(job.id);
}

function failed(why: FaxReason, pages = 0): Extract<FaxEnd, { kind: 'failed' }> {
  return { kind: 'failed', pages, why };
}

type Unanswered = Exclude<DialResult, { kind: 'answered' }>;

function unanswered(result: Unanswered): Extract<FaxEnd, { kind: 'failed' }> {
  switch (result.kind) {
    case 'busy':
    case 'no-answer':
      return failed(result.kind);
    case 'unallocated':
      return failed('number');
    case 'refused':
      return failed('no-answer');
    case 'failed':
      return failed('other');
  }
}
