/** Every call that the dialplan hands over: who is it, what for, and the dialogue for that. */
import { identify, type Identified } from '../core/address/identify.ts';
import { readTag } from '../core/message/recording-tag.ts';
import type { Call } from '../ports/media.ts';
import { accessDialogue, referenceDialogue } from './access.ts';
import { depositDialogue, resumeDeposit, type DepositVisit } from './deposit.ts';
import { faxDialogue } from './fax.ts';
import { tell, type FlowDeps, type Outcome } from './flow.ts';

/** A greeting or draft that ran while the controller was away: longer than any, whose own limit the switch keeps. */
const ownSeconds = 3600;

/** Runs one call from answer to hang-up, with its CDR. Never rejects: a fault is logged and told to the caller. */
export async function answerCall(call: Call, deps: FlowDeps): Promise<void> {
  const log = deps.log.child({ call: call.id });
  const own: FlowDeps = { ...deps, log };
  const who = identify(call.facts, deps.plan, trunkOf(call, deps));
  let outcome: Outcome = { did: 'failed' };
  try {
    outcome = await converse(call, who, own);
  } catch (error) {
    log.error('the call failed', { error });
    await apologise(call, own);
  } finally {
    await end(call, outcome, log);
    record(call, who, outcome, deps);
  }
}

function record(call: Call, who: Identified, outcome: Outcome, deps: FlowDeps): void {
  // The leg goes on as a fax, and has its record then, unless something was left before.
  if (call.becameFax && outcome.did !== 'deposit') return;
  deps.account.call(call, {
    direction: 'inbound',
    dst: dialled(call, who, deps),
    outcome: outcome.did,
    accountcode: outcome.mailbox ?? '',
    ...(outcome.message === undefined ? {} : { message: outcome.message }),
    ...(outcome.fax === undefined ? {} : { fax: outcome.fax }),
  });
}

/** For the call's record; a reference is a secret and not written down. */
function dialled(call: Call, who: Identified, deps: FlowDeps): string {
  if (who.kind === 'mailbox') return who.number;
  return who.kind === 'reference' ? deps.access : call.facts.requestUser;
}

/** Hangs up and lets go of recordings that were not taken in: they are found in the spool. */
async function end(call: Call, outcome: Outcome, log: FlowDeps['log']): Promise<void> {
  const unanswered = outcome.did === 'refused' && call.answered === undefined;
  try {
    await call.hangup(outcome.cause ?? (unanswered ? 'unallocated' : 'normal'));
  } catch (error) {
    log.warn('the call could not be ended', { error });
  }
  try {
    await call[Symbol.asyncDispose]();
  } catch (error) {
    log.debug('the call was over', { error });
  }
}

async function converse(call: Call, who: Identified, deps: FlowDeps): Promise<Outcome> {
  if (call.entry.kind === 'fax') {
    return who.kind === 'mailbox' ? faxDialogue(call, visitOf(who), deps) : { did: 'refused' };
  }
  if (call.entry.kind === 'resumed') return resume(call, who, call.entry.recording?.tag, deps);
  // Those that were taken already are served to their end.
  if (deps.isCrowded?.()) return { did: 'refused', cause: 'congestion' };
  return begin(call, who, deps);
}

async function begin(call: Call, who: Identified, deps: FlowDeps): Promise<Outcome> {
  switch (who.kind) {
    case 'mailbox':
      if (isOurOwn(who, deps)) {
        return { did: 'refused', cause: 'busy' };
      }
      return depositDialogue(call, visitOf(who), deps);
    case 'access':
      if (who.caller.trusted && who.caller.number !== undefined) deps.onArrival?.(who.caller.number);
      return accessDialogue(call, who.caller, deps);
    case 'reference':
      return referenceDialogue(call, who.reference, who.caller, deps);
    case 'refused':
      await call.answer();
      await tell(call, deps.language, 'number-not-served', 'goodbye');
      return { did: 'refused' };
  }
}

/**
 * A call of ours to a subscriber that their network forwards back here, unanswered: to answer it would play the message
 * into our own recorder. Busy makes the delivery try again.
 */
function isOurOwn(who: Identified, deps: FlowDeps): boolean {
  const number = who.caller.number === undefined ? undefined : deps.plan.parse(who.caller.number);
  return number !== undefined && deps.plan.isAccess(number);
}

/** The controller was away for a while: a running recording goes on, anything else starts anew with an apology. */
async function resume(
  call: Call,
  who: Identified,
  tag: string | undefined,
  deps: FlowDeps,
): Promise<Outcome> {
  const read = tag === undefined ? undefined : readTag(tag);
  if (tag !== undefined && read !== undefined) {
    if (read.use !== undefined && read.use !== 'urgent') await endOwn(call, tag);
    else if (who.kind === 'mailbox') return resumeDeposit(call, visitOf(who), tag, deps);
  }
  await call.answer();
  await tell(call, deps.language, 'interrupted');
  return begin(call, who, deps);
}

/** Their owner, who does not know that the controller was away, speaks to the end of it; nothing is kept or sent. */
async function endOwn(call: Call, tag: string): Promise<void> {
  const { take } = await call.resumeRecording({
    tag,
    maxSeconds: ownSeconds,
    maxSilenceSeconds: 5,
    terminators: '#',
    beep: false,
  });
  await take?.discard();
}

function visitOf(who: Extract<Identified, { kind: 'mailbox' }>): DepositVisit {
  const { number, dialled, classOfService, caller, reason } = who;
  return { number, dialled, classOfService, caller, reason };
}

function trunkOf(call: Call, deps: FlowDeps) {
  return deps.trunks.find((trunk) => trunk.name === call.facts.trunk) ?? { trusted: false };
}

async function apologise(call: Call, deps: FlowDeps): Promise<void> {
  try {
    await call.answer();
    await tell(call, deps.language, 'try-later');
  } catch (error) {
    deps.log.warn('the caller could not be told', { error });
  }
}
