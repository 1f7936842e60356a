/** Whom a call is for, and what holds for them: looked up for every caller who leaves something. */
import type { CallerIdAnswer } from '../core/address/attestation.ts';
import type { E164 } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Sender } from '../core/message/message.ts';
import type { ClassOfService, MessageKind } from '../core/profile/class-of-service.ts';
import type { Take } from '../ports/media.ts';
import type { Leave } from '../services/deposit-limits.ts';
import { inTime } from '../services/in-time.ts';
import type { Caller, FlowDeps } from './flow.ts';

/** How long the caller may wait for the store before the default greeting is played, in milliseconds. */
export const lookupMs = 400;

/** Bounded, so that a store that is away delays no greeting; the class of the number range holds then. */
export async function findMailbox(number: E164, deps: FlowDeps): Promise<Mailbox | undefined> {
  try {
    return await inTime(deps.mailboxes.find(number), lookupMs);
  } catch (error) {
    deps.log.warn('mailbox not looked up', { error });
    return undefined;
  }
}

export function profileOf(
  mailbox: Mailbox | undefined,
  visit: { readonly classOfService: string },
  { profiles }: FlowDeps,
): ClassOfService {
  return mailbox === undefined ? profiles.classOfService(visit.classOfService) : profiles.of(mailbox);
}

export function senderOf(caller: Caller): Sender {
  const said = caller.attestation;
  const signed = said === undefined || said === 'none' ? {} : { attestation: said };
  if (caller.private) return { ...signed, private: true };
  return {
    ...signed,
    ...(caller.number === undefined ? {} : { number: caller.number }),
    ...(caller.name === undefined ? {} : { name: caller.name }),
    private: false,
  };
}

/** What the class does about callers of this kind. Where the trunk checks no signatures nothing is known of any. */
export function callerIdAnswer({ attestation }: Caller, { callerIds }: ClassOfService): CallerIdAnswer {
  if (attestation === undefined || attestation === 'A') return 'mark';
  return callerIds?.[attestation] ?? 'mark';
}

export const free: Leave = { kind: 'may', giveBack: async () => undefined };

/** Whom a caller wants to leave something. */
export interface Leaver {
  readonly number: E164;
  readonly classOfService: string;
  readonly caller: Caller;
  readonly mailbox?: Mailbox | undefined;
}

/** Counts what a caller is about to leave; bounded as the look-up is. Names, which callers choose, count as none. */
export async function mayLeave(kind: MessageKind, visit: Leaver, deps: FlowDeps): Promise<Leave> {
  const { caller, number: to, mailbox, classOfService } = visit;
  const from = { private: false, ...(caller.number === undefined ? {} : { number: caller.number }) };
  const asked = { kind, from, to, mailbox, classOfService, trusted: caller.trusted };
  const taking = deps.allowance.take(asked);
  try {
    const late = { kind: 'may', giveBack: async () => void giveBackLate(taking) } as const;
    return (await inTime(taking, lookupMs)) ?? late;
  } catch (error) {
    deps.log.warn('what callers left was not counted', { error });
    return free;
  }
}

/** What is counted too late for the caller is counted all the same; nobody waits for it. */
async function giveBackLate(taking: Promise<Leave>): Promise<void> {
  const leave = await taking.catch(() => free);
  if (leave.kind === 'may') await leave.giveBack();
}

/** Work of which a message may come: when it throws, none did. */
export async function countedAs<T>(leave: () => Promise<Leave>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const taken = await leave();
    if (taken.kind === 'may') await taken.giveBack();
    throw error;
  }
}

/** What is left behind is found in the spool, and found to be stored. */
export async function discard(take: Take, deps: FlowDeps): Promise<void> {
  try {
    await take.discard();
  } catch (error) {
    deps.log.warn('a stored recording stays on the switch for now', { error });
  }
}
