/** Looks at a mailbox as a whole: counts it, finds what became due by other rules, and what goes to the archive. */
import type { MailboxId, MessageId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { effectOf, usageOf } from '../core/mailbox/usage.ts';
import type { Message } from '../core/message/message.ts';
import { chooseForArchive, type Archivable, type ArchiveChoice } from '../core/retention/archive-choice.ts';
import { keptUntil, nextLook, retentionFacts, type RetentionRules } from '../core/retention/judge.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Look } from '../ports/retention.ts';
import type { Store } from '../ports/store.ts';
import type { Account } from './account.ts';
import type { Archiving } from './archive.ts';
import type { Profiles } from './profile.ts';

/** What could not be archived is tried again after so long, in milliseconds. */
const againMs = 3_600_000;
/** Times that are written at once. */
const atOnce = 200;

export interface MailboxSweepDeps {
  readonly store: Pick<Store, 'retention' | 'messages' | 'mailboxes'>;
  /** Absent: nothing is archived. */
  readonly archive?: Pick<Archiving, 'archiveMessage'> | undefined;
  readonly profiles: Profiles;
  readonly account: Account;
  readonly clock: Clock;
  readonly log: Log;
  /** Its counters may have been wrong. */
  readonly onCounted: (mailbox: MailboxId) => void;
}

export interface MailboxSwept {
  readonly archived: number;
  readonly failed: number;
  /** When it is to be looked at again; absent: when something makes it due. */
  readonly next?: Date;
}

/** @throws Fault if the store is away */
export async function sweepMailbox(
  deps: MailboxSweepDeps,
  mailbox: Mailbox,
  signal: AbortSignal,
): Promise<MailboxSwept> {
  const { store, clock, log } = deps;
  const counted = await store.mailboxes.recount(mailbox.id);
  if (counted?.corrected === true) deps.onCounted(mailbox.id);
  const rules = deps.profiles.of(mailbox);
  const choice = await lookThrough(deps, mailbox, rules);
  let archived = 0;
  let later: Date | undefined;
  for (const { id } of choice.chosen) {
    if (signal.aborted) return { archived, failed: 0, next: clock.now() };
    try {
      const is = await archiveOne(deps, id as MessageId);
      if (is === 'archived') archived += 1;
      if (is === 'busy') later = new Date(clock.now().getTime() + againMs);
    } catch (error) {
      log.warn('a message is not archived now', { error, message: id });
      return { archived, failed: 1, next: new Date(clock.now().getTime() + againMs) };
    }
  }
  const next = later ?? choice.again;
  return { archived, failed: 0, ...(next === undefined ? {} : { next }) };
}

/** What is to be archived of it, and nothing is changed. */
export async function chosenOf(
  deps: Pick<MailboxSweepDeps, 'store' | 'archive' | 'profiles' | 'clock'>,
  mailbox: Mailbox,
): Promise<ArchiveChoice<Archivable>> {
  const all: Archivable[] = [];
  for await (const message of deps.store.retention.messagesOf(mailbox.id)) all.push(archivable(message));
  return choose(deps, all, deps.profiles.of(mailbox));
}

/** Messages are looked at no later than the rules ask for, and kept as long as the class keeps its messages. */
async function lookThrough(
  deps: MailboxSweepDeps,
  mailbox: Mailbox,
  rules: RetentionRules,
): Promise<ArchiveChoice<Archivable>> {
  const { retention } = deps.store;
  const all: Archivable[] = [];
  let looks: (Look & { readonly keep?: Date })[] = [];
  for await (const message of retention.messagesOf(mailbox.id)) {
    const facts = retentionFacts(message);
    const expires = keptUntil(facts, rules);
    const at = nextLook({ ...facts, expires }, rules);
    const longer = expires > message.expires;
    if (longer || message.sweepAt === undefined || message.sweepAt > at)
      looks.push({ id: message.id, at, ...(longer ? { keep: expires } : {}) });
    if (looks.length === atOnce) {
      await retention.lookBy(looks);
      looks = [];
    }
    all.push(archivable(message));
  }
  await retention.lookBy(looks);
  return choose(deps, all, rules);
}

function choose(
  { archive, clock }: Pick<MailboxSweepDeps, 'archive' | 'clock'>,
  all: readonly Archivable[],
  rules: RetentionRules,
): ArchiveChoice<Archivable> {
  return archive === undefined ? { chosen: [] } : chooseForArchive(all, rules, clock.now());
}

/** Little of each: a mailbox may have very many. */
function archivable(message: Message): Archivable {
  const { forms: _forms, ...facts } = retentionFacts(message);
  return { ...facts, id: message.id, bytes: usageOf(message).bytes };
}

/** `left`: it is gone, there already, or cannot lie there. */
async function archiveOne(
  { store, archive, account, clock }: MailboxSweepDeps,
  id: MessageId,
): Promise<'archived' | 'busy' | 'left'> {
  const before = await store.messages.get(id);
  if (before === undefined || before.tier === 'archived') return 'left';
  const result = await archive?.archiveMessage(before);
  if (result?.kind === 'busy') return 'busy';
  if (result?.kind !== 'archived') return 'left';
  account.message('archive', result.message, clock.now());
  await store.mailboxes.count(result.message.mailbox, effectOf(before, result.message));
  return 'archived';
}
