/**
 * Takes a message in: media bytes first, then the message with envelope, reference and pending steps in one write.
 * While the store is away the deposit goes to the spool on this disk and into the store later. A caller is told
 * "saved" only after one of the two has it.
 */
import { isTemporary } from '../core/errors.ts';
import type { E164, MailboxId, MediaId, MessageId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Envelope, Message, Part, PendingKind } from '../core/message/message.ts';
import type { ClassOfService, MessageKind } from '../core/profile/class-of-service.ts';
import { nextLook } from '../core/retention/judge.ts';
import { firstSteps } from '../core/message/first-steps.ts';
import { wordsOf } from '../core/message/text-part.ts';
import { makeReference } from '../core/reference/reference.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { DepositPart, SpooledDeposit, Spool } from '../ports/spool.ts';
import type { CountChange, Store } from '../ports/store.ts';
import type { Counting } from './counting.ts';
import { drainSpool } from './drain-spool.ts';
import { sizeOfParts } from './mailbox-room.ts';
import { createGiveOut, type Given } from './give-out.ts';
import type { Profiles } from './profile.ts';

const dayMs = 86_400_000;
/** The process that inserts a message works its steps itself; another may take them over after this time. */
export const firstLeaseMs = 30_000;
/** Chance of one clash is below 10⁻³ even with a million live references. */
const referenceTries = 8;
/** Draws for one that is no served number; with very wide ranges there is none, and it can be typed but not dialled. */
const freeTries = 20;

export interface DepositDeps {
  readonly store: Store;
  readonly spool: Spool;
  readonly profiles: Profiles;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Whether ten digits could also be dialled as a number served here; such are not used as references. */
  readonly isServedNumber: (digits: string) => boolean;
  /** Counters were counted anew while deposits may have been going on: count once more when these are through. */
  readonly onRecounted: (mailbox: MailboxId) => void;
  /** Raises counters late; without it each deposit raises its own. */
  readonly counting?: Pick<Counting, 'covered' | 'raise' | 'flush'>;
  /**
   * Called with each message newly in the store, its steps leased to this process, its mailbox if that was just read, and as it was
   * known.
   */
  readonly onStored: (message: Message, mailbox: Mailbox | undefined, known: Mailbox) => void;
}

/** With its first part, which is mostly all. */
export interface Deposit extends DepositPart {
  readonly draft: Omit<Envelope, 'parts' | 'id'>;
  /** Class of service for a mailbox that this deposit makes. */
  readonly classOfService: string;
  /** As it was found when the call began. Mailboxes with a lamp are read anew, since a lamp shows the counters. */
  readonly mailbox?: Mailbox | undefined;
  /** Parts after the first, in order. */
  readonly more?: readonly DepositPart[];
  /** Kept, and nobody is told of it: what a machine wrote in answer, or somebody to many. */
  readonly quiet?: boolean;
  /** Found after a crash: the counters may have been raised by the first try. */
  readonly recovered?: boolean;
  /** Nobody has raised the counters for it: its first try was to do that afterwards. */
  readonly uncounted?: boolean;
}

export type DepositResult =
  | {
      readonly kind: 'stored';
      readonly message: Message;
      readonly mailbox: Mailbox;
      readonly created: boolean;
    }
  /** The same deposit was stored before. */
  | { readonly kind: 'duplicate'; readonly message: Message }
  /** On this disk; goes into the store later. */
  | { readonly kind: 'spooled' };

export interface Deposits {
  /** @throws Fault if neither store nor spool could take it: the recording must be kept where it is. */
  take(deposit: Deposit): Promise<DepositResult>;
  /**
   * The same message for several, each a deposit of its own. What is given out is on the disk first, so that whatever ends
   * this process, all get it or none: who finds the spool completes it.
   * @returns what came of each, in their order
   */
  takeAll(deposits: readonly Deposit[]): Promise<readonly Given[]>;
  /** Moves what waits in the spool into the store. @throws Fault if the store is away: the rest stays. */
  drain(signal: AbortSignal): Promise<number>;
}

export function createDeposits(deps: DepositDeps): Deposits {
  const { store, spool, log } = deps;

  /** @param known if its counters are raised after the message is in */
  const file = async (deposit: Deposit, known: Mailbox | undefined): Promise<DepositResult> => {
    const profile = deps.profiles.classOfService(deposit.classOfService);
    const found = known ?? (await uncountedIn(deps, deposit));
    // Asked before the id is made: the id's time says whether a crash is made good.
    const raisesLate = known !== undefined || (found !== undefined && mayRaiseLate(deps, found));
    const id = deps.random.uuid() as MessageId;
    const opening =
      found === undefined
        ? openMailbox(deps, deposit, profile)
        : Promise.resolve({ mailbox: found, created: false });
    const owner = opening.then(({ mailbox }) => mailbox.id);
    // Who asks for it says what went wrong.
    owner.catch(() => undefined);
    const [parts, { mailbox, created }] = await Promise.all([putParts(deps, deposit, owner), opening]);
    const envelope: Envelope = { ...deposit.draft, id, parts };
    const first = created || (deposit.recovered === true && (await isEmpty(deps, mailbox)));
    const quiet = deposit.quiet === true;
    const filing = { envelope, mailbox, profile, first, words: wordsIn(deposit), quiet };
    const result = await insertMessage(deps, filing);
    if (result.kind === 'duplicate' || (deposit.recovered === true && !raisesLate)) {
      // What is in already may lie where its number has led before.
      const counted = result.kind === 'duplicate' ? result.message.mailbox : mailbox.id;
      await deps.counting?.flush();
      await store.mailboxes.recount(counted);
      deps.onRecounted(counted);
    }
    if (result.kind === 'duplicate') return result;
    if (raisesLate) deps.counting?.raise(mailbox.id, raisedBy(deposit));
    // Of one that was counted since, what was read is old.
    const isFresh = known === undefined && deposit.recovered !== true;
    deps.onStored(result.message, isFresh ? mailbox : undefined, mailbox);
    return { kind: 'stored', message: result.message, mailbox, created };
  };

  const take = async (deposit: Deposit): Promise<DepositResult> => {
    const known = countedLate(deps, deposit);
    try {
      return await file(deposit, known);
    } catch (error) {
      if (!isTemporary(error)) throw error;
      log.warn('store away: the deposit goes to the spool', { error });
      await spool.put({ ...spooled(deposit), ...(known === undefined ? {} : { uncounted: true }) });
      return { kind: 'spooled' };
    }
  };
  const intoStore = (deposit: Deposit): Promise<DepositResult> => file(deposit, countedLate(deps, deposit));
  const giving = createGiveOut({ spool, log, spooled, intoStore, take });
  return {
    take,
    takeAll: (deposits) => giving.giveOut(deposits),
    async drain(signal) {
      try {
        const isUnderWay = (entry: SpooledDeposit) => giving.isUnderWay(entry);
        return await drainSpool({ spool, log, intoStore, isUnderWay }, signal);
      } finally {
        // Its entries are gone: what they raise does not wait for another moment, which may not come.
        await deps.counting?.flush();
      }
    },
  };
}

function spooled(deposit: Deposit): SpooledDeposit {
  const { draft, classOfService, more, quiet } = deposit;
  return {
    draft,
    classOfService,
    ...partOf(deposit),
    ...(more === undefined ? {} : { more }),
    ...(quiet === true ? { quiet } : {}),
  };
}

function partOf({ contentType, durationMs, pages, name, bytes }: DepositPart): DepositPart {
  return {
    contentType,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(pages === undefined ? {} : { pages }),
    ...(name === undefined ? {} : { name }),
    bytes,
  };
}

/** Stores the bytes of all parts, under ids that a repeat finds again. */
function putParts({ store }: DepositDeps, deposit: Deposit, owner: Promise<MailboxId>): Promise<Part[]> {
  const { network, id } = deposit.draft.origin;
  return Promise.all(
    [deposit, ...(deposit.more ?? [])].map(async (part, i) => {
      const media = `${network}:${id}${i === 0 ? '' : `/${i}`}` as MediaId;
      const { sha256 } = await store.media.put(media, part.contentType, part.bytes, owner);
      return { ...partOf(part), media, bytes: part.bytes.length, sha256 };
    }),
  );
}

function openMailbox(deps: DepositDeps, deposit: Deposit, profile: ClassOfService) {
  const fresh = {
    id: deps.random.uuid() as MailboxId,
    number: deposit.draft.to satisfies E164,
    origin: 'dynamic' as const,
    classOfService: profile.name,
    created: deps.clock.now(),
  };
  // One that is tried again is counted when its message is in: a try that failed may have raised them.
  return deps.store.mailboxes.findOrCreate(fresh, deposit.recovered === true ? undefined : raisedBy(deposit));
}

/** What a new message adds to the counters and the usage of its mailbox. */
function raisedBy(deposit: Deposit): CountChange {
  const { kind, urgent } = deposit.draft;
  const { bytes, seconds } = sizeOfParts([deposit, ...(deposit.more ?? [])]);
  return { kind, new: 1, urgent: urgent ? 1 : 0, bytes, seconds };
}

/** The mailbox, if it is known and its counters may be raised after the message is in. */
function countedLate(deps: DepositDeps, { mailbox, recovered }: Deposit): Mailbox | undefined {
  if (mailbox === undefined || recovered === true) return undefined;
  return mayRaiseLate(deps, mailbox) ? mailbox : undefined;
}

/** The mailbox of a deposit whose first try would have raised the counters afterwards, and came to nothing. */
async function uncountedIn({ store }: DepositDeps, deposit: Deposit): Promise<Mailbox | undefined> {
  return deposit.uncounted === true ? store.mailboxes.find(deposit.draft.to) : undefined;
}

/** A lamp shows the counters: they are raised with the message. */
function mayRaiseLate({ counting, profiles }: DepositDeps, mailbox: Mailbox): boolean {
  return !profiles.of(mailbox).lamp && counting?.covered() === true;
}

/** A first try may have made the mailbox and then failed: its first message is still to come, and the welcome with it. */
async function isEmpty({ store }: DepositDeps, mailbox: Mailbox): Promise<boolean> {
  return (
    mailbox.status === 'provisional' && (await store.messages.list(mailbox.id, { limit: 1 })).length === 0
  );
}

interface Filing {
  readonly envelope: Envelope;
  readonly mailbox: Mailbox;
  readonly profile: ClassOfService;
  /** Its mailbox came into being with it. */
  readonly first: boolean;
  /** What a text says; its own transcript. */
  readonly words: string | undefined;
  readonly quiet: boolean;
}

async function insertMessage(
  deps: DepositDeps,
  filing: Filing,
): Promise<{ kind: 'inserted'; message: Message } | { kind: 'duplicate'; message: Message }> {
  for (let tries = 0; tries < referenceTries; tries += 1) {
    const message = draftMessage(deps, filing);
    const result = await deps.store.messages.insert(message);
    if (result.kind === 'inserted') return { kind: 'inserted', message };
    if (result.kind === 'duplicate') return result;
    deps.log.warn('reference taken, drawing another', { tries });
  }
  throw new RangeError('No free reference was found');
}

/** Steps that nobody notices of what nobody is to be told of. */
const unnoticed: ReadonlySet<PendingKind> = new Set(['lamp', 'quota', 'transcribe']);

/** Kinds whose words say what they say; beside a fax they are an accompanying word. */
const written: ReadonlySet<MessageKind> = new Set(['text', 'email', 'image', 'video', 'voice']);

/** What is written needs nobody to write it down; what has no words has no transcript. */
function wordsIn({ draft, contentType, bytes, more = [] }: Deposit): string | undefined {
  if (!written.has(draft.kind)) return undefined;
  const parts =
    draft.kind === 'text' || draft.kind === 'email'
      ? [{ contentType, bytes }]
      : [{ contentType, bytes }, ...more];
  const words = parts.find((part) => /^text\/plain\b/i.test(part.contentType));
  return words === undefined ? undefined : wordsOf(words.bytes) || undefined;
}

function draftMessage(deps: DepositDeps, filing: Filing): Message {
  const { envelope, mailbox, profile, first, words, quiet } = filing;
  const now = deps.clock.now();
  // The mailbox's own class rules from its second message on; both are the same when it was just made.
  const own = first ? profile : deps.profiles.of(mailbox);
  const leasedUntil = new Date(now.getTime() + firstLeaseMs);
  const life = {
    state: 'new',
    tier: 'live',
    expires: new Date(now.getTime() + own.retentionDays * dayMs),
  } as const;
  return {
    id: envelope.id,
    mailbox: mailbox.id,
    reference: freeReference(deps),
    referenceExpires: new Date(now.getTime() + own.referenceDays * dayMs),
    envelope,
    urgent: envelope.urgent,
    ...life,
    version: 1,
    sweepAt: nextLook({ ...life, received: envelope.received, forms: false }, own),
    ...(words === undefined ? {} : { transcript: words }),
    pending: firstSteps(envelope, own, mailbox, first, now, leasedUntil).filter(
      ({ kind }) => !quiet || unnoticed.has(kind),
    ),
  };
}

function freeReference(deps: DepositDeps) {
  let reference = makeReference(deps.random.digits(9));
  for (let tries = 1; tries < freeTries && deps.isServedNumber(reference); tries += 1) {
    reference = makeReference(deps.random.digits(9));
  }
  return reference;
}
