/** One fax that is due: its pages, a call, and what comes of it. */
import { isFault, isTemporary } from '../core/errors.ts';
import type { MediaId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { faxEndText, type FaxEnd } from '../core/notification/fax-texts.ts';
import { recipientOf, rulesFor } from '../core/notification/recipients.ts';
import { nextTry } from '../core/notification/retry.ts';
import type { FaxReason } from '../core/notification/wording.ts';
import type { Content } from '../ports/convert.ts';
import type { FaxSent, FaxTrouble } from '../ports/fax.ts';
import type { FaxDocument, FaxJob } from '../ports/fax-jobs.ts';
import type { DialResult, MediaServer } from '../ports/media.ts';
import type { Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import type { Account } from './account.ts';
import type { Conversions } from './conversions.ts';
import type { FaxPaper } from './fax-paper.ts';
import type { Profiles } from './profile.ts';
import { sendOnce, type TextOutDeps } from './text-out.ts';
import type { Tolls } from './tolls.ts';

/** Renewed while it goes on: another process takes a fax over only when its sender must have died. */
const leaseMs = 120_000;
const renewMs = 40_000;
/** When one that goes on without a controller, or cannot be looked at now, is looked at again, in milliseconds. */
const lookMs = 15_000;
/** Longest time that making the pages of a message takes, in milliseconds. */
const makeMs = 300_000;

export interface FaxRunDeps extends TextOutDeps {
  readonly store: Store;
  readonly media: Pick<MediaServer, 'dial' | 'faxSent'>;
  readonly account: Account;
  readonly conversions: Pick<Conversions, 'part' | 'words'>;
  readonly paper: FaxPaper;
  readonly tolls: Pick<Tolls, 'use'>;
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
  try {
    if (job.status === 'over') await tell(deps, job);
    else await tryFax(deps, job, signal);
  } catch (error) {
    log.warn('a fax waits', { error, fax: job.id });
    await later(deps, job, error instanceof Error ? error.message : String(error), false).catch(
      (fault: unknown) => log.warn('a fax waits for its lease to end', { error: fault }),
    );
  } finally {
    clearInterval(renewal);
  }
}

async function tryFax(deps: FaxRunDeps, job: FaxJob, signal: AbortSignal): Promise<void> {
  const { store, media } = deps;
  const mailbox = await store.mailboxes.get(job.mailbox);
  if (mailbox === undefined) return over(deps, job, failed('other'), 'its mailbox is gone');
  if (job.tries > 1) {
    // The try before may have been another controller's, whose end nobody has heard of.
    const before = await media.faxSent(tagOf(job, job.tries - 1));
    if (before === 'under-way') return later(deps, job, 'it goes on without its controller', false);
    if (before !== undefined) return conclude(deps, job, before);
  }
  const document = job.document ?? (await prepare(deps, job, mailbox));
  const pages = document === undefined ? undefined : await store.media.get(document.media);
  if (pages === undefined)
    return over(deps, job, failed('document'), 'its pages are gone, or there are none');
  const toll = await deps.tolls.use(mailbox, job.to);
  if (toll !== 'allowed')
    return over(deps, job, failed(toll === 'daily-limit' ? 'limit' : 'denied'), `toll rules: ${toll}`);
  const started = deps.clock.now();
  const dialled = await media.dial(
    { number: job.to, ...(deps.fax.trunk === undefined ? {} : { trunk: deps.fax.trunk }) },
    { callerNumber: deps.access, ringSeconds: deps.fax.ringSeconds, signal },
  );
  if (dialled.kind !== 'answered') {
    // Not the far side's doing.
    if (signal.aborted) return later(deps, job, 'the controller was stopped', false);
    recordUnanswered(deps, job, mailbox, dialled, started);
    return retry(deps, job, unanswered(dialled), dialled.kind);
  }
  await using call = dialled.call;
  const sent = await call.sendFax(pages.bytes, {
    tag: tagOf(job, job.tries),
    station: mailbox.number,
    header: `${deps.fax.header} ${mailbox.number}`.trim().slice(0, 50),
    maxSeconds: deps.fax.maxSeconds,
  });
  deps.account.call(call, {
    direction: 'outbound',
    src: mailbox.number,
    dst: job.to,
    outcome: 'fax',
    accountcode: mailbox.id,
    ...(job.message === undefined ? {} : { message: job.message }),
    fax:
      sent.kind === 'gone'
        ? { pages: 0, success: false, facts: undefined }
        : { pages: sent.pages, success: sent.kind === 'sent', facts: sent.facts },
  });
  // It goes on at the switch: whichever controller comes asks what became of it. The try counts, so that it is asked for.
  if (call.released) return later(deps, job, 'the controller let go of the call', true);
  return conclude(deps, job, sent);
}

/** Names one try at the switch; no name of a recording, so that nobody takes it for a message. */
function tagOf({ id }: FaxJob, n: number): string {
  return `out~${id.replace(/[^A-Za-z0-9._+-]/g, '_').slice(0, 150)}~${n}`;
}

async function conclude(deps: FaxRunDeps, job: FaxJob, sent: FaxSent): Promise<void> {
  switch (sent.kind) {
    case 'sent':
      return over(deps, job, { kind: 'sent', pages: sent.pages }, undefined);
    case 'failed':
      return retry(deps, job, failed(reasonOf(sent), sent.pages), `${sent.why}: ${sent.detail}`);
    case 'gone':
      return retry(deps, job, failed('no-fax'), 'hung up before it began');
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

async function retry(
  deps: FaxRunDeps,
  job: FaxJob,
  end: Extract<FaxEnd, { kind: 'failed' }>,
  why: string,
): Promise<void> {
  const { maxTries, retryMs } = deps.fax;
  const rule = { maxTries, firstRetryMs: retryMs, maxRetryMs: 3_600_000 };
  const due = final.has(end.why) ? undefined : nextTry(job.tries, rule, deps.clock.now());
  if (due === undefined) return over(deps, job, end, why);
  deps.log.info('a fax is tried again', { fax: job.id, tries: job.tries, why });
  await deps.store.faxes.again(job.id, due, why, true);
  deps.onDue(due);
}

async function later(deps: FaxRunDeps, job: FaxJob, why: string, counts: boolean): Promise<void> {
  const due = new Date(deps.clock.now().getTime() + lookMs);
  await deps.store.faxes.again(job.id, due, why, counts);
  deps.onDue(due);
}

async function over(deps: FaxRunDeps, job: FaxJob, end: FaxEnd, why: string | undefined): Promise<void> {
  deps.log.info('a fax is over', { fax: job.id, tries: job.tries, end: end.kind, why });
  await deps.store.faxes.over(job.id, end, why);
  await tell(deps, { ...job, end });
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

/** The pages of a message, made once. */
async function prepare(deps: FaxRunDeps, job: FaxJob, mailbox: Mailbox): Promise<FaxDocument | undefined> {
  const message = job.message === undefined ? undefined : await deps.store.messages.get(job.message);
  if (message === undefined) return undefined;
  const { language } = deps.profiles.of(mailbox);
  const options = { language, signal: AbortSignal.timeout(makeMs) };
  try {
    const contents: Content[] = [];
    for (const [index, part] of message.envelope.parts.entries()) {
      if (!deps.paper.faxable(part.contentType) || part.contentType.startsWith('text/')) continue;
      const form = part.contentType.startsWith('image/tiff') ? 'image/tiff' : 'application/pdf';
      const content = await deps.conversions.part(message, index, form, options);
      if (content !== undefined) contents.push(content);
    }
    const words = await deps.conversions.words(message, 'application/pdf', options);
    const all = [...(words === undefined ? [] : [words]), ...contents];
    const made = await deps.paper.make(all, undefined, options);
    const document = { media: job.id as string as MediaId, pages: made.pages ?? 1 };
    await deps.store.media.put(document.media, made.contentType, made.bytes);
    await deps.store.faxes.prepared(job.id, document);
    return document;
  } catch (error) {
    if (isTemporary(error) || isFault(error, 'not-found')) throw error;
    deps.log.info('a message cannot be faxed', { error, message: message.id });
    return undefined;
  }
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

/** Q.850 causes. */
const causes = { busy: 17, 'no-answer': 19, refused: 21, unallocated: 1 } as const;

function recordUnanswered(
  deps: FaxRunDeps,
  job: FaxJob,
  mailbox: Mailbox,
  result: Unanswered,
  start: Date,
): void {
  const end = deps.clock.now();
  deps.account.event({
    event: 'call',
    direction: 'outbound',
    src: mailbox.number,
    dst: job.to,
    clid: deps.access,
    channel: '',
    dcontext: 'outgoing',
    lastapp: 'fax',
    start,
    end,
    duration: Math.max(0, Math.floor((end.getTime() - start.getTime()) / 1000)),
    billsec: 0,
    disposition: result.kind === 'busy' ? 'BUSY' : result.kind === 'no-answer' ? 'NO ANSWER' : 'FAILED',
    hangup_cause: result.kind === 'failed' ? result.cause : causes[result.kind],
    uniqueid: '',
    linkedid: '',
    accountcode: mailbox.id,
    ...(job.message === undefined ? {} : { userfield: job.message }),
    faxpages: 0,
    faxstatus: 'FAILED',
  });
}
