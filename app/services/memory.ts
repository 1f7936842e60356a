/** Notices mailboxes that come over their memory allocation: they are looked at, and not all others. */
import { isOverAllocation } from '../core/retention/archive-choice.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { heldBytes, sizeOf } from '../core/mailbox/usage.ts';
import type { Message } from '../core/message/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Profiles } from './profile.ts';

export interface MemoryDeps {
  readonly store: Pick<Store, 'retention'>;
  readonly profiles: Profiles;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A message came into a mailbox, or came back from the archive. Returns at once; a mailbox that waits to be looked at costs nothing,
 * and what is missed here is noticed with the next message.
 * @param mailbox as it is known, with or without the message
 */
export function noteGrown(deps: MemoryDeps, mailbox: Mailbox, message: Message): void {
  const { store, profiles, clock, log } = deps;
  const bytes = heldBytes(mailbox.usage) + sizeOf(message).bytes;
  if (mailbox.sweepAt !== undefined || !isOverAllocation(bytes, profiles.of(mailbox))) return;
  store.retention
    .mailboxesBy([mailbox.id], clock.now())
    .catch((error: unknown) => log.debug('a mailbox over its allocation is noticed later', { error }));
}
