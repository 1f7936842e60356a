/** Whether a mailbox is served, as quickly as each request over the web wants to know. */
import type { MailboxId } from '../core/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

/** What was found holds for so long, in milliseconds: a suspension is felt by then. */
const holdsMs = 5_000;
const mostKept = 10_000;

export type MailboxStanding = 'served' | 'suspended' | 'gone';

export interface Standing {
  of(mailbox: MailboxId): Promise<MailboxStanding>;
}

export function createStanding(deps: {
  readonly store: { readonly mailboxes: Pick<Store['mailboxes'], 'get'> };
  readonly clock: Clock;
}): Standing {
  /** Of those that are served, when that was found. */
  const served = new Map<MailboxId, number>();
  return {
    async of(mailbox) {
      const now = deps.clock.now().getTime();
      const found = served.get(mailbox);
      if (found !== undefined && now - found < holdsMs) return 'served';
      served.delete(mailbox);
      const there = await deps.store.mailboxes.get(mailbox);
      if (there === undefined) return 'gone';
      if (there.status === 'suspended') return 'suspended';
      const [first] = served.keys();
      if (served.size >= mostKept && first !== undefined) served.delete(first);
      served.set(mailbox, now);
      return 'served';
    },
  };
}
