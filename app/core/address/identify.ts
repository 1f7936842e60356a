import type { E164, Reference } from '../ids.ts';
import { isReference } from '../reference/reference.ts';
import type { CallFacts, Redirection } from './call-facts.ts';
import { identifyCaller } from './identify-caller.ts';
import type { Caller, CallerTrust } from './identify-caller.ts';
import { safeDisplay, parseNameAddr } from './name-addr.ts';
import type { NumberPlan } from './number-plan.ts';
import { redirectReason } from './redirect-reason.ts';
import type { RedirectReason } from './redirect-reason.ts';

/** What `identify` must know of the trunk that a call came in on. */
export interface TrunkFacts extends CallerTrust {
  /** ISO 3166 country of national numbers on it; the plan's if absent. */
  readonly country?: string | undefined;
}

/** A trunk as the configuration names it. */
export interface NamedTrunk extends TrunkFacts {
  readonly name: string;
}

/** What a call is for. */
export type Purpose =
  /** Leave a message for this subscriber. */
  | {
      readonly kind: 'mailbox';
      readonly number: E164;
      readonly classOfService: string;
      /** Why it was redirected to us, if it was. */
      readonly reason?: RedirectReason;
      readonly dialled: string;
    }
  /** Hear messages. */
  | { readonly kind: 'access' }
  /** Hear this message: its reference was the number dialled. */
  | { readonly kind: 'reference'; readonly reference: Reference }
  | { readonly kind: 'refused'; readonly reason: 'not-served' | 'unparseable'; readonly dialled: string };

export type Identified = Purpose & { readonly caller: Caller };

/**
 * Who is called, by whom, and what for. Pure and total: any facts give an answer.
 *
 * The called subscriber is the first of these numbers that is served here, the original target before later ones:
 * 1. `target` of the request URI (RFC 4458, section 2): the network says outright whose mailbox is meant;
 * 2. History-Info from its first entry (RFC 7044, section 10): the original target, then those it was forwarded to;
 * 3. Diversion from its last header, the first redirecting party (RFC 5806, section 5.2), to its first;
 * 4. the request URI (RFC 3261, section 8.1.1.1): the number itself was routed here;
 * 5. To (RFC 3261, section 8.1.1.2), where a proxy retargeted the call without saying so.
 *
 * A call to the access number is a subscriber who wants to hear messages, unless 1–3 name a served number or To names
 * one that is not the caller's own: then it was forwarded here and is a deposit. Ten digits that are a valid reference
 * and no served number open that message.
 */
export function identify(facts: CallFacts, plan: NumberPlan, trunk: TrunkFacts): Identified {
  const parse = (raw: string | undefined): E164 | undefined =>
    raw === undefined ? undefined : plan.parse(raw, trunk.country);
  const caller = identifyCaller(facts, parse, trunk);
  const purpose = purposeOf(facts, plan, parse, caller.number);
  const hears = purpose.kind === 'access' || purpose.kind === 'reference';
  return { ...purpose, caller: caller.private && !hears ? withheld(caller) : caller };
}

type Parse = (raw: string | undefined) => E164 | undefined;

interface Candidate {
  readonly number: E164;
  readonly classOfService: string;
  readonly reason?: RedirectReason;
}

function purposeOf(
  facts: CallFacts,
  plan: NumberPlan,
  parse: Parse,
  callerNumber: E164 | undefined,
): Purpose {
  const dialled = safeDisplay(facts.requestUser);
  const served = (raw: string | undefined, reason?: string | number): Candidate | undefined => {
    const number = parse(raw);
    const classOfService = number === undefined || plan.isAccess(number) ? undefined : plan.classOf(number);
    if (number === undefined || classOfService === undefined) return undefined;
    const why = redirectReason(reason);
    return { number, classOfService, ...(why === undefined ? {} : { reason: why }) };
  };
  const redirected = redirections(facts, served);
  if (redirected !== undefined) return { kind: 'mailbox', ...redirected, dialled };
  const to = served(facts.toUser);
  const request = parse(facts.requestUser);
  if (request !== undefined && plan.isAccess(request)) {
    return to === undefined || to.number === callerNumber
      ? { kind: 'access' }
      : { kind: 'mailbox', ...to, dialled };
  }
  const direct = served(facts.requestUser);
  if (direct !== undefined) return { kind: 'mailbox', ...direct, dialled };
  if (isReference(facts.requestUser)) return { kind: 'reference', reference: facts.requestUser };
  if (to !== undefined) return { kind: 'mailbox', ...to, dialled };
  return { kind: 'refused', reason: request === undefined ? 'unparseable' : 'not-served', dialled };
}

type Served = (raw: string | undefined, reason?: string | number) => Candidate | undefined;

/** The first served number among target, History-Info and Diversion, in this order. */
function redirections(facts: CallFacts, served: Served): Candidate | undefined {
  const target = served(facts.target === undefined ? undefined : userOf(facts.target), facts.cause);
  if (target !== undefined) return target;
  const history = facts.history.map((entry, i) => served(entry.number, historyReason(facts.history, i)));
  const original = history.find((one) => one !== undefined);
  if (original !== undefined) return original;
  return facts.diversions
    .toReversed()
    .map((one) => served(one.number, one.reason))
    .find((one) => one !== undefined);
}

/** The cause stands at the entry that failed or, as a URI parameter, at the one that replaced it. */
function historyReason(history: readonly Redirection[], i: number): string | undefined {
  return history[i]?.reason ?? history[i + 1]?.reason;
}

/** A target is a URI (RFC 4458) or, from some switches, the bare number. */
function userOf(target: string): string {
  return parseNameAddr(target)?.user ?? target;
}

/** The recipient of a message learns neither number nor name of a caller who asked for privacy (RFC 3323). */
function withheld(caller: Caller): Caller {
  return { private: true, trusted: caller.trusted };
}
