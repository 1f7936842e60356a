/** Looks at a mailbox as a whole: counts it, finds what became due by other rules, and what goes to the archive. */
import type { MailboxId, MessageId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { effectOf, sizeOf } from '../core/mailbox/usage.ts';
import type { Message } from '../core/message/message.ts';
import { chooseForArchive, type Archivable, type ArchiveChoice } from '../core/retention/archive-choice.ts';
import { keptUntil, nextLook, retentionFacts } from '../core/retention/judge.ts';
import { chooseFromTrash } from '../core/retention/trash-choice.ts';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Look } from '../ports/retention.ts';
import type { Store } from '../ports/store.ts';
import type { Account } from './account.ts';
import type { Archiving } from './archiving.ts';
import type { Profiles } from './profile.ts';
import type { Rests } from './rests.ts';

/** What could not be archived is tried again after so long, in milliseconds. */
const againMs = 3_600_000;
/** The same of one that is left as it is: another has it, or its bytes are lost. */
const leftMs = 86_400_000;
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
  { rests, signal }: { readonly rests: Pick<Rests, 'after'>; readonly signal: AbortSignal },
): Promise<MailboxSwept> {
  const { store, clock, log } = deps;
  const counted = await store.mailboxes.recount(mailbox.id);
  if (counted?.corrected === true) deps.onCounted(mailbox.id);
  const rules = deps.profiles.of(mailbox);
  const all = await lookThrough(deps, mailbox, rules);
  await store.retention.endTrash(
    chooseFromTrash(all, rules).map(({ id }) => id as MessageId),
    clock.now(),
  );
  const choice = choose(deps, all, rules);
  let archived = 0;
  let later: Date | undefined;
  for (const { id } of choice.chosen) {
    if (signal.aborted) return { archived, failed: 0, next: clock.now() };
    const from = performance.now();
    try {
      if (await archiveOne(deps, id as MessageId)) archived += 1;
      else later = new Date(clock.now().getTime() + leftMs);
      await rests.after(from, signal);
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
  for await (const message of deps.store.retention.messagesOf(mailbox.id))
    all.push(archivable(message, mailbox));
  return choose(deps, all, deps.profiles.of(mailbox));
}

/** Messages are looked at no later than the rules ask for, and kept as long as the class keeps its messages. */
async function lookThrough(
  deps: MailboxSweepDeps,
  mailbox: Mailbox,
  rules: ClassOfService,
): Promise<Archivable[]> {
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
    all.push(archivable(message, mailbox));
  }
  await retention.lookBy(looks);
  return all;
}

function choose(
  { archive, clock }: Pick<MailboxSweepDeps, 'archive' | 'clock'>,
  all: readonly Archivable[],
  rules: ClassOfService,
): ArchiveChoice<Archivable> {
  return archive === undefined ? { chosen: [] } : chooseForArchive(all, rules, clock.now());
}

/** Little of each: a mailbox may have very many. */
function archivable(message: Message, mailbox: Mailbox): Archivable {
  const { forms: _forms, ...facts } = retentionFacts(message);
  const hold = facts.hold ?? mailbox.hold;
  return { ...facts, ...(hold === undefined ? {} : { hold }), id: message.id, bytes: sizeOf(message).bytes };
}

/** Answers whether it was: another may have it, or it cannot lie there. */
async function archiveOne(
  { store, archive, account, clock }: MailboxSweepDeps,
  id: MessageId,
): Promise<boolean> {
  const before = await store.messages.get(id);
  if (before === undefined || before.tier === 'archived') return false;
  const after = await archive?.archiveMessage(before);
  if (after === undefined) return false;
  account.message('archive', after, clock.now());
  await store.mailboxes.count(after.mailbox, effectOf(before, after));
  return true;
}
