/**
 * Automatic management: does what is due of messages and mailboxes by the rules of each mailbox, in small batches under a lease.
 * Any number of controllers share the work; what one leaves undone is due again when its lease ends. Looking for work costs three
 * reads, and between pieces of work it rests where others wait for the store.
 */
import type { MailboxId, MessageId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { mediaOf } from '../core/message/kept.ts';
import type { Message } from '../core/message/message.ts';
import { isOverAllocation } from '../core/retention/archive-choice.ts';
import { heldBytes } from '../core/mailbox/usage.ts';
import { heldDays, judge, later, nextLook, retentionFacts } from '../core/retention/judge.ts';
import { isOverWithTrash } from '../core/retention/trash-choice.ts';
import type { Random } from '../ports/clock.ts';
import type { DueMessage, Lease, Look } from '../ports/retention.ts';
import type { Store } from '../ports/store.ts';
import { compressOne, type CompressOneDeps } from './compress-one.ts';
import { followRules } from './follow-rules.ts';
import { purge, type PurgeDeps } from './purge.ts';
import { preview, type SweepPreview } from './sweep-preview.ts';
import { createRests, type Rests } from './rests.ts';
import { removeStrays } from './strays.ts';
import { sweepMailbox, type MailboxSweepDeps } from './sweep-mailbox.ts';

/** Messages taken at once. */
const batch = 50;
/** So long they are held, in milliseconds; work that takes longer is let go before. */
const leaseMs = 10 * 60_000;
/** How often media without a message are looked for, and how long after the start, in milliseconds. */
const strayMs = 3_600_000;
const firstStrayMs = 600_000;
/** What could not be purged is tried again after so long, twice as long each time, and the longest wait, in milliseconds. */
const firstWaitMs = 60_000;
const longestWaitMs = 3_600_000;
/** A message without a mailbox waits for one so long, in days. */
const strandedDays = 1;

export interface SweepDeps extends PurgeDeps, MailboxSweepDeps, CompressOneDeps {
  readonly store: Store;
  readonly archive?: MailboxSweepDeps['archive'];
  readonly random: Random;
  /** Names of all classes of service. */
  readonly classNames: () => readonly string[];
  /** Makes sure first that the clock agrees with the store's. */
  readonly assertClock?: () => Promise<void>;
  /** How long it rests for each moment of work; absent: as the store needs it. */
  readonly rest?: number;
}

export interface SweepReport {
  readonly purged: number;
  readonly compressed: number;
  readonly archived: number;
  /** Would have been purged, and are kept by a legal hold. */
  readonly held: number;
  /** Could not be done now; they are tried again. */
  readonly failed: number;
}

export interface Sweep {
  /** Does all that is due, until nothing is or the signal aborts. @throws Fault if the store is away */
  sweepDue(signal: AbortSignal): Promise<SweepReport>;
  /** The same of one mailbox, whatever was looked at when; `undefined` if there is none. */
  sweepMailbox(id: MailboxId, signal: AbortSignal): Promise<SweepReport | undefined>;
  /** What would be done, and nothing is. @param mailbox of this one alone */
  preview(mailbox?: MailboxId): Promise<SweepPreview>;
}

export function createSweep(deps: SweepDeps): Sweep {
  const rests = createRests(() => deps.store.retention.nextDue(), deps.rest);
  let strayed = deps.clock.now().getTime() - strayMs + firstStrayMs;
  return {
    async sweepDue(signal) {
      const report = noReport();
      await deps.assertClock?.();
      await followRules(deps);
      while (
        !signal.aborted &&
        (await rested(rests, () => nextMailbox(deps, report, { rests, signal }), signal))
      );
      while (
        !signal.aborted &&
        (await rested(rests, () => nextBatch(deps, report, { rests, signal }), signal))
      );
      tell(deps, report);
      const now = deps.clock.now().getTime();
      if (!signal.aborted && now - strayed >= strayMs) {
        strayed = now;
        await removeStrays(deps, signal);
      }
      return report;
    },
    async sweepMailbox(id, signal) {
      const mailbox = await deps.store.mailboxes.get(id);
      if (mailbox === undefined) return undefined;
      await deps.assertClock?.();
      const report = noReport();
      const { next } = await wholeMailbox(deps, mailbox, report, { rests, signal });
      if (next !== undefined) await deps.store.retention.mailboxesBy([id], next);
      while (!signal.aborted && (await nextBatch(deps, report, { rests, signal }, id)));
      return report;
    },
    preview: (mailbox) => preview(deps, mailbox),
  };
}

/** What goes through all of one run. */
interface Running {
  readonly rests: Rests;
  readonly signal: AbortSignal;
}

type Counts = { -readonly [K in keyof SweepReport]: number };

function noReport(): Counts {
  return { purged: 0, compressed: 0, archived: 0, held: 0, failed: 0 };
}

function tell({ log }: SweepDeps, report: SweepReport): void {
  if (Object.values(report).some((n) => n > 0)) log.info('messages were managed', { ...report });
}

function leaseFrom({ clock, random }: SweepDeps): Lease {
  return { by: random.uuid(), until: new Date(clock.now().getTime() + leaseMs) };
}

/** Answers whether there was anything to do. */
async function nextMailbox(deps: SweepDeps, report: Counts, running: Running): Promise<boolean> {
  const lease = leaseFrom(deps);
  const mailbox = await deps.store.retention.takeMailbox(deps.clock.now(), lease);
  if (mailbox === undefined) return false;
  const { next } = await wholeMailbox(deps, mailbox, report, running);
  await deps.store.retention.mailboxDone(mailbox.id, next, lease);
  return true;
}

async function wholeMailbox(deps: SweepDeps, mailbox: Mailbox, report: Counts, running: Running) {
  const swept = await sweepMailbox(deps, mailbox, running);
  report.archived += swept.archived;
  report.failed += swept.failed;
  return swept;
}

async function nextBatch(
  deps: SweepDeps,
  report: Counts,
  running: Running,
  mailbox?: MailboxId,
): Promise<boolean> {
  const { store, clock } = deps;
  const lease = leaseFrom(deps);
  const due = await store.retention.takeDue(clock.now(), lease, batch, mailbox);
  if (due.length === 0) return false;
  const found = await store.retention.mailboxes([...new Set(due.map((one) => one.message.mailbox))]);
  const mailboxes = new Map(found.map((one) => [one.id, one]));
  await noteOver(deps, found);
  const judged = judgeAll(deps, due, mailboxes);
  const purged = await purge(
    deps,
    judged.purge.map(({ message }) => message),
    mailboxes,
    lease,
  );
  report.purged += purged.purged.length;
  report.held += judged.held.length + purged.held.length;
  const pardoned = judged.held.filter(({ condemned }) => condemned).map(({ message }) => message.id);
  if (pardoned.length > 0) await store.retention.pardon(pardoned, lease);
  const later = heldUntil(deps);
  await store.retention.putOff(
    [
      ...judged.wait,
      ...[...judged.held.map(({ message }) => message), ...purged.held].map(({ id }) => ({ id, at: later })),
      ...purged.left.map(({ id }) => ({ id, at: failedUntil(deps, due, id), failed: true })),
    ],
    lease,
  );
  report.failed += purged.left.length;
  await lighten(deps, judged.lighten, mailboxes, report, { lease, ...running });
  return true;
}

/**
 * One of a message that came back from the archive may be over its allocation again; one of a message that was just deleted may
 * have no room for it in its trash.
 */
async function noteOver(
  { store, profiles, clock, archive }: SweepDeps,
  all: readonly Mailbox[],
): Promise<void> {
  const over = all.filter((one) => {
    if (one.sweepAt !== undefined) return false;
    const rules = profiles.of(one);
    const memory = archive !== undefined && isOverAllocation(heldBytes(one.usage), rules);
    return memory || isOverWithTrash(one.usage, rules);
  });
  await store.retention.mailboxesBy(
    over.map(({ id }) => id),
    clock.now(),
  );
}

interface Judged {
  readonly purge: DueMessage[];
  readonly held: DueMessage[];
  /** To be compressed, or rid of what it was. */
  readonly lighten: DueMessage[];
  readonly wait: Look[];
}

function judgeAll(
  deps: SweepDeps,
  due: readonly DueMessage[],
  mailboxes: ReadonlyMap<MailboxId, Mailbox>,
): Judged {
  const now = deps.clock.now();
  const judged: Judged = { purge: [], held: [], lighten: [], wait: [] };
  for (const one of due) {
    const { message } = one;
    const mailbox = mailboxes.get(message.mailbox);
    if (mailbox === undefined) {
      judged.wait.push({ id: message.id, at: later(now, strandedDays) });
      continue;
    }
    const held = isHeld(message, mailbox);
    // What was begun is ended, whatever its class says by now: parts of it may be gone.
    if (one.condemned) {
      judged[held ? 'held' : 'purge'].push(one);
      continue;
    }
    const is = judge(retentionFacts(message), mailbox.hold !== undefined, deps.profiles.of(mailbox), now);
    if (is.kind === 'purge' || is.kind === 'held') judged[is.kind].push(one);
    // What it was before it was compressed stays as long as the hold.
    else if (one.unclean && held) judged.wait.push({ id: message.id, at: later(now, heldDays) });
    else if (is.kind === 'compress' || one.unclean) judged.lighten.push(one);
    else judged.wait.push({ id: message.id, at: is.until });
  }
  return judged;
}

/** One after the other: programs have two places, and who is on the telephone may need one. */
async function lighten(
  deps: SweepDeps,
  due: readonly DueMessage[],
  mailboxes: ReadonlyMap<MailboxId, Mailbox>,
  report: Counts,
  { lease, rests, signal }: Running & { readonly lease: Lease },
): Promise<void> {
  const { retention } = deps.store;
  for (const [i, one] of due.entries()) {
    const late = deps.clock.now().getTime() > lease.until.getTime() - leaseMs / 2;
    if (signal.aborted || late) {
      const now = deps.clock.now();
      await retention.putOff(
        due.slice(i).map(({ message }) => ({ id: message.id, at: now })),
        lease,
      );
      return;
    }
    const mailbox = mailboxes.get(one.message.mailbox);
    if (mailbox === undefined) continue;
    const from = performance.now();
    if (one.unclean || one.message.tier === 'compressed') await clean(deps, one, mailbox, lease);
    else report[await compressOne(deps, one, mailbox, { lease, signal })] += 1;
    await rests.after(from, signal);
  }
}

/** Deletes what its parts were, and what was made of it, unless a legal hold came since it was judged. */
async function clean(
  deps: SweepDeps,
  { message, unclean }: DueMessage,
  { id: mailboxId }: Mailbox,
  lease: Lease,
): Promise<void> {
  const { retention, messages } = deps.store;
  const [[mailbox], now] = await Promise.all([retention.mailboxes([mailboxId]), messages.get(message.id)]);
  if (mailbox === undefined || now === undefined) return;
  if (unclean && isHeld(now, mailbox))
    return retention.putOff([{ id: message.id, at: heldUntil(deps) }], lease);
  const { envelope, stored = [], derived = [] } = message;
  const forms = derived.map(({ media }) => media);
  const before = stored.flatMap(({ of }) => envelope.parts[of]?.media ?? []);
  const kept = new Set(mediaOf({ ...message, derived: [] }));
  const still = new Set([...kept].filter((id) => !before.includes(id)));
  await retention.deleteMedia([...before, ...forms].filter((id) => !still.has(id)));
  const facts = { ...retentionFacts(message), forms: false };
  await retention.cleaned(message.id, forms, nextLook(facts, deps.profiles.of(mailbox)), lease);
}

function isHeld(message: Message, mailbox: Mailbox): boolean {
  return message.hold !== undefined || mailbox.hold !== undefined;
}

function heldUntil({ clock }: SweepDeps): Date {
  return later(clock.now(), heldDays);
}

/** What lies in an archive that is away is tried more and more rarely. */
function failedUntil({ clock }: SweepDeps, due: readonly DueMessage[], id: MessageId): Date {
  const tries = due.find(({ message }) => message.id === id)?.tries ?? 1;
  const waitMs = Math.min(firstWaitMs * 2 ** (tries - 1), longestWaitMs);
  return new Date(clock.now().getTime() + waitMs);
}

/** Does something, and rests after it. What had nothing to do was one small question. */
async function rested(rests: Rests, work: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  const from = performance.now();
  const more = await work();
  if (more) await rests.after(from, signal);
  else rests.heard(performance.now() - from);
  return more;
}
