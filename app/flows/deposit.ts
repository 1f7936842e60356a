/** A caller leaves a message: greeting, tone, recording, and, after `#`, review. */
import type { RedirectReason } from '../core/address/redirect-reason.ts';
import { isTemporary } from '../core/errors.ts';
import type { E164 } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { secondsFor } from '../core/mailbox/room.ts';
import { readTag, writeTag } from '../core/message/recording-tag.ts';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { PromptName } from '../core/prompt/prompt-name.ts';
import type { Call, RecordResult, RecordRule } from '../ports/media.ts';
import { systemWelcome, type Welcome } from '../services/greetings.ts';
import { inTime } from '../services/in-time.ts';
import type { Leave } from '../services/deposit-limits.ts';
import {
  callerIdAnswer,
  countedAs,
  discard,
  findMailbox,
  free,
  lookupMs,
  mayLeave,
  profileOf,
  senderOf,
} from './called.ts';
import { faxDialogue } from './fax.ts';
import { tell, type Caller, type FlowDeps, type Outcome } from './flow.ts';
import { greet } from './greet.ts';
import { speechOf, type Spoken } from './spoken.ts';
import { review, type Flags } from './review.ts';
import { roomFor } from './room.ts';

/** Empty recordings before the call is ended. */
const emptyTries = 2;

export interface DepositVisit {
  readonly number: E164;
  readonly dialled: string;
  readonly classOfService: string;
  readonly caller: Caller;
  /** Why the call was redirected here. */
  readonly reason?: RedirectReason | undefined;
  /** As it was found when the call began. */
  readonly mailbox?: Mailbox | undefined;
}

export async function depositDialogue(call: Call, visit: DepositVisit, deps: FlowDeps): Promise<Outcome> {
  const looking = lookUp(visit, deps);
  return countedAs(
    async () => (await looking).leave,
    async () => {
      const [, found] = await Promise.all([call.answer(), looking]);
      return depositFor(call, visit, found, deps);
    },
  );
}

async function depositFor(
  call: Call,
  visit: DepositVisit,
  { mailbox, welcome, leave }: Found,
  deps: FlowDeps,
): Promise<Outcome> {
  const profile = profileOf(mailbox, visit, deps);
  if (profile.fax === 'only') return faxDialogue(call, { ...visit, mailbox }, deps);
  if (callerIdAnswer(visit.caller, profile) === 'refuse') {
    if (leave.kind === 'may') await leave.giveBack();
    await tell(call, profile.language, 'caller-id-refused', 'goodbye');
    return { did: 'refused', ...(mailbox === undefined ? {} : { mailbox: mailbox.id }) };
  }
  if (leave.kind === 'too-many') {
    await tell(call, profile.language, 'too-many-messages', 'goodbye');
    return { did: 'too-many', ...(mailbox === undefined ? {} : { mailbox: mailbox.id }) };
  }
  const outcome = await leaveMessage(call, { ...visit, mailbox }, { profile, welcome }, deps);
  // What could not be made safe now is taken in later.
  if (outcome.did !== 'deposit' && outcome.did !== 'failed') await leave.giveBack();
  return outcome;
}

async function leaveMessage(
  call: Call,
  visit: DepositVisit,
  { profile, welcome }: { readonly profile: ClassOfService; readonly welcome: Welcome },
  deps: FlowDeps,
): Promise<Outcome> {
  const { mailbox } = visit;
  const room = roomFor(mailbox, profile, welcome);
  const greeted = await greet(call, { ...visit, ...room, mailbox, profile }, deps);
  if (greeted.kind === 'over') return greeted.outcome;
  if (greeted.kind === 'end') {
    return {
      did: room.full ? 'full' : 'announced',
      ...(mailbox === undefined ? {} : { mailbox: mailbox.id }),
    };
  }
  const recording = { ...visit, mailbox, seconds: room.seconds, urgent: greeted.urgent };
  return recordDialogue(call, recording, profile, deps, (rule) => call.record(rule));
}

/** The rest of a deposit whose recording was running when the controller came back. */
export async function resumeDeposit(
  call: Call,
  visit: DepositVisit,
  tag: string,
  deps: FlowDeps,
): Promise<Outcome> {
  const mailbox = await findMailbox(visit.number, deps);
  const profile = profileOf(mailbox, visit, deps);
  const urgent = readTag(tag)?.use === 'urgent';
  const left = secondsFor(mailbox, profile, urgent);
  const recording = { ...visit, seconds: left === 'full' ? profile.maxMessageSeconds : left, urgent };
  return recordDialogue(call, recording, profile, deps, (rule) => call.resumeRecording({ ...rule, tag }));
}

interface Recording extends DepositVisit {
  /** Longest recording, by what is left in the mailbox. */
  readonly seconds: number;
  /** It is urgent and stays so: the mailbox takes no other. */
  readonly urgent: boolean;
}

async function recordDialogue(
  call: Call,
  visit: Recording,
  profile: ClassOfService,
  deps: FlowDeps,
  start: (rule: RecordRule) => Promise<RecordResult>,
): Promise<Outcome> {
  let begin = start;
  let empty = 0;
  for (let n = firstNumber(call, deps); ; n += 1) {
    const rule = recordRule(call, visit, profile, n);
    const result = await begin(rule);
    begin = (next) => call.record(next);
    const spoken = await speechOf(result.take, profile, call.becameFax);
    if (spoken === undefined) {
      await result.take?.discard();
      empty += 1;
      if (result.kind === 'gone') return { did: call.becameFax ? 'fax' : 'empty' };
      await tell(call, profile.language, 'message-empty');
      if (empty >= emptyTries || call.gone.aborted) return { did: 'empty' };
      continue;
    }
    const flags: Flags = { urgent: visit.urgent, confidential: false };
    if (result.kind !== 'key' || !profile.review)
      return send(call, visit, profile, deps, { result, ...spoken, flags });
    const { take } = spoken;
    const reviewed = await review(call, take, profile, deps, flags, { ...rule, tag: take.tag, append: true });
    if (reviewed.kind === 'again') continue;
    const bytes = await reviewed.take.bytes();
    return send(call, visit, profile, deps, { result, take: reviewed.take, bytes, flags: reviewed.flags });
  }
}

/**
 * Recordings are numbered so that no two of a call bear the same name: what an earlier controller took in of this call would
 * pass for this one. A call lives longer than its recordings are many, so its seconds are greater than any number before.
 */
function firstNumber(call: Call, deps: FlowDeps): number {
  if (call.entry.kind !== 'resumed') return 0;
  return Math.max(1, Math.ceil((deps.clock.now().getTime() - call.started.getTime()) / 1000));
}

function recordRule(call: Call, visit: Recording, profile: ClassOfService, n: number): RecordRule {
  const { caller } = visit;
  const tag = writeTag({
    ...(visit.urgent ? { use: 'urgent' } : {}),
    called: visit.number,
    ...(caller.private || caller.number === undefined ? {} : { caller: caller.number }),
    started: call.started,
    callId: call.id,
    n,
  });
  return {
    tag,
    maxSeconds: visit.seconds,
    maxSilenceSeconds: profile.maxSilenceSeconds,
    terminators: '#',
    beep: true,
  };
}

interface Sending extends Spoken {
  readonly result: RecordResult;
  readonly flags: Flags;
}

async function send(
  call: Call,
  visit: DepositVisit,
  profile: ClassOfService,
  deps: FlowDeps,
  sending: Sending,
): Promise<Outcome> {
  const { take, bytes, flags, result } = sending;
  const { language } = profile;
  let stored;
  try {
    stored = await deps.deposits.take({
      draft: {
        kind: 'voice',
        origin: { network: 'sip', id: take.id },
        from: senderOf(visit.caller),
        to: visit.number,
        ...(visit.dialled === visit.number ? {} : { dialled: visit.dialled }),
        received: call.started,
        urgent: flags.urgent,
        confidential: flags.confidential,
        cut: false,
      },
      contentType: take.contentType,
      durationMs: take.durationMs,
      classOfService: visit.classOfService,
      bytes,
      mailbox: visit.mailbox,
      ...(callerIdAnswer(visit.caller, profile) === 'quiet' ? { quiet: true } : {}),
      // Its first controller may have died in the middle of taking it in.
      recovered: call.entry.kind === 'resumed',
    });
  } catch (error) {
    // The recording stays on the switch and is taken in when that is possible again; the caller hears the truth.
    deps.log.error('a message could not be made safe', { error, temporary: isTemporary(error) });
    await tellAfter(call, deps, language, 'message-not-saved');
    return { did: 'failed' };
  }
  await discard(take, deps);
  const tooLong = result.kind === 'limit' ? (['message-too-long'] as const) : [];
  await tellAfter(call, deps, language, ...tooLong, 'message-saved', 'goodbye');
  return {
    did: 'deposit',
    ...(stored.kind === 'spooled' ? {} : { message: stored.message.id, mailbox: stored.message.mailbox }),
  };
}

/** What became of the message stays so, and counts, whether or not the caller can be told. */
async function tellAfter(
  call: Call,
  { log }: FlowDeps,
  language: string,
  ...names: readonly PromptName[]
): Promise<void> {
  try {
    await tell(call, language, ...names);
  } catch (error) {
    log.warn('a caller was not told what became of the message', { error });
  }
}

interface Found {
  readonly mailbox: Mailbox | undefined;
  readonly welcome: Welcome;
  readonly leave: Leave;
}

/** The mailbox, then its greeting and whether a message may be left: all together in the time that one may take. */
async function lookUp(visit: DepositVisit, deps: FlowDeps): Promise<Found> {
  const { number, reason } = visit;
  const began = deps.clock.now().getTime();
  const mailbox = await findMailbox(number, deps);
  const leftMs = Math.min(lookupMs, began + lookupMs - deps.clock.now().getTime());
  // A machine counts when it has found out that it is one.
  const isFax = profileOf(mailbox, visit, deps).fax === 'only';
  const [welcome, leave] = await Promise.all([
    findWelcome(mailbox, reason, leftMs, deps),
    isFax ? free : mayLeave('voice', { ...visit, mailbox }, deps),
  ]);
  return { mailbox, welcome, leave };
}

async function findWelcome(
  mailbox: Mailbox | undefined,
  reason: RedirectReason | undefined,
  ms: number,
  deps: FlowDeps,
): Promise<Welcome> {
  try {
    const picked = await inTime(deps.greetings.pick(mailbox, reason), ms);
    if (picked !== undefined) return picked;
    deps.log.warn('a greeting comes too late');
  } catch (error) {
    deps.log.warn('greeting not looked up', { error });
  }
  return systemWelcome(mailbox);
}
