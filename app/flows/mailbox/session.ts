/** What the dialogues about messages of one call share. */
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { Message } from '../../core/message/message.ts';
import type { Condition } from '../../core/menu/menu.ts';
import type { ClassOfService } from '../../core/profile/class-of-service.ts';
import { isTemporary } from '../../core/errors.ts';
import type { Call } from '../../ports/media.ts';
import type { FlowDeps } from '../flow.ts';

export interface Session {
  readonly call: Call;
  readonly profile: ClassOfService;
  readonly deps: FlowDeps;
  /** Messages were come to through the main menu, which they lead back to. */
  readonly inMailbox: boolean;
  /** The mailbox as it is, where it is not at hand already. */
  readonly mailbox: () => Promise<Mailbox | undefined>;
  /** Speed of all messages from now on: 1 is as they were spoken. */
  speed: number;
}

export function openSession(
  call: Call,
  mailbox: Mailbox,
  deps: FlowDeps,
): Session & { readonly inMailbox: true } {
  return {
    call,
    profile: deps.profiles.of(mailbox),
    deps,
    inMailbox: true,
    mailbox: () => deps.inbox.mailbox(mailbox.id),
    speed: 1,
  };
}

/** What holds for every menu of the mailbox. */
export function conditions({ profile }: Session): Condition[] {
  return profile.operator === undefined ? [] : ['operator'];
}

/** Does something in the store; one that is away is a result, so that the caller can be told and try again. */
export async function attempt<T>(
  { deps }: Session,
  what: () => Promise<T>,
  message?: Message,
): Promise<{ readonly value: T } | 'failed'> {
  try {
    return { value: await what() };
  } catch (error) {
    if (!isTemporary(error)) throw error;
    deps.log.warn('a wish of a subscriber could not be fulfilled now', {
      error,
      ...(message === undefined ? {} : { message: message.id }),
    });
    return 'failed';
  }
}
