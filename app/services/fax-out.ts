/**
 * Sends faxes: asked for once, called out until the far machine has confirmed all pages or nothing more is to be hoped for,
 * and then whoever sent it is told. The subscriber's toll rules hold when it is asked for and before each call.
 */
import type { NumberPlan } from '../core/address/number-plan.ts';
import { isFault, isTemporary } from '../core/errors.ts';
import type { FaxJobId, MediaId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Content } from '../ports/convert.ts';
import type { FaxJob } from '../ports/fax-jobs.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import { runFax, type FaxRunDeps } from './fax-run.ts';
import type { Cover, FaxPaper } from './fax-paper.ts';
import { inTime } from './in-time.ts';
import type { Profiles } from './profile.ts';
import type { TollAnswer, Tolls } from './tolls.ts';

const leaseMs = 120_000;
/** Longest wait for pages to be made while somebody waits, in milliseconds. */
const makeMs = 120_000;

export interface FaxOutDeps extends FaxRunDeps {
  readonly store: Store;
  readonly paper: FaxPaper;
  readonly tolls: Pick<Tolls, 'may' | 'use' | 'giveBack' | 'refused'>;
  readonly profiles: Profiles;
  readonly texts: Texts;
  readonly plan: NumberPlan;
  readonly clock: Clock;
  readonly log: Log;
  /** Most faxes sent at once. */
  readonly lines: number;
  readonly onDue: (at: Date) => void;
}

export interface FaxRequest {
  /** The same for the same wish: twice is one fax. */
  readonly id: string;
  readonly from: Mailbox;
  /** As it was typed or written. */
  readonly to: string;
  /** What is sent: its pages in any form that has some, or a message of the mailbox. */
  readonly content: readonly Content[] | Message;
  /** With a cover sheet, which says this; absent: without one. */
  readonly cover?: { readonly subject?: string; readonly text?: string };
  /** Who is told how it ended; absent: the subscriber, by their rules. */
  readonly reply?: FaxJob['reply'];
}

export type FaxRequested =
  /** On its way; `known`: it was asked for before. */
  | { readonly kind: 'taken'; readonly id: FaxJobId; readonly known: boolean }
  | { readonly kind: 'refused'; readonly why: FaxRefusal };

export type FaxRefusal =
  | Exclude<TollAnswer, 'allowed'>
  /** Its sender wants the message to go no further. */
  | 'confidential'
  /** Nothing of it has pages. */
  | 'nothing'
  /** It has more pages than allowed, or is not what it says. */
  | 'document';

export interface FaxOut {
  /** Resolves when it is safe in the store, or refused. @throws Fault, temporary if the store or a program is away */
  request(request: FaxRequest): Promise<FaxRequested>;
  /** What became of one. */
  find(id: FaxJobId): Promise<FaxJob | undefined>;
  /** Whether anything of a message has pages. */
  canSend(message: Message): boolean;
  /** Whether a mailbox may have a number called now; nothing is counted. */
  may(from: Mailbox, to: string): Promise<TollAnswer>;
  /** Starts every fax that is due, as lines are free; resolves when all are started. */
  runDue(signal: AbortSignal): Promise<number>;
  /** Waits so long for those under way; those that go on are found by whichever controller comes. */
  stop(withinMs: number): Promise<void>;
}

export function createFaxOut(deps: FaxOutDeps): FaxOut {
  const running = new Map<FaxJobId, Promise<void>>();
  const ending = { stopping: false };
  return {
    request: (request) => take(deps, request),
    find: (id) => deps.store.faxes.get(id),
    canSend: (message) => canSend(deps, message),
    may: (from, to) => deps.tolls.may(from, to),
    async runDue(signal) {
      let started = 0;
      while (!signal.aborted && !ending.stopping && running.size < deps.lines) {
        const job = await deps.store.faxes.takeDue(deps.clock.now(), leaseMs, [...running.keys()]);
        if (job === undefined) break;
        const run = runFax(deps, job, signal).finally(() => {
          running.delete(job.id);
          // A line is free.
          if (!ending.stopping) deps.onDue(deps.clock.now());
        });
        running.set(job.id, run);
        started += 1;
      }
      const next =
        running.size < deps.lines ? await deps.store.faxes.nextDue([...running.keys()]) : undefined;
      if (next !== undefined && !signal.aborted) deps.onDue(next);
      return started;
    },
    async stop(withinMs) {
      ending.stopping = true;
      await inTime(Promise.all(running.values()), withinMs);
    },
  };
}

async function take(deps: FaxOutDeps, request: FaxRequest): Promise<FaxRequested> {
  const id = `fax:${request.id}` as FaxJobId;
  const { from, content } = request;
  if ((await deps.store.faxes.get(id)) !== undefined) return { kind: 'taken', id, known: true };
  const toll = await deps.tolls.may(from, request.to);
  if (toll !== 'allowed') {
    deps.tolls.refused(from, request.to, toll);
    return { kind: 'refused', why: toll };
  }
  const to = deps.plan.parse(request.to);
  if (to === undefined) return { kind: 'refused', why: 'not-a-number' };
  const now = deps.clock.now();
  const job = {
    id,
    mailbox: from.id,
    to,
    ...(request.reply === undefined ? {} : { reply: request.reply }),
    status: 'pending',
    tries: 0,
    due: now,
    created: now,
  } as const;
  const made = isMessage(content)
    ? ofMessage(deps, content)
    : await makePages(deps, { ...request, content }, { id, to, now });
  if ('refused' in made) return { kind: 'refused', why: made.refused };
  const known = (await deps.store.faxes.add({ ...job, ...made })) === 'known';
  if (isMessage(content)) await deps.store.messages.touch(content.id, now);
  deps.onDue(now);
  return { kind: 'taken', id, known };
}

type Made =
  | Pick<FaxJob, 'message' | 'document'>
  | { readonly refused: Extract<FaxRefusal, 'confidential' | 'nothing' | 'document'> };

/** Its pages are made later: whoever asks, at the telephone, does not wait. */
function ofMessage(deps: FaxOutDeps, message: Message): Made {
  if (message.envelope.confidential) return { refused: 'confidential' };
  return canSend(deps, message) ? { message: message.id } : { refused: 'nothing' };
}

function canSend({ paper }: FaxOutDeps, { envelope, transcript }: Message): boolean {
  return envelope.parts.some((part) => paper.faxable(part.contentType)) || (transcript ?? '') !== '';
}

async function makePages(
  deps: FaxOutDeps,
  { from, content, cover }: FaxRequest & { readonly content: readonly Content[] },
  { id, to, now }: { readonly id: FaxJobId; readonly to: string; readonly now: Date },
): Promise<Made> {
  const contents = content.filter((one) => deps.paper.faxable(one.contentType));
  if (contents.length === 0 && (cover?.text ?? '') === '') return { refused: 'nothing' };
  const { language, timeZone } = deps.profiles.of(from);
  const sheet: Cover | undefined =
    cover === undefined
      ? undefined
      : {
          words: deps.texts.wording(language),
          timeZone,
          from: [from.settings.name, from.number].filter(Boolean).join(', '),
          to,
          at: now,
          ...cover,
        };
  try {
    const options = { language, signal: AbortSignal.timeout(makeMs) };
    const pages = await deps.paper.make(contents, sheet, options);
    const media = id as string as MediaId;
    await deps.store.media.put(media, pages.contentType, pages.bytes, from.id);
    return { document: { media, pages: pages.pages ?? 1 } };
  } catch (error) {
    if (isTemporary(error) || !(isFault(error, 'invalid') || isFault(error, 'media-failed'))) throw error;
    deps.log.info('a document cannot be faxed', { error });
    return { refused: 'document' };
  }
}

function isMessage(content: FaxRequest['content']): content is Message {
  return !Array.isArray(content);
}
