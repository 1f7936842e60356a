/** Whom a call is for, and what holds for them: looked up for every caller who leaves something. */
import type { E164 } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Sender } from '../core/message/message.ts';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { Take } from '../ports/media.ts';
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
  if (caller.private) return { private: true };
  return {
    ...(caller.number === undefined ? {} : { number: caller.number }),
    ...(caller.name === undefined ? {} : { name: caller.name }),
    private: false,
  };
}

/** What is left behind is found in the spool, and found to be stored. */
export async function discard(take: Take, deps: FlowDeps): Promise<void> {
  try {
    await take.discard();
  } catch (error) {
    deps.log.warn('a stored recording stays on the switch for now', { error });
  }
}
